package tcp

import (
	"context"
	"net"
	"strings"
	"time"
)

// AttemptDelay is how long an attempt to connect may keep silent before the
// next address is tried beside it: the Connection Attempt Delay that RFC 8305
// (section 5) recommends.
const AttemptDelay = 250 * time.Millisecond

// A result is what became of the attempt with the address i.
type result struct {
	i    int
	conn net.Conn
	err  error
}

// race dials n addresses in their order, the next whenever one has failed or
// AttemptDelay is over, and returns the first connection. The others are
// called off; none is left behind on return. If all fail, so does race, with
// all their errors in the order of the addresses. n is at least 1.
func race(ctx context.Context, n int, dial func(ctx context.Context, i int) (net.Conn, error)) (net.Conn, error) {
	if n == 1 {
		return alone(ctx, dial)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make(chan result)
	started, running := 0, 0
	delay := time.NewTimer(AttemptDelay)
	defer delay.Stop()
	start := func() {
		if started == n || ctx.Err() != nil {
			return
		}
		i := started
		started++
		running++
		go func() {
			conn, err := dial(ctx, i)
			results <- result{i, conn, err}
		}()
		delay.Reset(AttemptDelay)
	}

	var winner net.Conn
	errs := make([]error, n)
	dead := ctx.Err()
	for start(); running > 0; {
		select {
		case <-delay.C:
			start()
		case r := <-results:
			running--
			errs[r.i] = r.err
			switch {
			case r.err != nil:
				start()
			case winner == nil:
				winner = r.conn
				cancel()
			default:
				r.conn.Close()
			}
		}
	}
	if winner != nil {
		return winner, nil
	}
	if started == 0 {
		return nil, dead
	}
	return nil, joinErrors(errs[:started])
}

// alone is a race of one. It has a goroutine of its own all the same: what dialling needs of a
// stack would stay with the caller's, which serves the connection from now on, until the next collection.
func alone(ctx context.Context, dial func(ctx context.Context, i int) (net.Conn, error)) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c := make(chan result)
	go func() {
		conn, err := dial(ctx, 0)
		c <- result{conn: conn, err: err}
	}()
	r := <-c
	return r.conn, r.err
}

// joinErrors makes one error of several, on one line; one alone is itself.
func joinErrors(errs []error) error {
	if len(errs) == 1 {
		return errs[0]
	}
	return manyErrors(errs)
}

// manyErrors is why each of several attempts failed.
type manyErrors []error

func (m manyErrors) Error() string {
	texts := make([]string, len(m))
	for i, err := range m {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

func (m manyErrors) Unwrap() []error { return m }
