package actor

import (
	"context"
	"errors"
	"testing"

	"github.com/zeroactor/zmq/mailbox"
)

// What makes no sense is refused with an error that says what, and leaves nothing
// behind.
func TestMisuse(t *testing.T) {
	var d diary
	boom := errors.New("boom")
	build := newCounter(&d)
	var nobody Actor[counterMsg]
	within(t, quietly(&d), func(ctx context.Context, s *Supervisor) {
		mustStart(t, s, "taken", build)
		for _, tt := range []struct {
			what  string
			name  string
			build func(Ref[counterMsg]) Actor[counterMsg]
			opts  []Option
			is    error
			text  string
		}{
			{"duplicate name", "taken", build, nil, ErrDuplicate, "start taken under /actors: actor: name is taken"},
			{"name with a slash", "a/b", build, nil, ErrSpec, "start a/b under /actors: actor: bad spec: a name with a slash"},
			{"no build function", "x", nil, nil, ErrNoBehaviour, "start x under /actors: actor: built without a behaviour"},
			{"nil behaviour", "x", func(Ref[counterMsg]) Actor[counterMsg] { return nobody }, nil, ErrNoBehaviour, ""},
			{"nil function", "x", func(Ref[counterMsg]) Actor[counterMsg] { return Func[counterMsg](nil) }, nil, ErrNoBehaviour, "start x under /actors: actor: built without a behaviour"},
			{"negative capacity", "x", build, []Option{HWM(-1)}, ErrSpec, "start x under /actors: actor: bad spec: a high-water mark of -1"},
			{"no capacity", "x", build, []Option{HWM(0)}, ErrSpec, ""},
			{"nil option", "x", build, []Option{HWM(1), nil}, ErrSpec, "start x under /actors: actor: bad spec: a nil Option"},
			{"negative low-water mark", "x", build, []Option{LWM(-1)}, ErrSpec, "start x under /actors: actor: bad spec: a low-water mark of -1"},
			{"low above high", "", build, []Option{HWM(10), LWM(10)}, ErrSpec, "start an actor under /actors: actor: bad spec: a low-water mark of 10 with a high-water mark of 10"},
			{"unknown policy", "x", build, []Option{OnFull(17)}, ErrSpec, "start x under /actors: actor: bad spec: unknown Policy(17)"},
			{"unknown restart", "x", build, []Option{Restarts(17)}, ErrSpec, "start x under /actors: actor: bad spec: unknown Restart(17)"},
			{"stops itself while it starts", "x", func(self Ref[counterMsg]) Actor[counterMsg] { self.BeginStop(); return build(self) }, nil, ErrStoppedInStart, ""},
			{"kills itself while it starts", "x", func(self Ref[counterMsg]) Actor[counterMsg] { self.Kill(); return build(self) }, nil, ErrStoppedInStart, ""},
			{"is done before it starts", "x", starting(func(context.Context) error { return ErrStop }), nil, ErrStoppedInStart, ""},
			{"fails while it starts", "x", starting(func(context.Context) error { return boom }), nil, boom, "start x under /actors: boom"},
			{"panics while it starts", "x", starting(func(context.Context) error { panic(boom) }), nil, boom, ""},
			{"panics while it is built", "x", func(Ref[counterMsg]) Actor[counterMsg] { panic(boom) }, nil, boom, ""},
		} {
			ref, err := Start(s, tt.name, tt.build, tt.opts...)
			if !errors.Is(err, tt.is) || ref != (Ref[counterMsg]{}) {
				t.Errorf("%s: %v, %v", tt.what, ref, err)
			}
			if tt.text != "" && err.Error() != tt.text {
				t.Errorf("%s:\n got %s\nwant %s", tt.what, err, tt.text)
			}
		}
		n := 0
		for range s.Node().Children() {
			n++
		}
		if n != 1 {
			t.Errorf("%d actors, want 1", n)
		}
		x := mustStart(t, s, "x", build)
		if err := x.Stop(ctx); err != nil {
			t.Error(err)
		}
		mustStart(t, s, "x", build) // the name is free again
		s.Node().BeginStop()
		if _, err := Start(s, "late", build); !errors.Is(err, ErrStopping) {
			t.Errorf("%v", err)
		}
	})
}

