package actor

import (
	"context"
	"errors"
	"fmt"
	"runtime/pprof"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestPath(t *testing.T) {
	root := NewRoot("context", Options{})
	n := mustSpawn(t, mustSpawn(t, root, "PUSH#1", Spec{}), "tcp://*:5555", Spec{})
	expect(t, "root", root.Path(), "/context")
	expect(t, "leaf", n.Path(), "/context/PUSH#1/tcp://*:5555")
	expect(t, "name", n.Name(), "tcp://*:5555")
	mustStop(t, root)
	expect(t, "leaf, ended", n.Path(), "/context/PUSH#1/tcp://*:5555")
}

func TestTreeTellsWhatNodesDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		root := NewRoot("top", Options{})
		mustSpawn(t, root, "resting", Spec{Restart: Permanent, Backoff: Exponential{First: time.Hour}.Delay,
			Run: func(context.Context, *Node) error { return nil }})
		mustSpawn(t, root, "restarted", Spec{Restart: Permanent, Run: func(_ context.Context, self *Node) error {
			if time.Sleep(time.Minute); time.Now().Minute() < 3 {
				return nil
			}
			<-self.Stopping()
			return nil
		}})
		killed := mustSpawn(t, root, "killed", Spec{Run: func(ctx context.Context, self *Node) error {
			<-ctx.Done()
			time.Sleep(time.Hour)
			return nil
		}})
		parent := mustSpawn(t, root, "parent", Spec{})
		mustSpawn(t, parent, "slow", Spec{Run: func(_ context.Context, self *Node) error {
			<-self.Stopping()
			time.Sleep(time.Hour)
			return nil
		}})
		time.Sleep(4 * time.Minute)
		killed.Kill()
		parent.BeginStop()
		var text strings.Builder
		if err := root.Tree(&text); err != nil {
			t.Error(err)
		}
		expect(t, "tree", text.String(), `top passive
  resting resting
  restarted running, 2 restarts
  killed killed
  parent stopping its children
    slow stopping
`)
		if err := root.Tree(refusing{}); err != errBoom {
			t.Errorf("error of the writer: %v", err)
		}
		root.BeginStop()
		root.Wait(t.Context())
		expect(t, "root", root.String(), "top ended")
	})
}

type refusing struct{}

func (refusing) Write([]byte) (int, error) { return 0, errBoom }

// deep is deeper than recursion would be comfortable with; the text of such a
// tree must not grow with the square of its depth either.
const deep = 100_000

func TestDeepTree(t *testing.T) {
	for name, end := range map[string]func(*Node){
		"stop": func(n *Node) { mustStop(t, n) },
		"kill": (*Node).Kill,
	} {
		for _, ordered := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ordered), func(t *testing.T) {
				root := NewRoot("top", Options{})
				n := root
				for range deep {
					n = mustSpawn(t, n, "n", Spec{Ordered: ordered})
				}
				var size counting
				if err := root.Tree(&size); err != nil || size > deep*(2*maxIndent+20) {
					t.Errorf("%d bytes, %v", size, err)
				}
				end(root)
				if !isEnded(n) || !isEnded(root) {
					t.Error("has not ended")
				}
			})
		}
	}
}

type counting int

func (c *counting) Write(p []byte) (int, error) { *c += counting(len(p)); return len(p), nil }

// Siblings of an ordered parent end in a loop, not in each other's calls.
func TestWideOrderedTree(t *testing.T) {
	root := NewRoot("top", Options{})
	parent := mustSpawn(t, root, "parent", Spec{Ordered: true})
	for range deep {
		mustSpawn(t, parent, "n", Spec{})
	}
	mustStop(t, root)
}

func TestLabels(t *testing.T) {
	root := NewRoot("top", Options{Labels: true})
	labels := make(chan string, 1)
	plain := NewRoot("plain", Options{})
	run := func(ctx context.Context, self *Node) error {
		label, _ := pprof.Label(ctx, "actor")
		labels <- label
		return ErrStop
	}
	mustSpawn(t, mustSpawn(t, root, "a", Spec{}), "b", Spec{Run: run})
	expect(t, "label", <-labels, "/top/a/b")
	mustSpawn(t, plain, "c", Spec{Run: run})
	expect(t, "label", <-labels, "")

	// The goroutine has it, too, and so do those that it starts.
	seen := make(chan string)
	mustSpawn(t, root, "d", Spec{Run: func(ctx context.Context, self *Node) error {
		var text strings.Builder
		err := pprof.Lookup("goroutine").WriteTo(&text, 1)
		seen <- text.String()
		return err
	}})
	if text := <-seen; !strings.Contains(text, `"actor":"/top/d"`) {
		t.Errorf("profile has no label:\n%s", text)
	}
	mustStop(t, root)
	mustStop(t, plain)
}

func TestErrorTexts(t *testing.T) {
	for want, err := range map[string]error{
		"actor: panic: boom":                    &PanicError{Value: "boom"},
		"boom":                                  Final(errBoom),
		"actor: /a restarted 2 times within 1s": &EscalationError{Path: "/a", Restarts: 2, Window: time.Second},
		"actor: 1 nodes did not end when killed: /a": &StuckError{Paths: []string{"/a"}, Total: 1},
		"Restart(9)": errors.New(Restart(9).String()),
		"temporary":  errors.New(Temporary.String()),
		"transient":  errors.New(Transient.String()),
		"permanent":  errors.New(Permanent.String()),
	} {
		expect(t, "text", err.Error(), want)
	}
	if !errors.Is(Final(errBoom), errBoom) || errors.Unwrap(&PanicError{Value: "boom"}) != nil {
		t.Error("unwrapping")
	}
}
