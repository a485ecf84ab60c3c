package actor

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A diary records what happened, in order, from any goroutine.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) add(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

// take returns the entries since the last take and forgets them.
func (d *diary) take() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := strings.Join(d.lines, "; ")
	d.lines = nil
	return s
}

func (d *diary) onExit(self *Node, err error) { d.add("exit %s %v", self.Name(), err) }

func (d *diary) onFailure(n *Node, err error) { d.add("failure %s %v", n.Name(), err) }

// obedient ends when it is told to stop.
func obedient(ctx context.Context, self *Node) error {
	select {
	case <-self.Stopping():
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// stubborn ends only when it is killed.
func stubborn(ctx context.Context, _ *Node) error {
	<-ctx.Done()
	return context.Cause(ctx)
}

func mustSpawn(t *testing.T, parent *Node, name string, spec Spec) *Node {
	t.Helper()
	n, err := parent.Spawn(name, spec)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// mustStop stops n, which is to end without being killed.
func mustStop(t *testing.T, n *Node) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := n.Stop(ctx); err != nil {
		t.Error(err)
	}
}

func isEnded(n *Node) bool {
	select {
	case <-n.Done():
		return true
	default:
		return false
	}
}

func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}

func TestStopGoesUpFromTheLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		root := NewRoot("top", Options{OnFailure: d.onFailure})
		n := root
		for _, name := range []string{"a", "b", "c"} {
			n = mustSpawn(t, n, name, Spec{OnExit: d.onExit, Run: func(ctx context.Context, self *Node) error {
				<-self.Stopping()
				d.add("told %s", self.Name())
				time.Sleep(time.Second)
				return nil
			}})
		}
		start := time.Now()
		mustStop(t, root)
		expect(t, "history", d.take(), "told c; exit c <nil>; told b; exit b <nil>; told a; exit a <nil>")
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestSiblingsStopTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		root := NewRoot("top", Options{})
		for i := range 100 {
			mustSpawn(t, root, fmt.Sprint(i), Spec{Run: func(ctx context.Context, self *Node) error {
				<-self.Stopping()
				time.Sleep(time.Second)
				return nil
			}})
		}
		start := time.Now()
		mustStop(t, root)
		if took := time.Since(start); took != time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestOrderedStopsTheLatestFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		root := NewRoot("top", Options{})
		parent := mustSpawn(t, root, "parent", Spec{Ordered: true, OnExit: d.onExit})
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			spec := Spec{OnExit: d.onExit}
			if name != "b" && name != "d" { // these two are passive
				spec.Run = func(ctx context.Context, self *Node) error {
					<-self.Stopping()
					time.Sleep(time.Second)
					return nil
				}
			}
			mustSpawn(t, parent, name, spec)
		}
		start := time.Now()
		mustStop(t, root)
		expect(t, "history", d.take(), "exit e <nil>; exit d <nil>; exit c <nil>; exit b <nil>; exit a <nil>; exit parent <nil>")
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// Killing one child of an ordered parent must not spread to its siblings.
func TestOrderedKillOfOneChild(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		root := NewRoot("top", Options{})
		parent := mustSpawn(t, root, "parent", Spec{Ordered: true})
		mustSpawn(t, parent, "a", Spec{Run: func(ctx context.Context, self *Node) error {
			<-self.Stopping()
			time.Sleep(time.Second)
			return context.Cause(ctx)
		}, OnExit: d.onExit})
		mustSpawn(t, parent, "b", Spec{Run: stubborn, OnExit: d.onExit})
		passive := mustSpawn(t, parent, "c", Spec{OnExit: d.onExit})
		parent.BeginStop()
		synctest.Wait()
		expect(t, "history", d.take(), "exit c <nil>")
		if !isEnded(passive) {
			t.Error("c has not ended")
		}
		for c := range parent.Children() {
			if c.Name() == "b" {
				c.Kill()
			}
		}
		if err := parent.Wait(t.Context()); err != nil {
			t.Error(err)
		}
		expect(t, "history", d.take(), "exit b actor: killed; exit a <nil>")
		mustStop(t, root)
	})
}

