package patterns_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// handler binds a ZAP handler that answers each request with what answer returns
// for it; no frames answer nothing.
func handler(t *testing.T, in patterns.Option, answer func(request []string) []string) {
	t.Helper()
	router := must(patterns.NewRouter(in))(t)
	must(router.Bind("inproc://zeromq.zap.01"))(t) // as 27/ZAP has it
	ctx := t.Context()
	go func() {
		var m zmq.Message
		for router.RecvInto(ctx, &m) == nil {
			var frames []string
			for _, f := range m.Frames() {
				frames = append(frames, string(f))
			}
			if frames[1] != "" {
				t.Errorf("request without a delimiter: %q", frames)
				return
			}
			reply := answer(frames[2:])
			if len(reply) == 0 {
				continue
			}
			out := new(zmq.Message)
			for _, f := range append(frames[:2:2], reply...) {
				out.AppendString(f)
			}
			if router.Send(ctx, out) != nil {
				return
			}
		}
	}()
}

const (
	roleGuest = "\x06X-Role\x00\x00\x00\x05guest"
	malformed = "\x06X-Role\x00\x00\x00\x09guest"
)

// TestZAP has a handler give all kinds of answers. The peer is let in by one, and
// else both sides are told what there is to be told.
func TestZAP(t *testing.T) {
	long := strings.Repeat("x", 256)
	for _, c := range []struct {
		name  string
		reply []string
		ours  patterns.EventKind // of the side that asks
		names string             // by the error
		final bool               // the peer gives up
	}{
		{"let in", []string{"1.0", "1", "200", "OK", "joe", roleGuest}, patterns.HandshakeSucceeded, "", false},
		{"temporary", []string{"1.0", "1", "300", "later", "", ""}, patterns.HandshakeFailedAuth, `300 "later"`, false},
		{"failure", []string{"1.0", "1", "400", "no", "", ""}, patterns.HandshakeFailedAuth, `400 "no"`, true},
		{"internal", []string{"1.0", "1", "500", "", "", ""}, patterns.HandshakeFailedAuth, `500 ""`, true},
		{"version", []string{"1.1", "1", "200", "", "", ""}, patterns.HandshakeFailedProtocol, `version "1.1"`, false},
		{"request id", []string{"1.0", "2", "200", "", "", ""}, patterns.HandshakeFailedProtocol, `request "2"`, false},
		{"status", []string{"1.0", "1", "201", "", "", ""}, patterns.HandshakeFailedProtocol, `status code "201"`, false},
		{"too few", []string{"1.0", "1", "200", "", ""}, patterns.HandshakeFailedProtocol, "5 frames", false},
		{"too many", []string{"1.0", "1", "200", "", "", "", ""}, patterns.HandshakeFailedProtocol, "7 frames", false},
		{"text", []string{"1.0", "1", "200", "\xff", "", ""}, patterns.HandshakeFailedProtocol, "status text", false},
		{"user", []string{"1.0", "1", "200", "", long, ""}, patterns.HandshakeFailedProtocol, "user id", false},
		{"metadata", []string{"1.0", "1", "200", "", "", malformed}, patterns.HandshakeFailedProtocol, "metadata", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			in, ctx := patterns.InContext(newContext(t)), testContext(t)
			requests := make(chan []string, 100)
			handler(t, in, func(request []string) []string {
				requests <- request
				return c.reply
			})
			pull := must(patterns.NewPull(in, patterns.ZAPDomain("test")))(t)
			push := must(patterns.NewPush(in, patterns.Linger(0)))(t)
			bound, connected := newWatch(t, pull.Monitor(ctx)), newWatch(t, push.Monitor(ctx))
			ep := must(pull.Bind("tcp://127.0.0.1:*"))(t)
			if err := push.Connect(ep.String()); err != nil {
				t.Fatal(err)
			}
			ev := bound.want(patterns.Listening, patterns.Accepted, c.ours)
			want := []string{"1.0", "1", "test", "127.0.0.1", "", "NULL"}
			if got := <-requests; !slices.Equal(got, want) {
				t.Errorf("the request is %q, want %q", got, want)
			}
			if c.ours == patterns.HandshakeSucceeded {
				role, _ := ev.Peer.Property("x-role")
				if ev.Peer.UserID != "joe" || string(role) != "guest" {
					t.Errorf("let in as %+v", ev.Peer)
				}
				if n := len(requests); n > 0 {
					t.Errorf("asked %d times more", n)
				}
				return
			}
			if !strings.Contains(ev.Err.Error(), c.names) {
				t.Errorf("%v does not name %q", ev.Err, c.names)
			}
			if !c.final {
				connected.until(patterns.ConnectRetried)
				return
			}
			ev = connected.until(patterns.HandshakeFailedAuth)
			if told, ok := errors.AsType[*zmq.PeerError](ev.Err); !ok || told.Reason != c.reply[2] {
				t.Errorf("the peer is told %v", ev.Err)
			}
			for ev.Kind != patterns.MonitorStopped { // until it has given up, and the socket is closed
				if ev.Kind == patterns.ConnectRetried {
					t.Fatal("the peer comes again")
				}
				if ev.Kind == patterns.Disconnected {
					push.CloseNow()
				}
				ev, _ = connected.next()
			}
		})
	}
}

