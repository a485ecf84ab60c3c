package tcp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// An attempt is what happens to one address in a scripted race.
type attempt struct {
	after time.Duration // how long it takes
	err   error         // how it ends, unless it is called off
	deaf  bool          // it does not hear that it is called off
}

// A scriptedConn notes that it is closed.
type scriptedConn struct {
	net.Conn
	i      int
	closed bool
}

func (c *scriptedConn) Close() error {
	c.closed = true
	return nil
}

func TestRace(t *testing.T) {
	refused, unreachable := errors.New("refused"), errors.New("unreachable")
	const d = AttemptDelay
	for _, c := range []struct {
		name     string
		attempts []attempt
		winner   int // or -1
		took     time.Duration
		starts   []time.Duration // of the attempts made
		closed   []int           // connections that came too late
		err      string
	}{
		{"the only one answers", []attempt{{after: 1}}, 0, 1, []time.Duration{0}, nil, ""},
		{"the first answers in time", []attempt{{after: d - 1}, {}}, 0, d - 1, []time.Duration{0}, nil, ""},
		{"the next begins when one fails", []attempt{{after: 5, err: refused}, {after: 5}}, 1, 10, []time.Duration{0, 5}, nil, ""},
		{"the next begins when one is silent", []attempt{{after: time.Hour}, {after: 5}}, 1, d + 5, []time.Duration{0, d}, nil, ""},
		{"the slow first still wins", []attempt{{after: d + 3}, {after: 5}}, 0, d + 3, []time.Duration{0, d}, nil, ""},
		{"a failure starts the clock anew", []attempt{{after: d - 1, err: refused}, {after: time.Hour}, {after: 1}}, 2, 2 * d, []time.Duration{0, d - 1, 2*d - 1}, nil, ""},
		{"late connections are closed", []attempt{{after: d + 9, deaf: true}, {after: 5}}, 1, d + 9, []time.Duration{0, d}, []int{0}, ""},
		{"all fail", []attempt{{after: d + 5, err: refused}, {after: 1, err: unreachable}}, -1, d + 5, []time.Duration{0, d}, nil, "refused; unreachable"},
		{"the only one fails", []attempt{{after: 5, err: refused}}, -1, 5, []time.Duration{0}, nil, "refused"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				var mu sync.Mutex // guards starts and conns
				var starts []time.Duration
				conns := make([]*scriptedConn, len(c.attempts))
				conn, err := race(t.Context(), len(c.attempts), func(ctx context.Context, i int) (net.Conn, error) {
					conn := &scriptedConn{i: i}
					mu.Lock()
					starts = append(starts, time.Since(begin))
					conns[i] = conn
					mu.Unlock()
					return c.attempts[i].play(ctx, conn)
				})
				if took := time.Since(begin); took != c.took {
					t.Errorf("took %v, want %v", took, c.took)
				}
				if !slices.Equal(starts, c.starts) {
					t.Errorf("attempts start at %v, want %v", starts, c.starts)
				}
				if c.winner < 0 {
					if err == nil || err.Error() != c.err {
						t.Errorf("error %q, want %q", err, c.err)
					}
					return
				}
				if err != nil || conn.(*scriptedConn).i != c.winner {
					t.Fatalf("won by %v, %v; want %d", conn, err, c.winner)
				}
				for i, conn := range conns {
					if conn != nil && conn.closed != slices.Contains(c.closed, i) {
						t.Errorf("connection %d is closed: %t", i, conn.closed)
					}
				}
			})
		})
	}
}

func (a attempt) play(ctx context.Context, conn net.Conn) (net.Conn, error) {
	if a.deaf {
		ctx = context.WithoutCancel(ctx)
	}
	select {
	case <-time.After(a.after):
		if a.err != nil {
			return nil, a.err
		}
		return conn, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func TestRaceEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*AttemptDelay/2)
		defer cancel()
		begin := time.Now()
		var made atomic.Int32
		_, err := race(ctx, 9, func(ctx context.Context, i int) (net.Conn, error) {
			made.Add(1)
			<-ctx.Done()
			return nil, ctx.Err()
		})
		if took := time.Since(begin); took != 3*AttemptDelay/2 || made.Load() != 2 || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%d attempts, %v, after %v", made.Load(), err, took)
		}
		if _, err := race(ctx, 1, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("in a done context: %v", err)
		}
	})
}

func TestInterleave(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"[1.1.1.1]", "[1.1.1.1]"},
		{"[::1 ::2 1.1.1.1]", "[::1 1.1.1.1 ::2]"},
		{"[1.1.1.1 ::1 ::2 ::3 1.1.1.2]", "[1.1.1.1 ::1 1.1.1.2 ::2 ::3]"},
	} {
		in := addrs(fields(c.in)...)
		if got := fmt.Sprint(interleave(in)); got != c.want {
			t.Errorf("%s: %s, want %s", c.in, got, c.want)
		}
	}
}