func TestDeadlineKills(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		root := NewRoot("top", Options{OnFailure: d.onFailure})
		a := mustSpawn(t, root, "a", Spec{Run: obedient})
		b := mustSpawn(t, a, "b", Spec{Run: stubborn, Restart: Permanent})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		err := root.Stop(ctx)
		if !errors.Is(err, ErrKilled) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Stop: %v", err)
		}
		if took := time.Since(start); took != time.Second {
			t.Errorf("took %v", took)
		}
		for _, n := range []*Node{a, b} {
			// Both were killed at the same moment, and both hand on the cause.
			if err := n.Err(); !errors.Is(err, ErrKilled) || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v", n.Name(), err)
			}
		}
		expect(t, "failures", d.take(), "")
		if err := root.Stop(ctx); err != nil {
			t.Errorf("second Stop, although a result beats a done context: %v", err)
		}
	})
}

func TestStopNamesTheStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		root := NewRoot("top", Options{KillGrace: 2 * time.Second})
		release := make(chan struct{})
		deaf := func(context.Context, *Node) error { <-release; return nil }
		group := mustSpawn(t, root, "group", Spec{})
		mustSpawn(t, group, "fine", Spec{Run: obedient})
		for i := range MaxStuckListed + 3 {
			mustSpawn(t, group, fmt.Sprint("deaf", i), Spec{Run: deaf})
		}
		mustSpawn(t, root, "hook", Spec{OnExit: func(*Node, error) { <-release }, Run: obedient})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		err := root.Stop(ctx)
		stuck, ok := errors.AsType[*StuckError](err)
		if !ok {
			t.Fatalf("Stop: %v", err)
		}
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("took %v", took)
		}
		if stuck.Total != MaxStuckListed+4 || len(stuck.Paths) != MaxStuckListed || stuck.Paths[0] != "/top/group/deaf0" {
			t.Errorf("%+v", stuck)
		}
		if s := err.Error(); !strings.HasPrefix(s, "actor: 20 nodes did not end when killed: /top/group/deaf0, ") || !strings.HasSuffix(s, ", ...") {
			t.Error(s)
		}
		close(release)
		if err := root.Wait(t.Context()); err != nil { // they end after all
			t.Error(err)
		}
	})
}

func TestKillGraceNegative(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		root := NewRoot("top", Options{KillGrace: -1})
		release := make(chan struct{})
		mustSpawn(t, root, "deaf", Spec{Run: func(context.Context, *Node) error { <-release; return nil }})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		start := time.Now()
		err := root.Stop(ctx)
		if _, ok := errors.AsType[*StuckError](err); !ok || time.Since(start) != 0 {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		close(release)
		<-root.Done()
	})
}

func TestNoBirthUnderTheStopping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		root := NewRoot("top", Options{})
		var late error
		parent := mustSpawn(t, root, "parent", Spec{Run: func(ctx context.Context, self *Node) error {
			<-self.Stopping()
			_, late = self.Spawn("late", Spec{Run: obedient})
			return nil
		}})
		child := mustSpawn(t, parent, "child", Spec{Run: stubborn})
		parent.BeginStop()
		synctest.Wait()
		for _, n := range []*Node{parent, child} {
			if _, err := n.Spawn("x", Spec{}); !errors.Is(err, ErrStopping) {
				t.Errorf("under %s: %v", n, err)
			}
		}
		if _, err := root.Spawn("x", Spec{}); err != nil {
			t.Errorf("under the parent of a stopping node: %v", err)
		}
		child.Kill()
		<-parent.Done()
		if !errors.Is(late, ErrStopping) {
			t.Errorf("from Run: %v", late)
		}
		if _, err := parent.Spawn("x", Spec{}); !errors.Is(err, ErrStopping) {
			t.Errorf("under the ended: %v", err)
		}
		mustStop(t, root)
	})
}

