package actor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestPanicIsContained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		root := NewRoot("top", Options{OnFailure: d.onFailure})
		parent := mustSpawn(t, root, "parent", Spec{Run: obedient,
			OnChildExit: func(self, child *Node, err error) { d.add("%s lost %s: %v", self.Name(), child.Name(), err) }})
		child := mustSpawn(t, parent, "child", Spec{OnExit: d.onExit, Run: func(context.Context, *Node) error { panic(errBoom) }})
		err := child.Wait(t.Context())
		panicked, ok := errors.AsType[*PanicError](err)
		if !ok || panicked.Value != errBoom || !errors.Is(err, errBoom) {
			t.Errorf("%v", err)
		} else if !strings.Contains(string(panicked.Stack), "TestPanicIsContained") {
			t.Errorf("stack does not show the culprit:\n%s", panicked.Stack)
		}
		expect(t, "history", d.take(), "failure child actor: panic: boom; exit child actor: panic: boom; parent lost child: actor: panic: boom")
		if isEnded(parent) {
			t.Error("the parent ended, too")
		}
		mustStop(t, root)
	})
}

func TestPanicsInHooksAreContained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		root := NewRoot("top", Options{OnFailure: func(n *Node, err error) {
			d.onFailure(n, err)
			panic("in OnFailure")
		}})
		parent := mustSpawn(t, root, "parent", Spec{OnChildExit: func(_, _ *Node, _ error) { panic("in OnChildExit") }})
		mustSpawn(t, parent, "child", Spec{
			Run:     func(context.Context, *Node) error { return errBoom },
			Restart: Transient,
			Backoff: func(int, time.Duration) (time.Duration, bool) { panic("in Backoff") },
			OnExit:  func(*Node, error) { panic("in OnExit") },
		})
		synctest.Wait()
		mustStop(t, root)
		expect(t, "history", d.take(), "failure child actor: panic: in Backoff; failure child actor: panic: in OnExit; failure child actor: panic: in OnChildExit")
	})
}

func TestRestartsWithBackoffThenEscalates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		start := time.Now()
		root := NewRoot("top", Options{})
		parent := mustSpawn(t, root, "parent", Spec{OnChildExit: func(_, child *Node, err error) { d.add("lost %s", child.Name()) }})
		n := mustSpawn(t, parent, "n", Spec{
			Restart: Transient, MaxRestarts: 3, Window: time.Minute, OnExit: func(*Node, error) { d.add("exit") },
			Backoff: Exponential{First: time.Second}.Delay,
			Run: func(context.Context, *Node) error {
				d.add("run %v", time.Since(start))
				return errBoom
			}})
		up, ok := errors.AsType[*EscalationError](n.Wait(t.Context()))
		if !ok || up.Path != "/top/parent/n" || up.Restarts != 3 || !errors.Is(up, errBoom) {
			t.Errorf("%+v", up)
		} else {
			expect(t, "text", up.Error(), "actor: /top/parent/n restarted 3 times within 1m0s: boom")
		}
		expect(t, "history", d.take(), "run 0s; run 1s; run 3s; run 7s; exit; lost n")
		mustStop(t, root)
	})
}

func TestStopEndsTheBackoffAtOnce(t *testing.T) {
	for _, keep := range []bool{false, true} {
		for name, stop := range map[string]func(*Node){"stop": (*Node).BeginStop, "kill": (*Node).Kill} {
			t.Run(fmt.Sprint(name, keep), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					root := NewRoot("top", Options{})
					runs := 0
					n := mustSpawn(t, root, "n", Spec{Restart: Permanent, KeepChildren: keep,
						Backoff: Exponential{First: time.Hour}.Delay,
						Run: func(_ context.Context, self *Node) error {
							runs++
							mustSpawn(t, self, "child", Spec{Run: obedient})
							return errBoom
						}})
					synctest.Wait()
					expect(t, "resting", n.String(), "n resting")
					start := time.Now()
					stop(n)
					if err := n.Wait(t.Context()); err != nil || time.Since(start) != 0 || runs != 1 {
						t.Errorf("%v after %v and %d runs", err, time.Since(start), runs)
					}
					mustStop(t, root)
				})
			})
		}
	}
}

// A node that is stopped while it rests still waits for the children it kept.
func TestStopWhileRestingWaitsForChildren(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		root := NewRoot("top", Options{})
		n := mustSpawn(t, root, "n", Spec{Restart: Permanent, KeepChildren: true, OnExit: d.onExit,
			Backoff: Exponential{First: time.Hour}.Delay,
			Run: func(_ context.Context, self *Node) error {
				mustSpawn(t, self, "child", Spec{OnExit: d.onExit, Run: func(_ context.Context, self *Node) error {
					<-self.Stopping()
					time.Sleep(time.Second)
					return nil
				}})
				return errBoom
			}})
		synctest.Wait()
		mustSpawn(t, n, "late", Spec{OnExit: d.onExit})
		mustStop(t, n)
		expect(t, "history", d.take(), "exit late <nil>; exit child <nil>; exit n <nil>")
		mustStop(t, root)
	})
}