// So is what would show only later, on a goroutine of somebody else.
func TestMisuseOfActors(t *testing.T) {
	var d diary
	within(t, quietly(&d), func(ctx context.Context, s *Supervisor) {
		ref := mustStart(t, s, "", func(Ref[func(ReplyTo[int])]) Actor[func(ReplyTo[int])] {
			return Func[func(ReplyTo[int])](func(context.Context, func(ReplyTo[int])) error { return nil })
		}, HWM(1<<62))
		if _, err := Watch[func(ReplyTo[int])](ref, ref, nil); !errors.Is(err, ErrSpec) {
			t.Errorf("watch without a message: %v", err)
		}
		if m := ref.Node().Snapshot(-1).Mailbox; m.HWM != mailbox.MaxHWM {
			t.Errorf("%+v", *m)
		}
		if s := s.Node().Snapshot(0); len(s.Children) != 0 || s.Omitted != 1 {
			t.Errorf("%+v", s)
		}
		failing := mustStart(t, s, "", func(Ref[ReplyTo[int]]) Actor[ReplyTo[int]] {
			return Func[ReplyTo[int]](func(_ context.Context, r ReplyTo[int]) error { return r.Fail(nil) })
		})
		if n, err := Ask(ctx, failing, func(r ReplyTo[int]) ReplyTo[int] { return r }); err == nil {
			t.Errorf("failed without an error: %d", n)
		}
		if err := (ReplyTo[int]{}).Fail(nil); !errors.Is(err, ErrNobodyWaits) {
			t.Errorf("the zero ReplyTo: %v", err)
		}
		Unstash(Ref[int]{})
	})
}

type startingActor struct {
	counter
	started func(context.Context) error
}

func (s *startingActor) Started(ctx context.Context) error { return s.started(ctx) }
func (s *startingActor) Ended(context.Context, error)      {}

func starting(started func(context.Context) error) func(Ref[counterMsg]) Actor[counterMsg] {
	return func(Ref[counterMsg]) Actor[counterMsg] { return &startingActor{started: started} }
}

func TestBadConfig(t *testing.T) {
	for _, cfg := range []Config{{Supervision: Supervision{MaxRestarts: -1}}, {Supervision: Supervision{Window: -1}}} {
		err := Run(t.Context(), cfg, func(context.Context, *Supervisor) error { return nil })
		if !errors.Is(err, ErrSpec) {
			t.Errorf("%v", err)
		}
		if _, err := New(t.Context(), cfg); !errors.Is(err, ErrSpec) {
			t.Errorf("%v", err)
		}
	}
}

// An actor that waits for itself is told so; a goroutine of its is another matter.
func TestWaitingForOneself(t *testing.T) {
	var d diary
	within(t, quietly(&d), func(ctx context.Context, s *Supervisor) {
		got := make(chan error, 4)
		var self Ref[int]
		var err error
		self, err = Start(s, "narcissus", func(self Ref[int]) Actor[int] {
			return Func[int](func(ctx context.Context, n int) error {
				if n != 1 {
					return nil
				}
				got <- self.Send(ctx, 2)
				got <- self.Send(ctx, 3) // there is room for one
				_, err := Ask(ctx, self, func(ReplyTo[int]) int { return 4 })
				got <- err
				got <- self.Stop(ctx)
				return nil
			})
		}, HWM(1))
		if err != nil {
			t.Fatal(err)
		}
		mustSend(t, ctx, self, 1)
		if err := <-got; err != nil {
			t.Error(err)
		}
		for range 3 {
			if err := <-got; !errors.Is(err, ErrDeadlock) {
				t.Errorf("%v", err)
			}
		}
		<-self.Done() // it was asked to stop all the same
	})
	within(t, quietly(&d), func(ctx context.Context, s *Supervisor) {
		got := make(chan error, 1)
		self := mustStart(t, s, "busy", func(self Ref[int]) Actor[int] {
			return Func[int](func(ctx context.Context, n int) error {
				if n != 1 {
					return nil
				}
				if err := self.Send(ctx, 2); err != nil {
					t.Error(err)
				}
				go func() { got <- self.Send(Apart(ctx), 3) }()
				return nil
			})
		}, HWM(1))
		mustSend(t, ctx, self, 1)
		if err := <-got; err != nil {
			t.Error(err)
		}
	})
}

// An actor that becomes nothing ends, at its next message.
func TestBecomeNothing(t *testing.T) {
	var d diary
	within(t, quietly(&d), func(ctx context.Context, s *Supervisor) {
		for name, build := range map[string]func(Ref[int]) Actor[int]{
			"at once": func(Ref[int]) Actor[int] { return Becoming[int](nil) },
			"later": func(Ref[int]) Actor[int] {
				var b *Behaviour[int]
				b = Becoming(func(context.Context, int) error { b.Become(nil); return nil })
				return b
			},
		} {
			a := mustStart(t, s, name, build)
			mustSend(t, ctx, a, 1)
			if name == "later" {
				mustSend(t, ctx, a, 2)
			}
			<-a.Done()
			if err := a.Err(); !errors.Is(err, ErrNoBehaviour) {
				t.Errorf("%s: %v", name, err)
			}
			for _, err := range []error{a.Send(ctx, 3), a.TrySend(3)} {
				if !errors.Is(err, ErrStopped) || err.Error() != "send to /actors/"+name+": actor: stopped" {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
	})
}
