package patterns

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/engine"
	"github.com/zeroactor/zmq/ypipe"
)

// queued returns how many notices an XPUB holds.
func queued(pub *XPub) int {
	pub.turn.Lock()
	defer pub.turn.Unlock()
	return len(pub.notices.queue)
}

// What a peer can make an XPUB hold is bounded by its subscriptions and the
// high-water mark, though its user receives nothing, and whatever it does.
func TestNoticesAreBounded(t *testing.T) {
	const hwm, topics = 10, 100
	ctx := NewContext()
	defer ctx.Close()
	for name, c := range map[string]struct {
		opts []XPubOption
		do   func(sub *XSub, i int)
		most int
	}{
		"flapping": {nil, func(sub *XSub, i int) {
			sub.Subscribe("flap")
			sub.Unsubscribe("flap")
		}, topics + hwm + 1},
		"cancelling what is not known": {nil, func(sub *XSub, i int) {
			sub.Unsubscribe(fmt.Sprint("unknown ", i))
		}, topics + hwm},
		"repeating": {[]XPubOption{XPubVerboser(true)}, func(sub *XSub, i int) {
			sub.Subscribe("topic 1")
		}, topics + hwm},
		"repeating, manually": {[]XPubOption{XPubManual(true)}, func(sub *XSub, i int) {
			sub.Subscribe("topic 1")
		}, topics + hwm},
		"talking": {nil, func(sub *XSub, i int) {
			sub.TrySend(zmq.NewMessage("user"))
		}, topics + hwm},
	} {
		t.Run(name, func(t *testing.T) {
			pub, _ := NewXPub(append(c.opts, InContext(ctx), RecvHWM(hwm))...)
			defer pub.Close()
			sub, _ := NewXSub(InContext(ctx), XSubVerboseUnsubscribe(true), SendHWM(hwm))
			defer sub.CloseNow()
			if _, err := pub.Bind("inproc://" + name); err != nil {
				t.Fatal(err)
			}
			if err := sub.Connect("inproc://" + name); err != nil {
				t.Fatal(err)
			}
			for i := range topics {
				sub.Subscribe(fmt.Sprint("topic ", i))
			}
			for i := range 1000 {
				c.do(sub, i)
			}
			if n := queued(pub); n < topics || n > c.most {
				t.Fatalf("%d notices are queued, want no more than %d", n, c.most)
			}
			// Once they are taken, the rest comes, to the end.
			sub.Subscribe("end")
			var m zmq.Message
			for last := ""; last != "\x01end"; last = string(m.Frame(0)) {
				if err := pub.TryRecv(&m); err != nil {
					t.Fatalf("after %q: %v", last, err)
				}
			}
		})
	}
}