// TestZAPTellsTheIdentity asks about a peer that tells its routing id, by the side
// that binds, and about one that nothing is known of yet, by the side that connects.
func TestZAPTellsTheIdentity(t *testing.T) {
	in, ctx := patterns.InContext(newContext(t)), testContext(t)
	requests := make(chan []string, 2)
	handler(t, in, func(request []string) []string {
		requests <- request
		return []string{"1.0", "1", "200", "", request[2], ""}
	})
	router := must(patterns.NewRouter(in, patterns.IPv6(true), patterns.ZAPDomain("bound")))(t)
	dealer := must(patterns.NewDealer(in, patterns.IPv6(true), patterns.ZAPDomain("connected"), patterns.RoutingID([]byte("joe"))))(t)
	if err := dealer.Connect(must(router.Bind("tcp://[::1]:*"))(t).String()); err != nil {
		t.Fatal(err)
	}
	if err := dealer.SendBytes(ctx, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	m := must(router.Recv(ctx))(t)
	if m.Peer().UserID != "bound" || string(m.Frame(1)) != "hello" {
		t.Errorf("received %q of user %q", m.Frame(1), m.Peer().UserID)
	}
	got := [][]string{<-requests, <-requests}
	slices.SortFunc(got, func(a, b []string) int { return strings.Compare(a[2], b[2]) })
	for i, want := range [][]string{{"bound", "::1", "joe"}, {"connected", "::1", ""}} {
		if !slices.Equal(got[i][2:5], want) {
			t.Errorf("asked %q, want %q", got[i][2:5], want)
		}
	}
}

// TestZAPWithoutHandler: nobody is let in while there is none, and everybody is
// once it comes. It is not one of the sockets that the program may open.
func TestZAPWithoutHandler(t *testing.T) {
	c := patterns.NewContext(patterns.MaxSockets(3))
	t.Cleanup(func() { c.Close() })
	in, ctx := patterns.InContext(c), testContext(t)
	pull := must(patterns.NewPull(in, patterns.ZAPDomain("test")))(t)
	push := must(patterns.NewPush(in, patterns.ReconnectInterval(time.Millisecond)))(t)
	bound := newWatch(t, pull.Monitor(ctx))
	if err := push.Connect(must(pull.Bind("ipc://*"))(t).String()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if ev := bound.until(patterns.HandshakeFailedNoDetail); !errors.Is(ev.Err, patterns.ErrNoZAPHandler) {
			t.Fatalf("failed because of %v", ev.Err)
		}
	}
	addresses := make(chan string, 1000)
	handler(t, in, func(request []string) []string {
		addresses <- request[3]
		return []string{"1.0", "1", "200", "", "", ""}
	})
	bound.until(patterns.HandshakeSucceeded)
	if a := <-addresses; a != "" {
		t.Errorf("address %q over ipc, want none", a)
	}
}

// TestZAPIsNotWaitedFor closes a socket whose handler does not answer.
func TestZAPIsNotWaitedFor(t *testing.T) {
	in, ctx := patterns.InContext(newContext(t)), testContext(t)
	asked := make(chan struct{}, 10)
	handler(t, in, func([]string) []string {
		asked <- struct{}{}
		return nil
	})
	pull := must(patterns.NewPull(in, patterns.ZAPDomain("test"), patterns.HandshakeTimeout(0)))(t)
	slow := must(patterns.NewPull(in, patterns.ZAPDomain("slow"), patterns.HandshakeTimeout(50*time.Millisecond)))(t)
	push := must(patterns.NewPush(in, patterns.Linger(0)))(t)
	events := newWatch(t, slow.Monitor(ctx))
	for _, s := range []*patterns.Pull{pull, slow} {
		if err := push.Connect(must(s.Bind("tcp://127.0.0.1:*"))(t).String()); err != nil {
			t.Fatal(err)
		}
		<-asked
	}
	if ev := events.until(patterns.HandshakeFailedNoDetail); !errors.Is(ev.Err, zmq.ErrTimeout) {
		t.Errorf("failed because of %v", ev.Err)
	}
	closed := make(chan error)
	go func() { closed <- pull.Close() }()
	select {
	case err := <-closed:
		if err != nil {
			t.Error(err)
		}
	case <-ctx.Done():
		t.Fatal("Close waits for the handler")
	}
}

// TestZAPEmptyDomainAsksNobody: "domain, which SHALL contain a (non-empty) string", and so who has
// none does not ask, though there is a handler.
func TestZAPEmptyDomainAsksNobody(t *testing.T) {
	in, ctx := patterns.InContext(newContext(t)), testContext(t)
	requests := make(chan []string, 100)
	handler(t, in, func(request []string) []string {
		requests <- request
		return []string{"1.0", "1", "200", "", "", ""}
	})
	pull := must(patterns.NewPull(in, patterns.ZAPDomain("")))(t)
	push := must(patterns.NewPush(in, patterns.ZAPDomain("")))(t)
	if err := push.Connect(must(pull.Bind("tcp://127.0.0.1:*"))(t).String()); err != nil {
		t.Fatal(err)
	}
	if err := push.SendBytes(ctx, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	m := must(pull.Recv(ctx))(t)
	if user := m.Peer().UserID; user != "" || len(requests) > 0 {
		t.Errorf("the handler was asked %d times, and knows %q", len(requests), user)
	}
}

func TestZAPDomainIsChecked(t *testing.T) {
	for _, domain := range []string{strings.Repeat("x", 256), "caf\u00e9"} {
		_, err := patterns.NewPull(patterns.ZAPDomain(domain))
		if wrong, ok := errors.AsType[*patterns.OptionError](err); !ok || wrong.Option != "ZAPDomain" {
			t.Errorf("%q: %v", domain, err)
		}
	}
	s, err := patterns.NewPull(patterns.ZAPDomain(strings.Repeat("x", 255)), patterns.InContext(newContext(t)))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.CloseNow(); err != nil {
		t.Error(err)
	}
}
