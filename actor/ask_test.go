package actor

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// Each way in which a question ends without an answer is told to who asked, at once.
func TestAskErrors(t *testing.T) {
	var d diary
	boom := errors.New("boom")
	within(t, quietly(&d), func(ctx context.Context, s *Supervisor) {
		c := mustStart(t, s, "oracle", func(self Ref[func(ReplyTo[int]) error]) Actor[func(ReplyTo[int]) error] {
			return Func[func(ReplyTo[int]) error](func(_ context.Context, f func(ReplyTo[int]) error) error { return f(ReplyTo[int]{}) })
		})
		ask := func(ctx context.Context, f func(ReplyTo[int]) error) (int, error) {
			return Ask(ctx, c, func(r ReplyTo[int]) func(ReplyTo[int]) error {
				return func(ReplyTo[int]) error { return f(r) }
			})
		}
		start := time.Now()
		if n, err := ask(ctx, func(r ReplyTo[int]) error { return r.Send(7) }); n != 7 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		if _, err := ask(ctx, func(r ReplyTo[int]) error { r.Fail(boom); return nil }); err != boom {
			t.Errorf("%v", err)
		}
		if _, err := ask(ctx, func(ReplyTo[int]) error { return boom }); !errors.Is(err, boom) {
			t.Errorf("%v", err)
		}
		if _, err := ask(ctx, func(ReplyTo[int]) error { panic(boom) }); !errors.Is(err, boom) {
			t.Errorf("%v", err)
		}
		if time.Since(start) != 0 {
			t.Errorf("took %v", time.Since(start))
		}
		short, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		keep := make(chan ReplyTo[int], 1)
		if _, err := ask(short, func(r ReplyTo[int]) error { keep <- r; return nil }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		d.take()
		kept := <-keep
		if err := kept.Send(1); err != ErrNobodyWaits {
			t.Errorf("%v", err)
		}
		if err := kept.Fail(boom); err != ErrNobodyWaits {
			t.Errorf("%v", err)
		}
		expect(t, "history", d.take(), "letter to who asked /actors/oracle: nobody waited, <nil>")
		if err := (ReplyTo[int]{}).Send(1); err != ErrNobodyWaits {
			t.Errorf("%v", err)
		}
		if err := (ReplyTo[int]{}).Fail(boom); err != ErrNobodyWaits {
			t.Errorf("%v", err)
		}
		answered := make(chan error, 2)
		if n, err := ask(ctx, func(r ReplyTo[int]) error {
			answered <- r.Send(1)
			answered <- r.Send(2)
			return nil
		}); n != 1 || err != nil || <-answered != nil || <-answered != ErrAnswered {
			t.Errorf("%d, %v", n, err)
		}
	})
}

// An actor that ends with a question in its hand leaves nobody waiting.
func TestAskWhoEnds(t *testing.T) {
	var d diary
	within(t, quietly(&d), func(ctx context.Context, s *Supervisor) {
		var kept []ReplyTo[int]
		c := mustStart(t, s, "oracle", func(Ref[ReplyTo[int]]) Actor[ReplyTo[int]] {
			return Func[ReplyTo[int]](func(_ context.Context, r ReplyTo[int]) error { kept = append(kept, r); return nil })
		})
		ends := make(chan error, 1)
		go func() {
			_, err := Ask(ctx, c, func(r ReplyTo[int]) ReplyTo[int] { return r })
			ends <- err
		}()
		synctest.Wait()
		c.BeginStop()
		if err := <-ends; !errors.Is(err, ErrStopped) {
			t.Errorf("%v", err)
		}
		if _, err := Ask(ctx, c, func(r ReplyTo[int]) ReplyTo[int] { return r }); !errors.Is(err, ErrStopped) || len(kept) != 1 {
			t.Errorf("%v", err)
		}
	})
}

// A question in the mailbox of an actor that is killed fails at once; an answer that
// is there counts though the context is done.
func TestAskKilledAndCancelled(t *testing.T) {
	var d diary
	within(t, quietly(&d), func(ctx context.Context, s *Supervisor) {
		enter := make(chan struct{})
		c := mustStart(t, s, "busy", func(Ref[counterMsg]) Actor[counterMsg] {
			return Func[counterMsg](func(ctx context.Context, m counterMsg) error {
				if g, ok := m.(get); ok {
					return g.reply.Send(9)
				}
				enter <- struct{}{}
				<-ctx.Done()
				return nil
			})
		})
		over, cancel := context.WithCancel(ctx)
		cancel()
		if n, err := askCounter(over, c); err == nil && n != 9 || err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("%d, %v", n, err)
		}
		mustSend(t, ctx, c, counterMsg(add{1}))
		<-enter
		got := make(chan error, 1)
		go func() {
			_, err := askCounter(ctx, c)
			got <- err
		}()
		synctest.Wait()
		c.Kill()
		if err := <-got; !errors.Is(err, ErrStopped) {
			t.Errorf("%v", err)
		}
	})
}
