package patterns

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/transport"
)

// lineUp makes n callers enter, and says which are through in which order.
func lineUp(t *testing.T, l *dialLine, ctx context.Context, n int) (through chan uint32) {
	t.Helper()
	through = make(chan uint32, n)
	for range n {
		go func() {
			if round, err := l.enter(ctx); err == nil {
				through <- round
			}
		}()
		synctest.Wait() // so that they line up one after another
	}
	return through
}

// As many connections as there is room for are made at once, and for each that is through
// another one.
func TestDialLineIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l dialLine
		through := lineUp(t, &l, t.Context(), mostDials+3)
		for left := 3; left >= 0; left-- {
			if synctest.Wait(); len(through) != mostDials {
				t.Fatalf("%d are let through, %d wait", len(through), len(l.waiting))
			}
			l.leave(<-through)
		}
		if synctest.Wait(); len(through) != mostDials-1 || l.begun != mostDials-1 || l.waiting != nil {
			t.Errorf("%d are let through, %d count, %d wait", len(through), l.begun, len(l.waiting))
		}
	})
}

// Who does not get through holds nobody up for longer than patience lasts, however many
// they are.
func TestDialLineLosesPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l dialLine
		start := time.Now()
		through := lineUp(t, &l, t.Context(), 3*mostDials)
		for round := range uint32(3) {
			if synctest.Wait(); len(through) != mostDials {
				t.Fatalf("round %d: %d are let through", round, len(through))
			}
			for range mostDials {
				if got := <-through; got != round {
					t.Fatalf("let through in round %d, not %d", got, round)
				}
			}
			if passed := time.Since(start); passed != time.Duration(round)*dialPatience {
				t.Errorf("round %d begins after %v", round, passed)
			}
			if round < 2 {
				time.Sleep(dialPatience) // virtual
			}
		}
		l.leave(0) // they are through at last, and have not counted for long
		l.leave(1)
		if l.begun != mostDials {
			t.Errorf("%d count", l.begun)
		}
		time.Sleep(time.Hour) // virtual
		if l.round != 2 {
			t.Errorf("patience is lost with nobody waiting, in round %d", l.round)
		}
	})
}

// Who gives up takes no place, also if it has just been given one.
func TestDialLineIsLeftByWhoGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l dialLine
		lineUp(t, &l, t.Context(), mostDials)
		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("why")
		failed := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := l.enter(ctx)
				failed <- err
			}()
		}
		synctest.Wait()
		after := lineUp(t, &l, t.Context(), 1)
		cancel(why)
		for range 2 {
			if err := <-failed; err != why {
				t.Error(err)
			}
		}
		l.leave(0)
		if synctest.Wait(); len(after) != 1 || l.begun != mostDials {
			t.Errorf("%d are let through, %d count", len(after), l.begun)
		}
	})
}

// deadEnds are addresses where nobody answers.
type deadEnds struct{ tried atomic.Int32 }

func (*deadEnds) Scheme() string                             { return "dead" }
func (*deadEnds) CheckDial(string, *transport.Options) error { return nil }
func (d *deadEnds) Listen(context.Context, string, *transport.Options) (transport.Listener, error) {
	return nil, errors.ErrUnsupported
}

func (d *deadEnds) Dial(ctx context.Context, _ string, _ *transport.Options) (net.Conn, error) {
	d.tried.Add(1)
	<-ctx.Done()
	return nil, context.Cause(ctx)
}

// A socket that is connected to many addresses at once tries them a few at a time, and
// that some do not answer does not keep it from the others. To close it takes no time.
func TestManyConnectsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var dead deadEnds
		push, err := NewPush(InContext(NewContext(Transport(&dead))))
		if err != nil {
			t.Fatal(err)
		}
		for range 4 * mostDials {
			if err := push.Connect("dead://end"); err != nil {
				t.Fatal(err)
			}
		}
		for want := int32(mostDials); want < 4*mostDials; want += mostDials {
			if synctest.Wait(); dead.tried.Load() != want {
				t.Errorf("%d are tried, want %d", dead.tried.Load(), want)
			}
			time.Sleep(dialPatience) // virtual
		}
		start := time.Now()
		if err := push.Close(); err != nil || time.Since(start) != 0 {
			t.Errorf("closed after %v: %v", time.Since(start), err)
		}
	})
}

// A connection that is made makes place for another.
func TestDialLineIsLeftByConnections(t *testing.T) {
	pull, err := NewPull()
	if err != nil {
		t.Fatal(err)
	}
	defer pull.Close()
	push, err := NewPush()
	if err != nil {
		t.Fatal(err)
	}
	defer push.Close()
	end, err := pull.Bind("tcp://127.0.0.1:*")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for range 2 * mostDials {
		if err := push.Connect(end.String()); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 * mostDials { // one goes to each
		if err := push.SendBytes(ctx, nil); err != nil {
			t.Fatal(err)
		}
	}
	var m zmq.Message
	for range 2 * mostDials {
		if err := pull.RecvInto(ctx, &m); err != nil {
			t.Fatal(err)
		}
	}
	l := &push.dialing
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.begun != 0 || len(l.waiting) != 0 {
		t.Errorf("%d count, %d wait", l.begun, len(l.waiting))
	}
}
