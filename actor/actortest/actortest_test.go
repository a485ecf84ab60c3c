package actortest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq/actor"
)

// A bank has a bug: who pays in asks for the balance, and sets a new one. Two that do so
// at once may lose a payment.
type (
	bankMsg interface{ isBank() }
	balance struct{ reply actor.ReplyTo[int] }
	set     struct{ to int }
)

func (balance) isBank() {}
func (set) isBank()     {}

type bank struct{ has int }

func (b *bank) Receive(_ context.Context, m bankMsg) error {
	switch m := m.(type) {
	case balance:
		return m.reply.Send(b.has)
	case set:
		b.has = m.to
	}
	return nil
}

func ask(ctx context.Context, b actor.Ref[bankMsg]) (int, error) {
	return actor.Ask(ctx, b, func(r actor.ReplyTo[int]) bankMsg { return balance{r} })
}

// payIn has two clients pay 10 each, and returns what there is then.
func payIn(k *Kit) int {
	b, err := actor.Start(k.Root(), "bank", func(actor.Ref[bankMsg]) actor.Actor[bankMsg] { return &bank{} })
	k.NoError(err)
	for _, name := range []string{"ada", "bob"} {
		client, err := actor.Start(k.Root(), name, func(actor.Ref[int]) actor.Actor[int] {
			return actor.Func[int](func(ctx context.Context, n int) error {
				has, err := ask(ctx, b)
				if err != nil {
					return err
				}
				return b.Send(ctx, set{has + n})
			})
		})
		k.NoError(err)
		k.NoError(client.Send(k.Context(), 10))
	}
	k.Settle()
	has, err := ask(k.Context(), b)
	k.NoError(err)
	return has
}

// A mistake in the order of messages is found by some seed, and by each time that it
// is tried; other seeds pass.
func TestSeedFindsAndReplays(t *testing.T) {
	lost, fine := uint64(0), 0
	for seed := range uint64(DefaultSeeds) {
		Play(t, seed+1, Config{}, func(k *Kit) {
			if payIn(k) == 20 {
				fine++
			} else {
				lost = seed + 1
			}
		})
	}
	if lost == 0 || fine == 0 {
		t.Fatalf("%d seeds of %d are fine", fine, DefaultSeeds)
	}
	for range 20 {
		Play(t, lost, Config{}, func(k *Kit) {
			if has := payIn(k); has != 10 {
				t.Errorf("seed %d: %d, want 10 as before", lost, has)
			}
		})
	}
}

// The same seed takes the same turns whatever the runtime does, with timers at the same
// moment, restarts, and senders that wait for room; others do not.
func TestSameSeedSameTurns(t *testing.T) {
	boom := errors.New("boom")
	busy := func(k *Kit) {
		p := NewProbe[int](k, "probe")
		sup, err := actor.Supervise(k.Root(), "sup", actor.Supervision{Strategy: actor.OneForAll, MaxRestarts: 100, Backoff: actor.Exponential{First: time.Second}.Delay})
		k.NoError(err)
		for i := range 5 {
			a, err := actor.Start(sup, fmt.Sprint("a", i), func(self actor.Ref[int]) actor.Actor[int] {
				return actor.Func[int](func(ctx context.Context, n int) error {
					if n == 3 && i == 2 {
						return boom
					}
					return p.Ref().Send(ctx, 10*i+n)
				})
			}, actor.HWM(2))
			k.NoError(err)
			_, err = actor.Every(a, time.Second, 9)
			k.NoError(err)
			for n := range 6 {
				k.NoError(a.Send(k.Context(), n))
			}
		}
		k.Sleep(3 * time.Second)
	}
	var first []string
	differ := 0
	for seed := range uint64(10) {
		steps := Play(t, seed, Config{}, busy)
		for range 5 {
			if again := Play(t, seed, Config{}, busy); !slices.Equal(again, steps) {
				t.Fatalf("seed %d:\n%v\n%v", seed, steps, again)
			}
		}
		if first == nil {
			first = steps
		} else if !slices.Equal(first, steps) {
			differ++
		}
	}
	if differ == 0 {
		t.Error("all seeds take the same turns")
	}
}

// fake records what would be a test's failure.
type fake struct{ said []string }

func (*fake) Helper()                          {}
func (f *fake) Errorf(format string, a ...any) { f.said = append(f.said, fmt.Sprintf(format, a...)) }

