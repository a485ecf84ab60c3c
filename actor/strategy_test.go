package actor

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// noting is an actor that writes down its incarnations.
type noting struct {
	name string
	d    *diary
}

func (n *noting) Started(context.Context) error { n.d.add("%s+", n.name); return nil }
func (n *noting) Ended(_ context.Context, err error) {
	if errors.Is(err, ErrSibling) {
		n.d.add("%s~", n.name)
	} else {
		n.d.add("%s-", n.name)
	}
}

func (n *noting) Receive(_ context.Context, m string) error {
	if m == "fail" {
		return errors.New(n.name + " failed")
	}
	n.d.add("%s:%s", n.name, m)
	return nil
}

func startNoting(t *testing.T, s *Supervisor, d *diary, name string, opts ...Option) Ref[string] {
	t.Helper()
	return mustStart(t, s, name, func(Ref[string]) Actor[string] { return &noting{name, d} }, opts...)
}

// silent is a Config whose failures and letters nobody wants.
func silent() Config {
	return Config{OnFailure: func(string, error) {}, DeadLetters: func(DeadLetter) {}}
}

// Each strategy restarts whom it says: ended latest first, begun anew oldest first, with
// their mailboxes.
func TestStrategies(t *testing.T) {
	for strategy, want := range map[Strategy]string{
		OneForOne:  "b-; b+",
		OneForAll:  "b-; c~; a~; a+; b+; c+",
		RestForOne: "b-; c~; b+; c+",
	} {
		for _, delay := range []time.Duration{0, time.Second} {
			var d diary
			cfg := silent()
			cfg.Strategy = strategy
			if delay > 0 {
				cfg.Backoff = Exponential{First: delay}.Delay
			}
			within(t, cfg, func(ctx context.Context, s *Supervisor) {
				var refs []Ref[string]
				for _, name := range []string{"a", "b", "c"} {
					refs = append(refs, startNoting(t, s, &d, name))
				}
				d.take()
				mustSend(t, ctx, refs[1], "fail")
				time.Sleep(2 * time.Second)
				got := d.take()
				expect(t, strategy.String(), got, want)
				for i, ref := range refs {
					mustSend(t, ctx, ref, "hello")
					synctest.Wait()
					expect(t, "after it", d.take(), string(rune('a'+i))+":hello")
				}
			})
		}
	}
}

