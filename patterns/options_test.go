package patterns_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/engine"
	"github.com/zeroactor/zmq/patterns"
)

// nullGreeting begins every connection of ZMTP 3 with the NULL mechanism.
var nullGreeting = append([]byte("\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\x01NULL"), make([]byte, 48)...)

// pullReady is the READY command of a PULL.
const pullReady = "\x04\x1a\x05READY\x0bSocket-Type\x00\x00\x00\x04PULL"

// acceptPull accepts a connection and shakes hands as a PULL does.
func acceptPull(t *testing.T, ln net.Listener) net.Conn {
	t.Helper()
	nc, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	nc.SetDeadline(time.Now().Add(30 * time.Second))
	nc.Write(append(nullGreeting, pullReady...))
	if _, err := io.ReadFull(nc, make([]byte, len(nullGreeting)+2)); err != nil {
		t.Fatal(err)
	}
	return nc
}

// TestHeartbeatOptions reads a PING, and does not answer it.
func TestHeartbeatOptions(t *testing.T) {
	ln, ep := listenTCP(t)
	push := must(patterns.NewPush(patterns.InContext(newContext(t)), patterns.HeartbeatInterval(20*time.Millisecond),
		patterns.HeartbeatTTL(6553500*time.Millisecond)))(t)
	w := newWatch(t, push.Monitor(testContext(t)))
	if err := push.Connect(ep); err != nil {
		t.Fatal(err)
	}
	nc := acceptPull(t, ln)
	all, _ := io.ReadAll(nc) // until the peer gives us up
	if !bytes.Contains(all, engine.AppendPing(nil, engine.MaxTTL, nil)) {
		t.Errorf("no PING in %q", all)
	}
	ev := w.want(patterns.ConnectDelayed, patterns.Connected, patterns.HandshakeSucceeded, patterns.Disconnected)
	if !errors.Is(ev.Err, zmq.ErrTimeout) {
		t.Errorf("disconnected because of %v", ev.Err)
	}
}

// TestHandshakeTimeout connects to somebody who says nothing.
func TestHandshakeTimeout(t *testing.T) {
	_, ep := listenTCP(t)
	push := must(patterns.NewPush(patterns.InContext(newContext(t)), patterns.HandshakeTimeout(10*time.Millisecond),
		patterns.ReconnectStop(patterns.ReconnectStopHandshakeFailed)))(t)
	w := newWatch(t, push.Monitor(testContext(t)))
	if err := push.Connect(ep); err != nil {
		t.Fatal(err)
	}
	ev := w.want(patterns.ConnectDelayed, patterns.Connected, patterns.HandshakeFailedNoDetail)
	if !errors.Is(ev.Err, zmq.ErrTimeout) {
		t.Errorf("failed because of %v", ev.Err)
	}
	w.want(patterns.Disconnected)
	wantForgotten(t, push, w, ep)
}

// wantForgotten wants an endpoint that is not tried again.
func wantForgotten(t *testing.T, push *patterns.Push, w *watch, ep string) {
	t.Helper()
	if err := push.Close(); err != nil {
		t.Error(err)
	}
	w.want(patterns.MonitorStopped)
	w.end()
}