// Each way to fail says what was wanted, what came instead, and how to see it again.
func TestFailures(t *testing.T) {
	even := func(n int) bool { return n%2 == 0 }
	for _, tt := range []struct {
		what string
		body func(k *Kit, p *Probe[any])
		want string
	}{
		{"another", func(k *Kit, p *Probe[any]) { p.ExpectMsg(1); p.ExpectMsg(3) }, "p: got int2, want int3; before that came int1"},
		{"first", func(k *Kit, p *Probe[any]) { p.ExpectMsg("1") }, "p: got int1, want string1; it is the first"},
		{"none", func(k *Kit, p *Probe[any]) { p.Next(); p.Next(); p.ExpectMsg(3) }, "p: nothing came within 1m0s, want int3; before that came int1, int2"},
		{"some", func(k *Kit, p *Probe[any]) { p.ExpectMsgs(2, 7) }, "p: got int1, want one of int2, int7; it is the first"},
		{"some left", func(k *Kit, p *Probe[any]) { p.ExpectMsgs(2, 1, 7) }, "p: nothing came within 1m0s, want one of int7; before that came int1, int2"},
		{"match", func(k *Kit, p *Probe[any]) { p.ExpectMatch("an even one", func(m any) bool { return even(m.(int)) }) }, "p: got int1, want an even one; it is the first"},
		{"fish", func(k *Kit, p *Probe[any]) { p.Fish("a 7", func(m any) bool { return m == 7 }) }, "p: a 7 did not come within 1m0s; before that came int1, int2"},
		{"not none", func(k *Kit, p *Probe[any]) { p.ExpectNoMsg(0) }, "p: got int1, want nothing within 0s; it is the first"},
		{"type", func(k *Kit, p *Probe[any]) { ExpectType[string](p) }, "p: got int1, want a string; it is the first"},
		{"not ended", func(k *Kit, p *Probe[any]) { _ = ExpectTerminated(k, p.Ref()) }, "/actors/p: has not ended within 1m0s"},
		{"panic", func(k *Kit, p *Probe[any]) { panic("boom") }, "panic: boom"},
		{"error", func(k *Kit, p *Probe[any]) { k.Errorf("odd") }, "odd"},
		{"config", nil, "actors actors: actor: bad spec: negative Window"},
	} {
		f := &fake{}
		cfg := Config{}
		if tt.body == nil {
			cfg.Actors.Window = -1
		}
		synctest.Test(t, func(*testing.T) {
			play(f, "TestIt", 42, cfg, func(k *Kit) {
				p := NewProbe[any](k, "p")
				k.NoError(p.Ref().Send(k.Context(), 1))
				k.NoError(p.Ref().Send(k.Context(), 2))
				tt.body(k, p)
			})
		})
		if len(f.said) != 1 || !strings.HasPrefix(f.said[0], tt.want) || !strings.HasSuffix(f.said[0], "to see this again: ACTORTEST_SEED=42 go test -run '^TestIt$'") {
			t.Errorf("%s:\n got %q\nwant %q", tt.what, f.said, tt.want)
		}
	}
}

// An actor that does not end is a failure of the test.
func TestStuckActor(t *testing.T) {
	f := &fake{}
	synctest.Test(t, func(*testing.T) {
		release := make(chan struct{})
		play(f, "TestIt", 1, Config{Actors: actor.Config{KillGrace: -1}}, func(k *Kit) {
			a, err := actor.Start(k.Root(), "stuck", func(actor.Ref[int]) actor.Actor[int] {
				return actor.Func[int](func(context.Context, int) error { <-release; return nil })
			})
			k.NoError(err)
			k.NoError(a.Send(k.Context(), 1))
			k.Settle()
		})
		close(release)
	})
	if len(f.said) != 1 || !strings.Contains(f.said[0], "1 nodes did not end when killed: /actors/stuck") {
		t.Errorf("%q", f.said)
	}
}

// What is expected may come in each of the ways, and in virtual time.
func TestProbe(t *testing.T) {
	Run(t, Config{Seeds: 5}, func(k *Kit) {
		p := NewProbe[any](k, "p")
		begun := time.Now()
		for i, m := range []any{1, "two", 3.0, 4, 5, 6} {
			_, err := actor.After(p.Ref(), time.Duration(i)*time.Second, m)
			k.NoError(err)
		}
		p.ExpectMsg(1)
		if s := ExpectType[string](p); s != "two" {
			t.Error(s)
		}
		if m := p.Fish("a four", func(m any) bool { return m == 4 }); m != 4 {
			t.Error(m)
		}
		p.ExpectMsgs(6, 5)
		if took := time.Since(begun); took != 5*time.Second {
			t.Error(took)
		}
		p.ExpectNoMsg(time.Hour)
		p.Ref().BeginStop()
		if err := ExpectTerminated(k, p.Ref()); err != nil {
			t.Error(err)
		}
		if err := p.Ref().TrySend(1); !errors.Is(err, actor.ErrStopped) {
			t.Error(err)
		}
	})
}

// Dead letters and failures are kept, and passed on.
func TestRecords(t *testing.T) {
	boom := errors.New("boom")
	letters, failures := 0, 0
	cfg := Config{Seeds: 1, Actors: actor.Config{
		DeadLetters: func(actor.DeadLetter) { letters++ },
		OnFailure:   func(string, error) { failures++ },
	}}
	Run(t, cfg, func(k *Kit) {
		a, err := actor.Start(k.Root(), "a", func(actor.Ref[int]) actor.Actor[int] {
			return actor.Func[int](func(context.Context, int) error { return boom })
		})
		k.NoError(err)
		k.NoError(a.Send(k.Context(), 1))
		k.Settle()
		if l := k.DeadLetters(); len(l) != 1 || l[0].Message != 1 || letters != 1 {
			t.Errorf("%v", l)
		}
		if f := k.Failures(); len(f) != 1 || !errors.Is(f[0], boom) || f[0].Error() != "/actors/a: boom" || failures != 1 {
			t.Errorf("%v", f)
		}
		if len(k.DeadLetters())+len(k.Failures()) != 0 || k.Seed() == 0 {
			t.Error("not forgotten")
		}
	})
}

// The environment names the seed.
func TestSeedFromOutside(t *testing.T) {
	t.Setenv(SeedVariable, "0x11")
	var got []uint64
	Run(t, Config{Seeds: 3}, func(k *Kit) { got = append(got, k.Seed()) })
	if !slices.Equal(got, []uint64{17}) {
		t.Errorf("%v", got)
	}
	t.Setenv(SeedVariable, "")
	got = nil
	Run(t, Config{Seeds: 3, First: 5}, func(k *Kit) { got = append(got, k.Seed()) })
	if !slices.Equal(got, []uint64{5, 6, 7}) {
		t.Errorf("%v", got)
	}
}
