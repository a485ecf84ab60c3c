package patterns_test

import (
	"errors"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// wantDropped wants an error of Close that says how many messages were dropped.
func wantDropped(t *testing.T, err error, want int64) {
	t.Helper()
	if dropped, ok := errors.AsType[*zmq.DroppedError](err); !ok || dropped.Messages != want {
		t.Errorf("%v, want %d messages dropped", err, want)
	}
}

// sendEarly returns a PUSH that has sent to an inproc name that nobody has bound.
func sendEarly(t *testing.T, in patterns.Option, opts ...patterns.PushOption) *patterns.Push {
	t.Helper()
	push := must(patterns.NewPush(append(opts, in)...))(t)
	if err := push.Connect("inproc://later"); err != nil {
		t.Fatal(err)
	}
	send(t, push, "1")
	send(t, push, "2")
	return push
}

// A socket that closes before anybody has bound the name it is connected to
// waits for that, as over networks.
func TestCloseWaitsForWhoBinds(t *testing.T) {
	in := patterns.InContext(newContext(t))
	push := sendEarly(t, in)
	closed := make(chan error)
	go func() { closed <- push.Close() }()
	eventually(t, "it closes", func() bool { return errors.Is(push.SetSendHWM(10), zmq.ErrClosed) })
	pull := must(patterns.NewPull(in))(t)
	must(pull.Bind("inproc://later"))(t)
	if err := <-closed; err != nil {
		t.Error(err)
	}
	expect(t, pull, "1")
	expect(t, pull, "2")
}

// TestCloseDropsForNobody ends the wait in every way.
func TestCloseDropsForNobody(t *testing.T) {
	in := patterns.InContext(newContext(t))
	wantDropped(t, sendEarly(t, in).CloseNow(), 2)
	push := sendEarly(t, in, patterns.Linger(time.Millisecond))
	wantDropped(t, push.Close(), 2)
	if n := push.Stats().Dropped; n != 2 {
		t.Errorf("%d dropped in the statistics", n)
	}
	pull := must(patterns.NewPull(in))(t)
	must(pull.Bind("inproc://later"))(t)
	if err := pull.TryRecv(new(zmq.Message)); !errors.Is(err, zmq.ErrAgain) {
		t.Errorf("what was dropped arrives: %v", err)
	}

	empty := must(patterns.NewPush(in, patterns.Linger(-1)))(t)
	if err := empty.Connect("inproc://never"); err != nil {
		t.Fatal(err)
	}
	if err := empty.Close(); err != nil { // there is nothing to wait for
		t.Error(err)
	}
}

// A context that is closed has nobody left to bind.
func TestContextClosesWithoutWaitingForWhoBinds(t *testing.T) {
	ctx := patterns.NewContext(patterns.Linger(-1))
	sendEarly(t, patterns.InContext(ctx))
	disconnected := sendEarly(t, patterns.InContext(ctx))
	if err := disconnected.Disconnect("inproc://later"); err != nil {
		t.Fatal(err)
	}
	closing := sendEarly(t, patterns.InContext(ctx))
	closed := make(chan error)
	go func() { closed <- closing.Close() }()
	eventually(t, "it closes", func() bool {
		return errors.Is(closing.SetSendHWM(10), zmq.ErrClosed)
	})
	wantDropped(t, ctx.Close(), 2)
	wantDropped(t, <-closed, 2)
	if n := disconnected.Stats().Dropped; n != 2 {
		t.Errorf("%d dropped of the one that had disconnected", n)
	}
}

// Disconnect waits for the binder too, in the background.
func TestDisconnectWaitsForWhoBinds(t *testing.T) {
	in := patterns.InContext(newContext(t))
	push := sendEarly(t, in)
	if err := push.Disconnect("inproc://later"); err != nil {
		t.Fatal(err)
	}
	pull := must(patterns.NewPull(in))(t)
	must(pull.Bind("inproc://later"))(t)
	expect(t, pull, "1")
	expect(t, pull, "2")
	if err := push.Close(); err != nil {
		t.Error(err)
	}

	short := sendEarly(t, patterns.InContext(newContext(t)), patterns.Linger(time.Millisecond))
	if err := short.Disconnect("inproc://later"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the linger ends", func() bool { return short.Stats().Dropped == 2 })
	now := sendEarly(t, patterns.InContext(newContext(t)), patterns.Linger(-1))
	if err := now.Disconnect("inproc://later"); err != nil {
		t.Fatal(err)
	}
	if err := now.CloseNow(); err != nil {
		wantDropped(t, err, 2)
	}
	if n := now.Stats().Dropped; n != 2 {
		t.Errorf("%d dropped in the statistics", n)
	}
}

// Messages for a socket that is of the wrong type are dropped, and counted.
func TestRefusedOverInprocIsCounted(t *testing.T) {
	in := patterns.InContext(newContext(t))
	for _, closes := range []bool{false, true} {
		push := sendEarly(t, in)
		closed := make(chan error, 1)
		if closes {
			go func() { closed <- push.Close() }()
			eventually(t, "it closes", func() bool {
				return errors.Is(push.SetSendHWM(10), zmq.ErrClosed)
			})
		}
		sub := must(patterns.NewSub(in))(t)
		must(sub.Bind("inproc://later"))(t)
		if closes {
			wantDropped(t, <-closed, 2)
		} else {
			eventually(t, "the refusal arrives", func() bool { return push.Stats().Dropped == 2 })
		}
		if err := sub.Unbind("inproc://later"); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCloseRacesWithBind lets many close while somebody binds: each message
// arrives, or is counted.
func TestCloseRacesWithBind(t *testing.T) {
	for range 200 {
		in := patterns.InContext(newContext(t))
		push := sendEarly(t, in)
		result := make(chan error)
		go func() { result <- push.CloseNow() }()
		pull := must(patterns.NewPull(in))(t)
		must(pull.Bind("inproc://later"))(t)
		err := <-result
		var m zmq.Message
		n := int64(0)
		for pull.TryRecv(&m) == nil {
			n++
		}
		if dropped, ok := errors.AsType[*zmq.DroppedError](err); ok {
			n += dropped.Messages
		}
		if n != 2 {
			t.Fatalf("%d of 2 messages are accounted for; %v", n, err)
		}
		pull.Close()
	}
}