// TestReconnectStop gives endpoints up, for one reason each.
func TestReconnectStop(t *testing.T) {
	t.Run("refused", func(t *testing.T) {
		push := must(patterns.NewPush(patterns.InContext(newContext(t)), patterns.ReconnectInterval(time.Millisecond),
			patterns.ReconnectStop(patterns.ReconnectStopRefused)))(t)
		w := newWatch(t, push.Monitor(testContext(t)))
		if err := push.Connect("tcp://127.0.0.1:1"); err != nil {
			t.Fatal(err)
		}
		if ev := w.want(patterns.ConnectDelayed, patterns.Closed); !errors.Is(ev.Err, syscall.ECONNREFUSED) {
			t.Error(ev.Err)
		}
		wantForgotten(t, push, w, "tcp://127.0.0.1:1")
	})
	for name, option := range map[string]patterns.PushOption{
		"disconnected": patterns.ReconnectStop(patterns.ReconnectStopAfterDisconnect),
		"no interval":  patterns.ReconnectInterval(0),
	} {
		t.Run(name, func(t *testing.T) {
			ln, ep := listenTCP(t)
			push := must(patterns.NewPush(patterns.InContext(newContext(t)), option))(t)
			w := newWatch(t, push.Monitor(testContext(t)))
			if err := push.Connect(ep); err != nil {
				t.Fatal(err)
			}
			acceptPull(t, ln).Close()
			w.want(patterns.ConnectDelayed, patterns.Connected, patterns.HandshakeSucceeded, patterns.Disconnected)
			wantForgotten(t, push, w, ep)
		})
	}
}

// TestReconnectIntervalMax sees the waits grow.
func TestReconnectIntervalMax(t *testing.T) {
	push := must(patterns.NewPush(patterns.InContext(newContext(t)), patterns.ReconnectInterval(time.Millisecond),
		patterns.ReconnectIntervalMax(8*time.Millisecond)))(t)
	w := newWatch(t, push.Monitor(testContext(t)))
	if err := push.Connect("tcp://127.0.0.1:1"); err != nil {
		t.Fatal(err)
	}
	var wait time.Duration
	for range 5 {
		wait = w.want(patterns.ConnectDelayed, patterns.Closed, patterns.ConnectRetried).Interval
	}
	if wait < 6*time.Millisecond || wait > 8*time.Millisecond { // the largest, less a quarter at most
		t.Errorf("fifth wait of %v", wait)
	}
}

// TestImmediate sends to nobody, with a queue for it and without.
func TestImmediate(t *testing.T) {
	for _, immediate := range []bool{false, true} {
		push := must(patterns.NewPush(patterns.InContext(newContext(t)), patterns.Immediate(immediate), patterns.Linger(0)))(t)
		if err := push.Connect("tcp://127.0.0.1:1"); err != nil {
			t.Fatal(err)
		}
		var m zmq.Message
		m.AppendString("x")
		if err := push.TrySend(&m); errors.Is(err, zmq.ErrAgain) != immediate {
			t.Errorf("immediate %v: %v", immediate, err)
		}
		push.Close()
	}
}

// TestMaxMessageSize receives a frame that is just not too large, and one that
// is.
func TestMaxMessageSize(t *testing.T) {
	in, ctx := patterns.InContext(newContext(t)), testContext(t)
	pull := must(patterns.NewPull(in, patterns.MaxMessageSize(100)))(t)
	w := newWatch(t, pull.Monitor(ctx))
	push := must(patterns.NewPush(in, patterns.ReconnectStop(patterns.ReconnectStopAfterDisconnect), patterns.Linger(0)))(t)
	if err := push.Connect(must(pull.Bind("tcp://127.0.0.1:*"))(t).String()); err != nil {
		t.Fatal(err)
	}
	small, large := make([]byte, 100), make([]byte, 101)
	if err := push.SendBytes(ctx, small, small); err != nil {
		t.Fatal(err)
	}
	if err := push.SendBytes(ctx, large); err != nil {
		t.Fatal(err)
	}
	if m := must(pull.Recv(ctx))(t); m.Size() != 200 {
		t.Errorf("received %d bytes", m.Size())
	}
	ev := w.want(patterns.Listening, patterns.Accepted, patterns.HandshakeSucceeded, patterns.Disconnected)
	if !errors.Is(ev.Err, zmq.ErrTooLarge) {
		t.Errorf("disconnected because of %v", ev.Err)
	}
	push.Close()
}

