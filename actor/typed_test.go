package actor

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

type counterMsg interface{ isCounter() }

type (
	add   struct{ n int }
	get   struct{ reply ReplyTo[int] }
	crash struct{ with any }
	fail  struct{ err error }
)

func (add) isCounter()   {}
func (get) isCounter()   {}
func (crash) isCounter() {}
func (fail) isCounter()  {}

// counter is the actor of most tests.
type counter struct {
	n int
	d *diary
}

func (c *counter) Receive(_ context.Context, m counterMsg) error {
	switch m := m.(type) {
	case add:
		c.n += m.n
	case get:
		return m.reply.Send(c.n)
	case crash:
		panic(m.with)
	case fail:
		return m.err
	}
	return nil
}

func (c *counter) Started(context.Context) error {
	c.d.add("started")
	return nil
}

func (c *counter) Ended(ctx context.Context, err error) {
	c.d.add("ended %v, %v", err, ctx.Err())
}

// newCounter returns a build function whose counters write into d.
func newCounter(d *diary) func(Ref[counterMsg]) Actor[counterMsg] {
	return func(Ref[counterMsg]) Actor[counterMsg] { return &counter{d: d} }
}

// quietly is a Config that records failures and dead letters in d.
func quietly(d *diary) Config {
	return Config{
		OnFailure:   func(path string, err error) { d.add("failure %s: %v", path, err) },
		DeadLetters: func(l DeadLetter) { d.add("letter to %s: %v, %v", l.To, l.Reason, l.Err) },
	}
}