// A peer that is lost while it was not read takes its subscriptions along, those
// that had not been looked at as well.
func TestLostPeerWithUnreadSubscriptions(t *testing.T) {
	const hwm = 10
	ctx := NewContext()
	defer ctx.Close()
	pub, _ := NewXPub(InContext(ctx), RecvHWM(hwm))
	sub, _ := NewXSub(InContext(ctx))
	if _, err := pub.Bind("inproc://lost"); err != nil {
		t.Fatal(err)
	}
	if err := sub.Connect("inproc://lost"); err != nil {
		t.Fatal(err)
	}
	for range 2 * hwm {
		sub.TrySend(zmq.NewMessage("user"))
	}
	sub.Subscribe("unread")
	if n := pub.Topics(); n != 0 || queued(pub) != hwm {
		t.Fatalf("%d topics and %d notices: the subscription was to be behind what is not read", n, queued(pub))
	}
	sub.Close()
	if n := pub.Topics(); n != 0 {
		t.Errorf("%d topics, and no peer", n)
	}
	var m zmq.Message
	for range 2 * hwm {
		if err := pub.TryRecv(&m); err != nil || string(m.Frame(0)) != "user" {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"\x01unread", "\x00unread"} {
		if err := pub.TryRecv(&m); err != nil || string(m.Frame(0)) != want {
			t.Fatalf("%v, want %q", err, want)
		}
	}
	if s := pub.Stats(); s.Pipes != 0 {
		t.Errorf("%+v", s)
	}
}

// The same of a peer that was connected to: it may come back, but what it asked
// for over the lost connection is no wish of the next one.
func TestAwayPeerWithUnreadSubscriptions(t *testing.T) {
	const hwm = 10
	ctx := NewContext()
	defer ctx.Close()
	pub, _ := NewXPub(InContext(ctx), RecvHWM(hwm))
	pub.turn.Lock()
	p := newNetworkPipe(&pub.socket, nil)
	if err := pub.socket.attach(p); err != nil {
		t.Fatal(err)
	}
	p.peer = &zmq.Peer{Version: [2]int{3, 1}}
	pub.connected(p)
	arrive := func(flags byte, body []byte) {
		p.in.Append(flags, body)
		p.in.EndMessage()
		p.in.Flush()
		pub.turn.Pending()
	}
	for range 2*hwm - 1 {
		arrive(0, []byte("user"))
	}
	arrive(ypipe.FlagCommand, engine.AppendCommandBody(nil, engine.NameSubscribe, "unread"))
	if n := pub.subs.Topics(); n != 0 || len(pub.notices.queue) != hwm {
		t.Fatalf("%d topics and %d notices: the subscription was to be behind what is not read", n, len(pub.notices.queue))
	}
	pub.disconnected(p)
	pub.connected(p)
	pub.turn.Unlock()
	want := append(slices.Repeat([]string{"user"}, 2*hwm-1), "\x01unread", "\x00unread")
	var m zmq.Message
	for i, want := range want {
		if err := pub.TryRecv(&m); err != nil || string(m.Frame(0)) != want {
			t.Fatalf("notice %d is %q, %v, want %q", i, m.Frame(0), err, want)
		}
	}
	if n := pub.Topics(); n != 0 {
		t.Errorf("%d topics, and nobody has subscribed over the new connection", n)
	}
	pub.turn.Lock()
	pub.socket.detach(p)
	pub.turn.Unlock()
}

// A sender that waits for a full subscriber goes on when the message is not for
// that one any more.
func TestWaitingSenderSeesCancellation(t *testing.T) {
	ctx := NewContext()
	defer ctx.Close()
	pub, _ := NewPub(InContext(ctx), NoDrop(true), SendHWM(1))
	sub, _ := NewSub(InContext(ctx), Subscribe("a"), RecvHWM(1))
	if _, err := pub.Bind("inproc://waiting"); err != nil {
		t.Fatal(err)
	}
	if err := sub.Connect("inproc://waiting"); err != nil {
		t.Fatal(err)
	}
	for pub.TrySend(zmq.NewMessage("a")) == nil {
	}
	done := make(chan error)
	go func() { done <- pub.SendBytes(t.Context(), []byte("a")) }()
	for waits := false; !waits; {
		runtime.Gosched()
		pub.turn.Lock()
		waits = !pub.sendq.Empty()
		pub.turn.Unlock()
	}
	sub.Unsubscribe("a")
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// Nothing is left of a subscriber that is away when it is given up.
func TestDisconnectForgetsOneThatIsAway(t *testing.T) {
	ctx := NewContext()
	defer ctx.Close()
	pub, _ := NewXPub(InContext(ctx))
	pub.turn.Lock()
	p := newNetworkPipe(&pub.socket, nil)
	if err := pub.socket.attach(p); err != nil {
		t.Fatal(err)
	}
	p.peer = &zmq.Peer{Version: [2]int{3, 1}}
	pub.connected(p)
	p.in.Append(ypipe.FlagCommand, engine.AppendCommandBody(nil, engine.NameSubscribe, "a"))
	p.in.EndMessage()
	p.in.Flush()
	pub.turn.Pending()
	if n := pub.subs.Len(); n != 1 {
		t.Errorf("%d subscriptions", n)
	}
	pub.disconnected(p)
	if n, former := pub.subs.Len(), pub.former.Len(); n != 0 || former != 1 {
		t.Errorf("%d subscriptions, and %d of one that is away", n, former)
	}
	pub.socket.detach(p)
	if n := pub.former.Len(); n != 0 {
		t.Errorf("%d subscriptions of one that is gone", n)
	}
	pub.turn.Unlock()
}