// TestMetadata tells a peer something.
func TestMetadata(t *testing.T) {
	in, ctx := patterns.InContext(newContext(t)), testContext(t)
	pull := must(patterns.NewPull(in))(t)
	push := must(patterns.NewPush(in, patterns.Metadata("X-Job", "7"), patterns.Metadata("x-empty", "")))(t)
	if err := push.Connect(must(pull.Bind("ipc://*"))(t).String()); err != nil {
		t.Fatal(err)
	}
	if err := push.SendBytes(ctx, nil); err != nil {
		t.Fatal(err)
	}
	peer := must(pull.Recv(ctx))(t).Peer()
	if v, ok := peer.Property("x-job"); !ok || string(v) != "7" {
		t.Errorf("X-Job is %q", v)
	}
	if v, ok := peer.Property("X-Empty"); !ok || len(v) != 0 {
		t.Errorf("X-Empty is %q", v)
	}
}

// TestIPv6 binds and connects to an address of IPv6, with the option and without.
func TestIPv6(t *testing.T) {
	ln, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("no IPv6 here: ", err)
	}
	ln.Close()
	in, ctx := patterns.InContext(newContext(t)), testContext(t)
	if _, err := must(patterns.NewPull(in))(t).Bind("tcp://[::1]:*"); err == nil {
		t.Error("bound without the option")
	}
	pull, push := must(patterns.NewPull(in, patterns.IPv6(true)))(t), must(patterns.NewPush(in, patterns.IPv6(true)))(t)
	if err := push.Connect(must(pull.Bind("tcp://[::1]:*"))(t).String()); err != nil {
		t.Fatal(err)
	}
	if err := push.SendBytes(ctx, []byte("x")); err != nil {
		t.Fatal(err)
	}
	must(pull.Recv(ctx))(t)
}

// TestAcceptFilters lets in only those who are admitted.
func TestAcceptFilters(t *testing.T) {
	uid := uint32(os.Getuid())
	for _, c := range []struct {
		name, endpoint  string
		refuses, admits patterns.PullOption
	}{
		{"tcp", "tcp://127.0.0.1:*", patterns.TCPAcceptFilter(netip.MustParsePrefix("10.0.0.0/8")),
			patterns.TCPAcceptFilter(netip.MustParsePrefix("127.0.0.0/8"))},
		{"uid", "ipc://*", patterns.IPCFilterUID(uid + 1), patterns.IPCFilterUID(uid)},
		{"gid", "ipc://*", patterns.IPCFilterGID(1 << 30), patterns.IPCFilterGID(uint32(os.Getgid()))},
		{"pid", "ipc://*", patterns.IPCFilterPID(1 << 30), patterns.IPCFilterPID(os.Getpid())},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.name != "tcp" && runtime.GOOS != "linux" {
				t.Skip("the credentials of peers are known on Linux")
			}
			in, ctx := patterns.InContext(newContext(t)), testContext(t)
			push := must(patterns.NewPush(in, patterns.Linger(0), patterns.Immediate(true)))(t)
			w := newWatch(t, push.Monitor(ctx))
			refusing := must(patterns.NewPull(in, c.refuses))(t)
			if err := push.Connect(must(refusing.Bind(c.endpoint))(t).String()); err != nil {
				t.Fatal(err)
			}
			w.want(patterns.ConnectDelayed, patterns.Connected, patterns.HandshakeFailedNoDetail, patterns.Disconnected)
			admitting := must(patterns.NewPull(in, c.refuses, c.admits))(t) // the two add up
			if err := push.Connect(must(admitting.Bind(c.endpoint))(t).String()); err != nil {
				t.Fatal(err)
			}
			if err := push.SendBytes(ctx, []byte("x")); err != nil {
				t.Fatal(err)
			}
			must(admitting.Recv(ctx))(t)
		})
	}
}

