package actor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// A node says how it stands with its pipes: two may have one name, others come and go, and how long items have
// waited is measured for each from the first look on.
func TestPipes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var failures []error
		root := NewRoot("top", Options{OnFailure: func(_ *Node, err error) { failures = append(failures, err) }})
		defer mustStop(t, root)
		pipes := []PipeSnapshot{
			{Name: "a", In: 10, Taken: 8, HWM: 2, Full: true, Waited: 3, Starved: 1},
			{Name: "a", In: 5, Taken: 5, HWM: 4},
			{Name: "b", In: 7, Taken: 1},
		}
		n := mustSpawn(t, root, "stage", Spec{Look: func(s *Snapshot) {
			if pipes == nil {
				panic(errBoom)
			}
			s.Pipes = append(s.Pipes, pipes...)
			s.Failures, s.Lost = 2, 1
		}})
		look := func() []PipeSnapshot { return n.Snapshot(1).Pipes }
		ages := func(want ...time.Duration) {
			t.Helper()
			for i, p := range look() {
				if p.Age != want[i] {
					t.Errorf("pipe %d has waited for %v, want %v", i, p.Age, want[i])
				}
			}
		}
		ages(0, 0, 0)
		time.Sleep(time.Second)
		ages(time.Second, 0, time.Second)
		pipes[1].In, pipes[2].Taken = 6, 7
		ages(time.Second, 0, 0)
		time.Sleep(1500 * time.Millisecond)
		ages(2500*time.Millisecond, 1500*time.Millisecond, 0)

		var text bytes.Buffer
		if err := root.Tree(&text); err != nil {
			t.Error(err)
		}
		expect(t, "tree", text.String(), "top passive\n  stage passive, 2 failures, 1 lost\n"+
			"    | a: 10 in, 2 of 2 wait for 2.5s, full, held up 3 times\n    | a: 6 in, 1 of 4 wait for 1.5s\n    | b: 7 in\n")
		pipes = pipes[:1]
		data, err := json.Marshal(n.Snapshot(1))
		if err != nil {
			t.Error(err)
		}
		expect(t, "JSON", string(data), `{"name":"stage","activity":"passive","pipes":[{"name":"a","in":10,"taken":8,"hwm":2,"full":true,"waited":3,"starved":1,"age":2500000000}],"failures":2,"lost":1}`)
		pipes = append(pipes, PipeSnapshot{Name: "b", In: 9, Taken: 8}) // another one of that name
		ages(2500*time.Millisecond, 0)

		pipes = nil
		if s := n.Snapshot(1); len(s.Pipes) != 0 || len(failures) != 1 || !errors.Is(failures[0], errBoom) {
			t.Errorf("%+v, %v", s, failures)
		}
	})
}

// What makes room for others is no more what has waited longest.
func TestAgeWhereTheOldestMakesRoom(t *testing.T) {
	var d diary
	within(t, quietly(&d), func(ctx context.Context, s *Supervisor) {
		release := make(chan struct{})
		defer close(release)
		ref := mustStart(t, s, "", func(Ref[int]) Actor[int] {
			return Func[int](func(context.Context, int) error { <-release; return nil })
		}, HWM(2), OnFull(DropOldest))
		for i := range 3 {
			mustSend(t, ctx, ref, i)
			synctest.Wait()
		}
		for i, want := range []time.Duration{0, time.Second, 2 * time.Second} {
			if m := ref.Node().Snapshot(1).Mailbox; m.Age != want || m.Depth() != 2 {
				t.Errorf("look %d: %+v", i, *m)
			}
			time.Sleep(time.Second)
		}
		mustSend(t, ctx, ref, 3) // two of the three were there at the first look
		if m := ref.Node().Snapshot(1).Mailbox; m.Age != 3*time.Second || m.Depth() != 2 || m.Dropped != 1 {
			t.Errorf("%+v", *m)
		}
		mustSend(t, ctx, ref, 4)
		if m := ref.Node().Snapshot(1).Mailbox; m.Age != 0 || m.Depth() != 2 || m.Dropped != 2 {
			t.Errorf("%+v", *m)
		}
	})
}
