package patterns_test

import (
	"context"
	"errors"
	"iter"
	"net"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// A watch is a monitor that a test asks for one event after another.
type watch struct {
	t    *testing.T
	next func() (patterns.Event, bool)
}

func newWatch(t *testing.T, events iter.Seq[patterns.Event]) *watch {
	next, stop := iter.Pull(events)
	t.Cleanup(stop)
	return &watch{t, next}
}

// want takes as many events, which must be of these kinds, in this order.
func (w *watch) want(kinds ...patterns.EventKind) (last patterns.Event) {
	w.t.Helper()
	for i, kind := range kinds {
		ev, ok := w.next()
		if !ok {
			w.t.Fatalf("no more events, want %v", kinds[i:])
		}
		if ev.Kind != kind {
			w.t.Fatalf("event %v (%v), want %v", ev.Kind, ev.Err, kinds[i:])
		}
		last = ev
	}
	return last
}

// until takes events up to one of this kind.
func (w *watch) until(kind patterns.EventKind) patterns.Event {
	w.t.Helper()
	for {
		ev, ok := w.next()
		if !ok {
			w.t.Fatalf("no more events, want %v", kind)
		}
		if ev.Kind == kind {
			return ev
		}
	}
}

// end wants no more events.
func (w *watch) end() {
	w.t.Helper()
	if ev, ok := w.next(); ok {
		w.t.Fatalf("event %v after the last one", ev.Kind)
	}
}

// TestMonitor follows a connection from both sides, from before there is an
// endpoint until after the sockets are closed.
func TestMonitor(t *testing.T) {
	for _, name := range []string{"ipc", "tcp"} {
		t.Run(name, func(t *testing.T) {
			in, ctx := patterns.InContext(newContext(t)), testContext(t)
			pull := must(patterns.NewPull(in))(t)
			push := must(patterns.NewPush(in))(t)
			bound, connected := newWatch(t, pull.Monitor(ctx)), newWatch(t, push.Monitor(ctx))
			again := newWatch(t, push.Monitor(ctx))
			ep := must(pull.Bind(wildcards(t)[name]))(t).String()
			if ev := bound.want(patterns.Listening); ev.Endpoint != ep {
				t.Errorf("listening at %q, want %q", ev.Endpoint, ep)
			}
			if err := push.Connect(ep); err != nil {
				t.Fatal(err)
			}
			accepted := bound.want(patterns.Accepted)
			ev := connected.want(patterns.ConnectDelayed, patterns.Connected)
			if ev.Endpoint != ep || ev.Remote != accepted.Local || ev.Local != accepted.Remote || ev.Remote == "" {
				t.Errorf("connected %+v, accepted %+v", ev, accepted)
			}
			if ev := bound.want(patterns.HandshakeSucceeded); ev.Peer == nil || ev.Peer.SocketType != "PUSH" {
				t.Errorf("handshake: %+v", ev)
			}
			connected.want(patterns.HandshakeSucceeded)
			if err := push.Close(); err != nil {
				t.Error(err)
			}
			connected.want(patterns.Disconnected, patterns.MonitorStopped)
			connected.end()
			bound.want(patterns.Disconnected)
			if err := pull.Close(); err != nil {
				t.Error(err)
			}
			if ev := bound.want(patterns.Closed); ev.Endpoint != ep || ev.Err != nil {
				t.Errorf("closed: %+v", ev)
			}
			bound.want(patterns.MonitorStopped)
			bound.end()
			again.want(patterns.ConnectDelayed, patterns.Connected, patterns.HandshakeSucceeded,
				patterns.Disconnected, patterns.MonitorStopped)
			again.end()
			late := newWatch(t, push.Monitor(ctx))
			late.want(patterns.MonitorStopped)
			late.end()
		})
	}
}

// TestMonitorRefused connects to where nobody listens.
func TestMonitorRefused(t *testing.T) {
	push := must(patterns.NewPush(patterns.InContext(newContext(t)), patterns.ReconnectInterval(time.Millisecond)))(t)
	w := newWatch(t, push.Monitor(testContext(t)))
	if err := push.Connect("tcp://127.0.0.1:1"); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if ev := w.want(patterns.ConnectDelayed, patterns.Closed); !errors.Is(ev.Err, syscall.ECONNREFUSED) {
			t.Errorf("closed because of %v", ev.Err)
		}
		if ev := w.want(patterns.ConnectRetried); ev.Interval < time.Millisecond || ev.Interval > 2*time.Millisecond {
			t.Errorf("next attempt in %v", ev.Interval)
		}
	}
}

// TestMonitorBindFailed binds what is taken.
func TestMonitorBindFailed(t *testing.T) {
	in := patterns.InContext(newContext(t))
	first := must(patterns.NewPull(in))(t)
	ep := must(first.Bind("tcp://127.0.0.1:*"))(t).String()
	second := must(patterns.NewPull(in))(t)
	w := newWatch(t, second.Monitor(testContext(t)))
	if _, err := second.Bind(ep); !errors.Is(err, zmq.ErrAddrInUse) {
		t.Fatal(err)
	}
	if ev := w.want(patterns.BindFailed); ev.Endpoint != ep || !errors.Is(ev.Err, zmq.ErrAddrInUse) {
		t.Errorf("%+v", ev)
	}
}