// TestListenFile adopts a socket that listens already.
func TestListenFile(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files are not sockets here")
	}
	in, ctx := patterns.InContext(newContext(t)), testContext(t)
	ln, ep := listenTCP(t)
	f, err := ln.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	pull := must(patterns.NewPull(in, patterns.ListenFile(f)))(t)
	must(pull.Bind("tcp://127.0.0.1:*"))(t)
	f.Close()
	push := must(patterns.NewPush(in))(t)
	if err := push.Connect(ep); err != nil {
		t.Fatal(err)
	}
	ln.Close() // or else it would take some of the connections
	if err := push.SendBytes(ctx, []byte("x")); err != nil {
		t.Fatal(err)
	}
	must(pull.Recv(ctx))(t)
}

// TestSetMetadata changes what a bound socket tells its peers: those that come later.
func TestSetMetadata(t *testing.T) {
	ctx := patterns.NewContext()
	defer ctx.Close()
	pull, err := patterns.NewPull(patterns.InContext(ctx), patterns.Metadata("X-Is", "old"))
	if err != nil {
		t.Fatal(err)
	}
	at, err := pull.Bind("tcp://127.0.0.1:*")
	if err != nil {
		t.Fatal(err)
	}
	told := func() string {
		push, err := patterns.NewPush(patterns.InContext(ctx))
		if err != nil {
			t.Fatal(err)
		}
		defer push.CloseNow()
		events := push.Monitor(t.Context())
		if err := push.Connect(at.String()); err != nil {
			t.Fatal(err)
		}
		for e := range events {
			if e.Kind == patterns.HandshakeSucceeded {
				v, _ := e.Peer.Property("x-is")
				return string(v)
			}
		}
		return "nothing"
	}
	if got := told(); got != "old" {
		t.Errorf("told %q", got)
	}
	var wrong *patterns.OptionError
	if err := pull.SetMetadata("Is", "wrong"); !errors.As(err, &wrong) {
		t.Error(err)
	}
	if err := pull.SetMetadata("x-is", "new"); err != nil || told() != "new" {
		t.Errorf("%v, told %q", err, told())
	}
	if err := pull.Close(); err != nil {
		t.Fatal(err)
	}
	if err := pull.SetMetadata("X-Is", "late"); !errors.Is(err, zmq.ErrClosed) {
		t.Error(err)
	}
}

// TestSetLinger closes a socket that would wait for ever.
func TestSetLinger(t *testing.T) {
	push := must(patterns.NewPush(patterns.InContext(newContext(t)), patterns.Linger(-1)))(t)
	if err := push.Connect("tcp://127.0.0.1:1"); err != nil {
		t.Fatal(err)
	}
	if err := push.SendBytes(t.Context(), []byte("x")); err != nil {
		t.Fatal(err)
	}
	push.SetLinger(0)
	if err := push.Close(); err == nil {
		t.Error("nothing dropped")
	}
}

// fill sends until nothing more is taken, and returns how many messages that
// were.
func fill(t *testing.T, push *patterns.Push) (n int) {
	t.Helper()
	for ; n < 10000; n++ {
		var m zmq.Message
		m.AppendString("x")
		if err := push.TrySend(&m); errors.Is(err, zmq.ErrAgain) {
			return n
		} else if err != nil {
			t.Fatal(err)
		}
	}
	t.Fatal("no limit")
	return n
}

// TestSetHWM changes the marks of queues that are in use. Over networks only
// the sending side can be counted.
func TestSetHWM(t *testing.T) {
	in, ctx := patterns.InContext(newContext(t)), testContext(t)
	for _, ep := range []string{"inproc://nobody", "tcp://127.0.0.1:1"} {
		push := must(patterns.NewPush(in, patterns.SendHWM(10), patterns.Linger(0)))(t)
		if err := push.Connect(ep); err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct{ hwm, more int }{{10, 10}, {15, 5}, {5, 0}, {20, 5}} {
			if err := push.SetSendHWM(step.hwm); err != nil {
				t.Fatal(err)
			}
			if n := fill(t, push); n != step.more {
				t.Errorf("%s: %d more with a mark of %d, want %d", ep, n, step.hwm, step.more)
			}
		}
		waits := make(chan error)
		go func() { waits <- push.SendBytes(ctx, []byte("y")) }()
		if err := push.SetSendHWM(0); err != nil {
			t.Fatal(err)
		}
		if err := <-waits; err != nil {
			t.Error(err)
		}
		bad, ok := errors.AsType[*patterns.OptionError](push.SetSendHWM(-1))
		if !ok || bad.Option != "SendHWM" {
			t.Errorf("negative mark: %v", bad)
		}
		push.Close()
		if err := push.SetSendHWM(1); !errors.Is(err, zmq.ErrClosed) {
			t.Errorf("closed: %v", err)
		}
	}
}

