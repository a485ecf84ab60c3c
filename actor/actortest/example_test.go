package actortest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/actor/actortest"
)

// A door opens when it is knocked at three times, and says so.
type door struct {
	knocks int
	tell   actor.Ref[string]
}

func (d *door) Receive(ctx context.Context, knock string) error {
	if knock == "kick" {
		return errors.New("broken")
	}
	if d.knocks++; d.knocks == 3 {
		return d.tell.Send(ctx, "open")
	}
	return nil
}

func startDoor(k *actortest.Kit, tell actor.Ref[string]) actor.Ref[string] {
	ref, err := actor.Start(k.Root(), "door", func(actor.Ref[string]) actor.Actor[string] { return &door{tell: tell} })
	k.NoError(err)
	return ref
}

func testDoor(t *testing.T) {
	actortest.Run(t, actortest.Config{}, func(k *actortest.Kit) {
		probe := actortest.NewProbe[string](k, "visitor")
		ref := startDoor(k, probe.Ref())
		for range 2 {
			k.NoError(ref.Send(k.Context(), "knock"))
		}
		probe.ExpectNoMsg(time.Hour) // which is no time
		k.NoError(ref.Send(k.Context(), "knock"))
		probe.ExpectMsg("open")
	})
}

func testKick(t *testing.T) {
	actortest.Run(t, actortest.Config{}, func(k *actortest.Kit) {
		probe := actortest.NewProbe[string](k, "visitor")
		ref := startDoor(k, probe.Ref())
		for range 4 { // a supervisor's default is three restarts
			k.NoError(ref.Send(k.Context(), "kick"))
		}
		if err := actortest.ExpectTerminated(k, ref); err == nil {
			k.Errorf("it stands that")
		}
	})
}

func testWords(t *testing.T) {
	actortest.Run(t, actortest.Config{}, func(k *actortest.Kit) {
		probe := actortest.NewProbe[any](k, "probe")
		for i, m := range []any{"one", 2, 3.5, 4} {
			_, err := actor.After(probe.Ref(), time.Duration(i)*time.Second, m)
			k.NoError(err)
		}
		if s := actortest.ExpectType[string](probe); s != "one" {
			k.Errorf("%q", s)
		}
		probe.Fish("a fraction", func(m any) bool { return m == 3.5 })
		probe.ExpectMsg(4)
	})
}

// The tests of the examples are tests.
func TestExamples(t *testing.T) {
	t.Run("door", testDoor)
	t.Run("kick", testKick)
	t.Run("words", testWords)
}

// A test of an actor runs it with many seeds; a failure names the one to see it again.
func ExampleRun() {
	test := func(t *testing.T) {
		actortest.Run(t, actortest.Config{}, func(k *actortest.Kit) {
			probe := actortest.NewProbe[string](k, "visitor")
			door := startDoor(k, probe.Ref())
			for range 2 {
				k.NoError(door.Send(k.Context(), "knock"))
			}
			probe.ExpectNoMsg(time.Hour) // which is no time
			k.NoError(door.Send(k.Context(), "knock"))
			probe.ExpectMsg("open")
		})
	}
	_ = test // func TestDoor(t *testing.T) { ... }
}

// Play runs one seed, and returns who had a turn when.
func ExamplePlay() {
	test := func(t *testing.T) {
		steps := actortest.Play(t, 42, actortest.Config{}, func(k *actortest.Kit) {
			k.NoError(startDoor(k, actor.Ref[string]{}).Send(k.Context(), "knock"))
		})
		t.Log(steps) // [(test) /actors/door ...]
	}
	_ = test // func TestDoor(t *testing.T) { ... }
}

// That an actor ends is expected too.
func ExampleExpectTerminated() {
	test := func(t *testing.T) {
		actortest.Run(t, actortest.Config{}, func(k *actortest.Kit) {
			door := startDoor(k, actor.Ref[string]{})
			for range 4 { // a supervisor's default is three restarts
				k.NoError(door.Send(k.Context(), "kick"))
			}
			if err := actortest.ExpectTerminated(k, door); err == nil {
				k.Errorf("it stands that")
			}
		})
	}
	_ = test // func TestKick(t *testing.T) { ... }
}

// A probe that takes messages of several types tells them apart.
func ExampleProbe() {
	test := func(t *testing.T) {
		actortest.Run(t, actortest.Config{}, func(k *actortest.Kit) {
			probe := actortest.NewProbe[any](k, "probe")
			for _, m := range []any{"one", 2, 3.5} {
				k.NoError(probe.Ref().Send(k.Context(), m))
			}
			s := actortest.ExpectType[string](probe)
			probe.Fish("a fraction", func(m any) bool { return m == 3.5 })
			_ = s // "one"
		})
	}
	_ = test // func TestWords(t *testing.T) { ... }
}