// TestMonitorHandshakes sends a PULL what is no handshake, or none at all.
func TestMonitorHandshakes(t *testing.T) {
	ready := "\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\x01NULL" + string(make([]byte, 48))
	for name, c := range map[string]struct {
		says string
		want patterns.EventKind
	}{
		"bad type":  {ready + "\x04\x19\x05READY\x0bSocket-Type\x00\x00\x00\x03PUB", patterns.HandshakeFailedProtocol},
		"refusal":   {ready + "\x04\x0a\x05ERROR\x03400", patterns.HandshakeFailedAuth},
		"ends soon": {ready[:12], patterns.HandshakeFailedNoDetail},
	} {
		t.Run(name, func(t *testing.T) {
			pull := must(patterns.NewPull(patterns.InContext(newContext(t))))(t)
			w := newWatch(t, pull.Monitor(testContext(t)))
			ep := must(pull.Bind("tcp://127.0.0.1:*"))(t)
			w.want(patterns.Listening)
			nc, err := net.Dial("tcp", ep.Address)
			if err != nil {
				t.Fatal(err)
			}
			nc.Write([]byte(c.says))
			nc.(*net.TCPConn).CloseWrite()
			defer nc.Close()
			if ev := w.want(patterns.Accepted, c.want); ev.Err == nil {
				t.Error("no reason")
			}
			w.want(patterns.Disconnected)
		})
	}
}

// TestMonitorEnds ends monitors by their contexts, and by a break.
func TestMonitorEnds(t *testing.T) {
	pull := must(patterns.NewPull(patterns.InContext(newContext(t))))(t)
	ctx, cancel := context.WithCancel(testContext(t))
	cancelled := newWatch(t, pull.Monitor(ctx))
	broken := pull.Monitor(testContext(t))
	never := pull.Monitor(testContext(t))
	must(pull.Bind("tcp://127.0.0.1:*"))(t)
	for ev := range broken {
		if ev.Kind != patterns.Listening {
			t.Errorf("first event %v", ev.Kind)
		}
		break
	}
	cancel()
	cancelled.want(patterns.Listening)
	cancelled.end()
	must(pull.Bind("tcp://127.0.0.1:*"))(t)
	for ev := range broken {
		t.Errorf("%v after the break", ev.Kind)
	}
	if err := pull.Close(); err != nil {
		t.Fatal(err)
	}
	var kinds []patterns.EventKind
	for ev := range never {
		kinds = append(kinds, ev.Kind)
	}
	if len(kinds) != 5 || kinds[0] != patterns.Listening || kinds[4] != patterns.MonitorStopped {
		t.Errorf("events until the close: %v", kinds)
	}
}

// TestMonitorWaits takes an event that comes after it was asked for.
func TestMonitorWaits(t *testing.T) {
	pull := must(patterns.NewPull(patterns.InContext(newContext(t))))(t)
	got := make(chan patterns.EventKind)
	ctx, cancel := context.WithCancel(testContext(t))
	events := pull.Monitor(ctx)
	go func() {
		defer close(got)
		for ev := range events {
			got <- ev.Kind
		}
	}()
	must(pull.Bind("tcp://127.0.0.1:*"))(t)
	if k := <-got; k != patterns.Listening {
		t.Errorf("event %v", k)
	}
	cancel()
	if k, ok := <-got; ok {
		t.Errorf("event %v after the end", k)
	}
}

func TestEventKindString(t *testing.T) {
	for k, want := range map[patterns.EventKind]string{
		patterns.Connected:                       "Connected",
		patterns.HandshakeFailedAuth:             "HandshakeFailedAuth",
		patterns.Listening | patterns.BindFailed: "Listening|BindFailed",
		0:                                        "EventKind(0x0)",
		1 << 20:                                  "EventKind(0x100000)",
		patterns.MonitorStopped | patterns.EventKind(1<<31): "MonitorStopped|EventKind(0x80000000)",
	} {
		if got := k.String(); got != want {
			t.Errorf("%#x is %q, want %q", uint32(k), got, want)
		}
	}
	all := []patterns.EventKind{
		patterns.Connected, patterns.ConnectDelayed, patterns.ConnectRetried, patterns.Listening, patterns.BindFailed,
		patterns.Accepted, patterns.AcceptFailed, patterns.Closed, patterns.CloseFailed, patterns.Disconnected,
		patterns.MonitorStopped, patterns.HandshakeFailedNoDetail, patterns.HandshakeSucceeded,
		patterns.HandshakeFailedProtocol, patterns.HandshakeFailedAuth,
	}
	if !slices.IsSorted(all) || all[14] != 0x4000 {
		t.Errorf("not libzmq's values: %v", all)
	}
}
