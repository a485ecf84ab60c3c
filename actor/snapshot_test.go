package actor

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// A snapshot has the figures of each actor, also while it is at work.
func TestSnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quiet := Config{DeadLetters: func(DeadLetter) {}, OnFailure: func(string, error) {}}
		s, err := New(t.Context(), quiet)
		if err != nil {
			t.Fatal(err)
		}
		gate := make(chan struct{})
		ref, err := Start(s, "counter", func(Ref[int]) Actor[int] {
			return Func[int](func(_ context.Context, m int) error {
				if m < 0 {
					return errors.New("negative")
				}
				<-gate
				return nil
			})
		}, HWM(4), OnFull(DropNewest))
		if err != nil {
			t.Fatal(err)
		}
		send := func(m int) {
			if err := ref.TrySend(m); err != nil {
				t.Error(err)
			}
			synctest.Wait()
		}
		counter := func() Snapshot { return s.Node().Snapshot(10).Children[0] }
		send(-1)
		send(1)
		for i := range 6 { // four wait, two find no room
			send(i)
		}
		got := counter()
		want := MailboxSnapshot{In: 6, Taken: 2, HWM: 4, Full: true, Failures: 1, Lost: 3, Dropped: 2, Working: true}
		if got.Name != "counter" || got.Restarts != 1 || *got.Mailbox != want || got.Mailbox.Depth() != 4 {
			t.Errorf("%+v, %+v, want %+v", got, *got.Mailbox, want)
		}
		close(gate)
		synctest.Wait()
		want.Taken, want.Full, want.Working = 6, false, false
		if got := counter(); *got.Mailbox != want {
			t.Errorf("%+v, want %+v", *got.Mailbox, want)
		}
		if err := s.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// A snapshot is no larger than asked for, and says what is not in it.
func TestSnapshotIsBounded(t *testing.T) {
	root := NewRoot("top", Options{})
	defer mustStop(t, root)
	for range 3 {
		n := mustSpawn(t, root, "n", Spec{})
		for range 2 {
			mustSpawn(t, n, "leaf", Spec{})
		}
	}
	for max, want := range map[int]string{
		1:  `{"name":"top","activity":"passive","omitted":3}`,
		3:  `{"name":"top","activity":"passive","children":[{"name":"n","activity":"passive","omitted":2},{"name":"n","activity":"passive","omitted":2}],"omitted":1}`,
		10: `{"name":"top","activity":"passive","children":[` + leaves + `,` + leaves + `,` + leaves + `]}`,
	} {
		got, err := json.Marshal(root.Snapshot(max))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%d: %s, want %s", max, got, want)
		}
	}
}

const leaves = `{"name":"n","activity":"passive","children":[{"name":"leaf","activity":"passive"},{"name":"leaf","activity":"passive"}]}`

// Snapshots go together with all that an actor goes through.
func TestSnapshotWhileActorsFail(t *testing.T) {
	quiet := Config{DeadLetters: func(DeadLetter) {}, OnFailure: func(string, error) {}}
	quiet.Supervision = Supervision{MaxRestarts: -1, Backoff: Exponential{First: time.Microsecond}.Delay}
	s, err := New(t.Context(), quiet)
	if err != nil {
		t.Fatal(err)
	}
	ref, err := Start(s, "", func(Ref[int]) Actor[int] {
		return Func[int](func(_ context.Context, m int) error {
			if m%3 == 0 {
				panic(m)
			}
			return nil
		})
	}, HWM(2), OnFull(DropOldest))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 3000 {
			if err := ref.TrySend(i); err != nil {
				t.Error(err)
			}
		}
	}()
	for looking := true; looking; {
		select {
		case <-done:
			looking = false
		default:
		}
		if m := s.Node().Snapshot(2).Children[0].Mailbox; m.Depth() < 0 || m.Lost < m.Failures {
			t.Fatalf("%+v", *m)
		}
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

// Each way in which a send finds no room is counted.
func TestSendsAreCounted(t *testing.T) {
	var d diary
	within(t, quietly(&d), func(ctx context.Context, s *Supervisor) {
		for policy, want := range map[Policy]MailboxSnapshot{
			Wait:       {Waited: 1, Refused: 1},
			Fail:       {Refused: 2},
			DropOldest: {Dropped: 2},
			DropNewest: {Dropped: 2},
		} {
			release := make(chan struct{})
			ref := mustStart(t, s, "", func(Ref[int]) Actor[int] {
				return Func[int](func(context.Context, int) error { <-release; return nil })
			}, HWM(1), OnFull(policy))
			mustSend(t, ctx, ref, 1)
			synctest.Wait()
			mustSend(t, ctx, ref, 2)
			_ = ref.TrySend(3)
			short, cancel := context.WithTimeout(ctx, time.Second)
			_ = ref.Send(short, 4)
			cancel()
			m := ref.Node().Snapshot(1).Mailbox
			if m.Waited != want.Waited || m.Refused != want.Refused || m.Dropped != want.Dropped || m.Lost != want.Dropped {
				t.Errorf("%v: %+v", policy, *m)
			}
			close(release)
		}
	})
}