// within runs body with the root of a system, in virtual time.
func within(t *testing.T, cfg Config, body func(ctx context.Context, s *Supervisor)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		err := Run(t.Context(), cfg, func(ctx context.Context, s *Supervisor) error {
			body(ctx, s)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func mustStart[M any](t *testing.T, s *Supervisor, name string, build func(Ref[M]) Actor[M], opts ...Option) Ref[M] {
	t.Helper()
	ref, err := Start(s, name, build, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func mustSend[M any](t *testing.T, ctx context.Context, to Ref[M], m M) {
	t.Helper()
	if err := to.Send(ctx, m); err != nil {
		t.Error(err)
	}
}

func askCounter(ctx context.Context, c Ref[counterMsg]) (int, error) {
	return Ask(ctx, c, func(r ReplyTo[int]) counterMsg { return get{r} })
}

// A failed actor is built anew; its address and its mailbox remain.
func TestRestartKeepsTheMailbox(t *testing.T) {
	var d diary
	within(t, quietly(&d), func(ctx context.Context, s *Supervisor) {
		c := mustStart(t, s, "counter", newCounter(&d))
		for _, m := range []counterMsg{add{2}, add{3}, crash{"boom"}, add{4}, fail{errors.New("bad day")}, add{7}} {
			mustSend(t, ctx, c, m)
		}
		if n, err := askCounter(ctx, c); n != 7 || err != nil {
			t.Errorf("%d, %v, want 7", n, err)
		}
	})
	expect(t, "history", d.take(), "started; "+
		"letter to /actors/counter: unhandled, actor: panic: boom; ended actor: panic: boom, context canceled; failure /actors/counter: actor: panic: boom; started; "+
		"letter to /actors/counter: unhandled, bad day; ended bad day, context canceled; failure /actors/counter: bad day; started; "+
		"ended <nil>, context canceled")
}

// A panic is an error that has the stack and unwraps to what it was.
func TestPanicIsAnError(t *testing.T) {
	var d diary
	cfg := quietly(&d)
	var got error
	cfg.OnFailure = func(_ string, err error) { got = err }
	within(t, cfg, func(ctx context.Context, s *Supervisor) {
		c := mustStart(t, s, "counter", newCounter(&d), Restarts(Temporary))
		mustSend(t, ctx, c, counterMsg(crash{context.DeadlineExceeded}))
		<-c.Done()
		if !errors.Is(c.Err(), context.DeadlineExceeded) {
			t.Errorf("%v", c.Err())
		}
	})
	p, ok := errors.AsType[*PanicError](got)
	if !ok || !strings.Contains(string(p.Stack), "(*counter).Receive") {
		t.Errorf("%v", got)
	}
}

// What an actor returns decides whether it is built anew.
func TestEnds(t *testing.T) {
	boom := errors.New("boom")
	for _, tt := range []struct {
		restart Restart
		err     error
		lives   bool
		ends    error
	}{
		{Temporary, boom, false, boom},
		{Temporary, ErrDone, false, nil},
		{Temporary, ErrStop, false, nil},
		{Transient, boom, true, nil},
		{Transient, ErrDone, false, nil},
		{Transient, ErrStop, false, nil},
		{Transient, Final(boom), false, boom},
		{Permanent, boom, true, nil},
		{Permanent, ErrDone, true, nil},
		{Permanent, ErrStop, false, nil},
		{Permanent, fmt.Errorf("enough: %w", Final(boom)), false, boom},
	} {
		var d diary
		within(t, quietly(&d), func(ctx context.Context, s *Supervisor) {
			c := mustStart(t, s, "counter", newCounter(&d), Restarts(tt.restart))
			mustSend(t, ctx, c, counterMsg(fail{tt.err}))
			synctest.Wait()
			if alive := !isEnded(c.Node()); alive != tt.lives || !errors.Is(c.Err(), tt.ends) {
				t.Errorf("%v, %v: lives %v, err %v", tt.restart, tt.err, alive, c.Err())
			}
			if err := c.Send(ctx, add{1}); (err == nil) != tt.lives || !tt.lives && !errors.Is(err, ErrStopped) {
				t.Errorf("%v, %v: %v", tt.restart, tt.err, err)
			}
		})
	}
}

// Too many failures end the root, and the body's context says so.
func TestEscalation(t *testing.T) {
	var d diary
	sent := 0
	synctest.Test(t, func(t *testing.T) {
		cfg := quietly(&d)
		cfg.MaxRestarts, cfg.Window = 2, time.Minute
		err := Run(t.Context(), cfg, func(ctx context.Context, s *Supervisor) error {
			c := mustStart(t, s, "counter", newCounter(&d))
			other := mustStart(t, s, "other", newCounter(&d))
			for range 4 {
				switch err := c.Send(ctx, crash{"boom"}); {
				case err == nil:
					sent++
				case sent < 3 || !errors.Is(err, ErrStopped): // the third is the end
					t.Error(err)
				}
			}
			<-ctx.Done()
			<-c.Done()
			<-other.Done()
			return nil
		})
		up, ok := errors.AsType[*EscalationError](err)
		if !ok || up.Path != "/actors/counter" || up.Restarts != 2 {
			t.Fatalf("%v", err)
		}
		if _, ok := errors.AsType[*PanicError](err); !ok {
			t.Fatalf("%v does not wrap the panic", err)
		}
	})
	if got := d.take(); strings.Count(got, "letter") != sent {
		t.Errorf("not a letter for each message:\n%s", got)
	}
}

// A back-off lets time pass in which messages wait, and nobody runs.
func TestBackoff(t *testing.T) {
	var d diary
	cfg := quietly(&d)
	cfg.Backoff = Exponential{First: time.Minute}.Delay
	within(t, cfg, func(ctx context.Context, s *Supervisor) {
		c := mustStart(t, s, "counter", newCounter(&d))
		for i := range 2 {
			start := time.Now()
			mustSend(t, ctx, c, counterMsg(crash{"boom"}))
			mustSend(t, ctx, c, counterMsg(add{1}))
			if n, err := askCounter(ctx, c); n != 1 || err != nil {
				t.Errorf("%d, %v", n, err)
			}
			if took := time.Since(start); took != time.Minute<<i {
				t.Errorf("took %v", took)
			}
		}
		mustSend(t, ctx, c, counterMsg(crash{"boom"}))
		mustSend(t, ctx, c, counterMsg(add{1}))
		synctest.Wait()
		d.take()
		start := time.Now()
		if err := c.Stop(ctx); err != nil || time.Since(start) != 0 {
			t.Errorf("stopping one that rests: %v after %v", err, time.Since(start))
		}
		expect(t, "history", d.take(), "letter to /actors/counter: stopped, <nil>")
	})
}

// Stop lets the actor handle what it has, kill does not.
func TestStopDrainsAndKillDoesNot(t *testing.T) {
	for _, kill := range []bool{false, true} {
		letters, handled := 0, 0
		cfg := Config{DeadLetters: func(DeadLetter) { letters++ }}
		within(t, cfg, func(ctx context.Context, s *Supervisor) {
			goOn := make(chan struct{})
			c := mustStart(t, s, "slow", func(Ref[int]) Actor[int] {
				return Func[int](func(ctx context.Context, _ int) error {
					handled++
					if handled == 1 {
						select {
						case <-goOn:
						case <-ctx.Done():
							if !errors.Is(context.Cause(ctx), ErrKilled) {
								t.Errorf("cause %v", context.Cause(ctx))
							}
						}
					}
					return nil
				})
			})
			for i := range 10 {
				mustSend(t, ctx, c, i)
			}
			synctest.Wait()
			if kill {
				c.Kill()
			} else {
				c.BeginStop()
				close(goOn)
			}
			<-c.Done()
			if err := c.Send(ctx, 1); !errors.Is(err, ErrStopped) {
				t.Errorf("%v", err)
			}
			if errors.Is(c.Err(), ErrKilled) != kill {
				t.Errorf("kill %v: %v", kill, c.Err())
			}
		})
		if want := map[bool]int{false: 10, true: 1}[kill]; handled != want || letters != 10-want {
			t.Errorf("kill %v: %d handled, %d letters", kill, handled, letters)
		}
	}
}

// An actor that is called back by its context has no other message handled by that incarnation, however
// soon it returns, and however long the context takes to be done with all that hangs on it.
func TestNothingIsHandledOnceCalledBack(t *testing.T) {
	for _, killed := range []bool{true, false} {
		cfg := silent()
		cfg.Strategy, cfg.MaxRestarts = OneForAll, 1000
		within(t, cfg, func(ctx context.Context, s *Supervisor) {
			failing := mustStart(t, s, "failing", func(Ref[error]) Actor[error] {
				return Func[error](func(_ context.Context, err error) error { return err })
			})
			for range 10 {
				begun, last, after := make(chan struct{}), make(chan struct{}), 0
				var cancels []context.CancelFunc
				c := mustStart(t, s, "", func(Ref[int]) Actor[int] {
					return Func[int](func(ctx context.Context, m int) error {
						if ctx.Err() != nil {
							after++
						}
						switch m {
						case 0:
							for range 3000 { // that are done after ctx is, by who ends it
								_, cancel := context.WithCancel(ctx)
								cancels = append(cancels, cancel)
							}
							close(begun)
							<-ctx.Done()
						case 9:
							close(last)
						}
						return nil
					})
				})
				for i := range 10 {
					mustSend(t, ctx, c, i)
				}
				<-begun
				if killed {
					c.Kill()
				} else {
					mustSend(t, ctx, failing, errors.New("siblings begin anew"))
					<-last
					c.BeginStop()
				}
				<-c.Done()
				for _, cancel := range cancels {
					cancel()
				}
				if after != 0 {
					t.Errorf("killed %v: %d messages with a context that is done", killed, after)
					return
				}
			}
		})
	}
}

// An actor may be killed yet when it has ended and that is told. What is wrong with that the race detector finds.
func TestKilledAsItsEndIsTold(t *testing.T) {
	s, err := New(t.Context(), silent())
	if err != nil {
		t.Fatal(err)
	}
	killed := make(chan struct{})
	below, err := Supervise(s, "below", Supervision{})
	if err != nil {
		t.Fatal(err)
	}
	below.node.spec = &Spec{OnChildExit: func(*Node, *Node, error) { <-killed }}
	c := mustStart(t, below, "", func(Ref[int]) Actor[int] {
		return Func[int](func(context.Context, int) error { return nil })
	})
	go c.BeginStop()
	time.Sleep(10 * time.Millisecond) // in real time: to be told of the end would order what follows behind it
	c.Kill()
	close(killed)
	<-c.Done()
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

// The latest started actor stops first, and may send to those before it.
func TestStopInOrder(t *testing.T) {
	var d diary
	within(t, quietly(&d), func(ctx context.Context, s *Supervisor) {
		var before Ref[string]
		for _, name := range []string{"a", "b", "c"} {
			to := before
			before = mustStart(t, s, name, func(Ref[string]) Actor[string] { return &heir{name, to, &d} })
		}
	})
	expect(t, "history", d.take(), "c ends; b got c; b ends; a got b; a ends")
}

type heir struct {
	name string
	to   Ref[string]
	d    *diary
}

func (h *heir) Receive(_ context.Context, m string) error {
	h.d.add("%s got %s", h.name, m)
	return nil
}

func (h *heir) Ended(ctx context.Context, _ error) {
	h.d.add("%s ends", h.name)
	if err := h.to.TrySend(h.name); err != nil && h.to != (Ref[string]{}) {
		h.d.add("%v", err)
	}
}

// Actors are addressed by values that can be compared.
func TestRefs(t *testing.T) {
	var d diary
	within(t, quietly(&d), func(ctx context.Context, s *Supervisor) {
		a, b := mustStart(t, s, "a", newCounter(&d)), mustStart(t, s, "", newCounter(&d))
		copied := a
		if a == b || a != copied || a.Path() != "/actors/a" || b.String() != "/actors/~1" || a.Node().Path() != a.Path() {
			t.Errorf("%v %v", a, b)
		}
		var none Ref[counterMsg]
		if err := none.Send(ctx, add{}); err != ErrNoActor {
			t.Errorf("%v", err)
		}
		if none.TrySend(add{}) != ErrNoActor || none.Stop(ctx) != ErrNoActor || none.Err() != ErrNoActor || none.Node() != nil || none.Done() != nil || none.Path() != "" {
			t.Error("the zero Ref leads somewhere")
		}
		if _, err := askCounter(ctx, none); err != ErrNoActor {
			t.Errorf("%v", err)
		}
		none.BeginStop()
		none.Kill()
	})
}

// runtime.Goexit in an actor, as by FailNow, is a failure as others are.
func TestGoexit(t *testing.T) {
	var d diary
	within(t, quietly(&d), func(ctx context.Context, s *Supervisor) {
		times := 0
		c := mustStart(t, s, "quitter", func(Ref[int]) Actor[int] {
			if times++; times == 3 {
				goexit()
			}
			return Func[int](func(_ context.Context, n int) error {
				if n < 0 {
					goexit()
				}
				return nil
			})
		})
		for _, n := range []int{1, -1, 2, -2, 3} {
			mustSend(t, ctx, c, n)
		}
		synctest.Wait()
	})
	expect(t, "history", d.take(), "letter to /actors/quitter: unhandled, actor: run ended its goroutine; failure /actors/quitter: actor: run ended its goroutine; "+
		"letter to /actors/quitter: unhandled, actor: run ended its goroutine; failure /actors/quitter: actor: run ended its goroutine; failure /actors/quitter: actor: run ended its goroutine")
}

// goexit ends the goroutine, as testing.T.FailNow does.
func goexit() { runtime.Goexit() }