// Run is called once even if the node is killed before its goroutine starts.
func TestRunAlwaysRuns(t *testing.T) {
	root := NewRoot("top", Options{})
	for range 200 {
		ran := false
		n := mustSpawn(t, root, "n", Spec{Restart: Permanent, Run: func(ctx context.Context, self *Node) error {
			ran = true
			return stubborn(ctx, self)
		}})
		n.Kill()
		if err := n.Wait(t.Context()); !errors.Is(err, ErrKilled) {
			t.Fatal(err)
		}
		if !ran {
			t.Fatal("Run was not called")
		}
	}
	mustStop(t, root)
}

func TestSpecErrors(t *testing.T) {
	root := NewRoot("top", Options{})
	for name, spec := range map[string]Spec{
		"passive restart":    {Restart: Transient},
		"passive back-off":   {Backoff: Exponential{}.Delay},
		"unknown restart":    {Run: obedient, Restart: Permanent + 1},
		"negative window":    {Run: obedient, Window: -1},
		"a loop with no end": {Run: obedient, Restart: Permanent, MaxRestarts: -1},
	} {
		if _, err := root.Spawn("n", spec); !errors.Is(err, ErrSpec) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(slices.Collect(root.Children())); n != 0 {
		t.Errorf("%d children", n)
	}
	mustStop(t, root)
}

func TestWaitHeedsItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		root := NewRoot("top", Options{})
		n := mustSpawn(t, root, "n", Spec{Run: func(ctx context.Context, self *Node) error {
			<-self.Stopping()
			return errBoom
		}})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := n.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) || n.Err() != nil {
			t.Errorf("%v, %v", err, n.Err())
		}
		mustStop(t, n)
		if err := n.Wait(ctx); err != errBoom || n.Err() != errBoom {
			t.Errorf("%v, %v", err, n.Err())
		}
		mustStop(t, root)
		if n.Parent() != root || root.Parent() != nil {
			t.Error("an ended node lost its parent")
		}
	})
}

// A kill that comes while a passive node is already on its way out changes
// nothing, and neither does a second stop.
func TestExitOnlyOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		root := NewRoot("top", Options{})
		n := mustSpawn(t, root, "n", Spec{OnExit: func(self *Node, err error) {
			time.Sleep(time.Second)
			d.onExit(self, err)
		}})
		go n.BeginStop()
		synctest.Wait()
		go n.Kill()
		go n.BeginStop()
		synctest.Wait()
		mustStop(t, root)
		synctest.Wait()
		expect(t, "history", d.take(), "exit n <nil>")
	})
}

// Channels asked for late are closed, too.
func TestLateChannels(t *testing.T) {
	root := NewRoot("top", Options{})
	n := mustSpawn(t, root, "n", Spec{})
	root.BeginStop()
	<-n.Done()
	<-n.Stopping()
	<-root.Stopping()
	<-root.Done()
}

func TestContextEndsWithItsRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		root := NewRoot("top", Options{})
		var contexts []context.Context
		n := mustSpawn(t, root, "n", Spec{Restart: Transient, Run: func(ctx context.Context, self *Node) error {
			contexts = append(contexts, ctx)
			if ctx.Err() != nil {
				t.Error("begins with a done context")
			}
			if len(contexts) < 3 {
				return errBoom
			}
			return nil
		}})
		<-n.Done()
		for i, ctx := range contexts {
			if ctx.Err() == nil || errors.Is(context.Cause(ctx), ErrKilled) {
				t.Errorf("run %d: %v", i, context.Cause(ctx))
			}
		}
		mustStop(t, root)
	})
}

func TestGoexitIsAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		root := NewRoot("top", Options{OnFailure: d.onFailure})
		runs := 0
		n := mustSpawn(t, root, "n", Spec{Restart: Transient, OnExit: d.onExit, Run: func(context.Context, *Node) error {
			if runs++; runs < 3 {
				runtime.Goexit()
			}
			return nil
		}})
		<-n.Done()
		expect(t, "history", d.take(), strings.Repeat("failure n actor: run ended its goroutine; ", 2)+"exit n <nil>")
		mustStop(t, root)
	})
}