// The children of a run end with it: killed if it failed, asked if it is done.
func TestChildrenOfARun(t *testing.T) {
	for _, c := range []struct {
		name string
		spec Spec
		err  error
		want string
	}{
		{"failed", Spec{Restart: Transient}, errBoom, "run; child killed; run; child told; exit"},
		{"failed, kept", Spec{Restart: Transient, KeepChildren: true}, errBoom, "run; run; child told; child told; exit"},
		{"failed for good", Spec{KeepChildren: true}, errBoom, "run; child killed; exit"},
		{"done", Spec{Restart: Permanent}, nil, "run; child told; run; child told; exit"},
		{"done for good", Spec{Restart: Transient}, nil, "run; child told; exit"},
		{"gave up", Spec{Restart: Permanent, KeepChildren: true}, Final(errBoom), "run; child killed; exit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var d diary
				root := NewRoot("top", Options{})
				child := Spec{Run: func(ctx context.Context, self *Node) error {
					<-self.Stopping()
					time.Sleep(time.Second)
					if ctx.Err() != nil {
						d.add("child killed")
					} else {
						d.add("child told")
					}
					return nil
				}}
				runs := 0
				c.spec.OnExit = func(*Node, error) { d.add("exit") }
				c.spec.Run = func(_ context.Context, self *Node) error {
					d.add("run")
					mustSpawn(t, self, "child", child)
					time.Sleep(time.Second)
					if runs++; runs > 1 {
						return ErrStop
					}
					return c.err
				}
				n := mustSpawn(t, root, "n", c.spec)
				<-n.Done()
				expect(t, "history", d.take(), c.want)
				mustStop(t, root)
			})
		})
	}
}

// While the children of a run end, it takes no new ones, and a stop with a
// deadline gets through to them.
func TestStopWhileReaping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		root := NewRoot("top", Options{})
		n := mustSpawn(t, root, "n", Spec{Restart: Permanent, Run: func(_ context.Context, self *Node) error {
			mustSpawn(t, self, "child", Spec{Run: stubborn})
			return nil
		}})
		synctest.Wait()
		expect(t, "reaping", n.String(), "n ending its children")
		if _, err := n.Spawn("x", Spec{}); !errors.Is(err, ErrStopping) {
			t.Errorf("born while reaping: %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := root.Stop(ctx); !errors.Is(err, ErrKilled) {
			t.Errorf("Stop: %v", err)
		}
	})
}

// A supervisor of the kind one-for-all needs nothing but its own Restart: a
// child that ends for good makes its run fail, and its children with it.
func TestOneForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		root := NewRoot("top", Options{})
		lost := make(chan error, 2)
		crash := make(chan struct{})
		mustSpawn(t, root, "group", Spec{
			Restart: Permanent,
			OnChildExit: func(_, child *Node, err error) {
				if err != nil && !errors.Is(err, ErrKilled) {
					lost <- err
				}
			},
			Run: func(_ context.Context, self *Node) error {
				mustSpawn(t, self, "a", Spec{Run: func(ctx context.Context, self *Node) error {
					d.add("a runs")
					return obedient(ctx, self)
				}})
				mustSpawn(t, self, "b", Spec{Run: func(ctx context.Context, self *Node) error {
					select {
					case <-crash:
						return errBoom
					case <-self.Stopping():
						return nil
					}
				}})
				select {
				case err := <-lost:
					return err
				case <-self.Stopping():
					return nil
				}
			}})
		synctest.Wait()
		expect(t, "before", d.take(), "a runs")
		crash <- struct{}{}
		synctest.Wait()
		expect(t, "after", d.take(), "a runs")
		var text strings.Builder
		if err := root.Tree(&text); err != nil {
			t.Error(err)
		}
		expect(t, "tree", text.String(), "top passive\n  group running, 1 restarts\n    a running\n    b running\n")
		// The children are told, and then the group: nothing is left to kill.
		mustStop(t, root)
	})
}

func TestSelfStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		root := NewRoot("top", Options{})
		n := mustSpawn(t, root, "n", Spec{Restart: Permanent, Run: func(ctx context.Context, self *Node) error {
			self.BeginStop()
			<-self.Stopping()
			return nil
		}})
		if err := n.Wait(t.Context()); err != nil {
			t.Error(err)
		}
		k := mustSpawn(t, root, "k", Spec{Restart: Permanent, Run: func(ctx context.Context, self *Node) error {
			self.Kill()
			return ctx.Err()
		}})
		if err := k.Wait(t.Context()); err != ErrKilled {
			t.Error(err)
		}
		mustStop(t, root)
	})
}