// What is sent to actors that rest with their siblings waits.
func TestGroupKeepsMailboxes(t *testing.T) {
	var d diary
	cfg := silent()
	cfg.Strategy = OneForAll
	cfg.Backoff = Exponential{First: time.Minute}.Delay
	within(t, cfg, func(ctx context.Context, s *Supervisor) {
		a, b := startNoting(t, s, &d, "a"), startNoting(t, s, &d, "b", Restarts(Transient))
		gone := startNoting(t, s, &d, "t", Restarts(Temporary))
		d.take()
		mustSend(t, ctx, a, "fail")
		synctest.Wait()
		mustSend(t, ctx, b, "one")
		mustSend(t, ctx, a, "two")
		synctest.Wait()
		expect(t, "at rest", d.take(), "a-; t~; b~")
		if !errors.Is(gone.Err(), ErrSibling) {
			t.Errorf("%v", gone.Err())
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := d.take(); got != "a+; a:two; b+; b:one" && got != "a+; b+; a:two; b:one" && got != "a+; b+; b:one; a:two" {
			t.Errorf("%s", got)
		}
	})
}

// A supervisor that fails is restarted by its own, which gives up in its turn; the
// addresses of the actors remain good until then.
func TestNestedEscalation(t *testing.T) {
	var d diary
	synctest.Test(t, func(t *testing.T) {
		cfg := silent()
		cfg.OnFailure = func(path string, err error) {
			if _, ok := errors.AsType[*EscalationError](err); ok {
				d.add("%s gives up", path)
			}
		}
		cfg.MaxRestarts = 1
		err := Run(t.Context(), cfg, func(ctx context.Context, s *Supervisor) error {
			below, err := Supervise(s, "below", Supervision{MaxRestarts: 2, Window: time.Hour})
			if err != nil {
				return err
			}
			lowest, err := Supervise(below, "lowest", Supervision{MaxRestarts: 1})
			if err != nil {
				return err
			}
			a, b := startNoting(t, below, &d, "a"), startNoting(t, lowest, &d, "b")
			d.take()
			for range 3 {
				mustSend(t, ctx, a, "fail")
			}
			synctest.Wait()
			expect(t, "first", d.take(), "a-; a+; a-; a+; a-; /actors/below gives up; b~; b+; a+")
			mustSend(t, ctx, b, "hello")
			for range 3 {
				mustSend(t, ctx, b, "fail")
			}
			synctest.Wait()
			expect(t, "second", d.take(), "b:hello; b-; b+; b-; /actors/below/lowest gives up; b+; b-; b+")
			for range 6 {
				_ = a.Send(ctx, "fail")
			}
			<-ctx.Done()
			return nil
		})
		up, ok := errors.AsType[*EscalationError](err)
		if !ok || up.Path != "/actors/below" {
			t.Errorf("%v", err)
		}
	})
	if got := d.take(); !strings.Contains(got, "/actors gives up") {
		t.Errorf("%s", got)
	}
}

// A group that is killed or stopped while it is restarted ends.
func TestStopWhileRegrouping(t *testing.T) {
	for _, kill := range []bool{false, true} {
		var d diary
		cfg := silent()
		cfg.Strategy = OneForAll
		cfg.MaxRestarts = 100
		within(t, cfg, func(ctx context.Context, s *Supervisor) {
			var refs []Ref[string]
			for range 20 {
				refs = append(refs, startNoting(t, s, &d, ""))
			}
			for i := range 50 {
				_ = refs[i%20].Send(ctx, "fail")
			}
			if kill {
				s.Node().Kill()
			}
		})
	}
}

func TestSuperviseMisuse(t *testing.T) {
	within(t, silent(), func(ctx context.Context, s *Supervisor) {
		if _, err := Supervise(s, "a", Supervision{}); err != nil {
			t.Error(err)
		}
		for _, tt := range []struct {
			name string
			how  Supervision
			want error
		}{
			{"a", Supervision{}, ErrDuplicate},
			{"", Supervision{}, ErrSpec},
			{"x/y", Supervision{}, ErrSpec},
			{"b", Supervision{Strategy: 9}, ErrSpec},
			{"b", Supervision{MaxRestarts: -1}, ErrSpec},
		} {
			if below, err := Supervise(s, tt.name, tt.how); below != nil || !errors.Is(err, tt.want) {
				t.Errorf("%+v: %v", tt, err)
			}
		}
		s.Node().BeginStop()
		if _, err := Supervise(s, "late", Supervision{}); !errors.Is(err, ErrStopping) {
			t.Errorf("%v", err)
		}
	})
}

func TestLookup(t *testing.T) {
	var d diary
	within(t, silent(), func(ctx context.Context, s *Supervisor) {
		below, err := Supervise(s, "below", Supervision{})
		if err != nil {
			t.Fatal(err)
		}
		a := startNoting(t, below, &d, "a")
		for _, from := range []struct {
			s    *Supervisor
			name string
		}{{s, "below/a"}, {below, "a"}} {
			if got, err := Lookup[string](from.s, from.name); got != a || err != nil {
				t.Errorf("%v, %v", got, err)
			}
		}
		if _, err := Lookup[int](below, "a"); !errors.Is(err, ErrSpec) {
			t.Errorf("%v", err)
		}
		if _, err := Lookup[string](s, "below"); !errors.Is(err, ErrSpec) {
			t.Errorf("%v", err)
		}
		if err := a.Stop(ctx); err != nil {
			t.Error(err)
		}
		if _, err := Lookup[string](below, "a"); !errors.Is(err, ErrNoActor) {
			t.Errorf("%v", err)
		}
	})
}