// TestSetHWMInproc changes the marks of both ends of a pipe, before they know of
// each other and after.
func TestSetHWMInproc(t *testing.T) {
	in := patterns.InContext(newContext(t))
	push := must(patterns.NewPush(in, patterns.SendHWM(2), patterns.Linger(0)))(t)
	pull := must(patterns.NewPull(in, patterns.RecvHWM(3)))(t)
	if err := pull.Connect("inproc://both"); err != nil {
		t.Fatal(err)
	}
	if err := pull.SetRecvHWM(4); err != nil { // the other one does not exist yet
		t.Fatal(err)
	}
	must(push.Bind("inproc://both"))(t)
	sent := fill(t, push)
	if sent != 6 {
		t.Errorf("%d, want 2 and 4", sent)
	}
	if err := pull.SetRecvHWM(10); err != nil {
		t.Fatal(err)
	}
	if n := fill(t, push); n != 6 {
		t.Errorf("%d more, want 6", n)
	}
	if err := push.SetSendHWM(3); err != nil {
		t.Fatal(err)
	}
	if n := fill(t, push); n != 1 {
		t.Errorf("%d more, want 1", n)
	}
	if err := pull.SetRecvHWM(1); err != nil { // below what is there
		t.Fatal(err)
	}
	var m zmq.Message
	for range 13 {
		if err := pull.TryRecv(&m); err != nil {
			t.Fatal(err)
		}
	}
	if n := fill(t, push); n != 4 {
		t.Errorf("%d when drained, want 3 and 1", n)
	}
}

// TestSetRecvHWM raises the mark of a connection that waits for room, and
// nobody reads: it reads on, and all can be handed over.
func TestSetRecvHWM(t *testing.T) {
	for _, size := range []int{1000, 100_000} { // in the log, and beside it
		for _, name := range []string{"ipc", "tcp"} {
			in, ctx := patterns.InContext(newContext(t)), testContext(t)
			pull := must(patterns.NewPull(in, patterns.RecvHWM(1)))(t)
			push := must(patterns.NewPush(in, patterns.SendHWM(0), patterns.Linger(-1)))(t)
			if err := push.Connect(must(pull.Bind(wildcards(t)[name]))(t).String()); err != nil {
				t.Fatal(err)
			}
			const bytes = 20 << 20 // more than the system holds
			n := bytes / size
			for range n {
				if err := push.SendBytes(ctx, make([]byte, size)); err != nil {
					t.Fatal(err)
				}
			}
			closed := make(chan error, 1)
			go func() { closed <- push.Close() }()
			short, cancel := context.WithTimeout(ctx, 30*time.Millisecond)
			select {
			case <-closed:
				t.Error("handed over, though there is no room")
			case <-short.Done():
			}
			cancel()
			if err := pull.SetRecvHWM(n + 1); err != nil { // one more, or else the end is not looked for
				t.Fatal(err)
			}
			if err := <-closed; err != nil {
				t.Error(err)
			}
			var m zmq.Message
			for i := range n {
				if err := pull.TryRecv(&m); err != nil {
					t.Fatalf("message %d of %d: %v", i, n, err)
				}
			}
		}
	}
}
