package patterns_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// dialRaw connects to an endpoint without any protocol.
func dialRaw(t *testing.T, endpoint string) net.Conn {
	t.Helper()
	network, address, _ := strings.Cut(endpoint, "://")
	if network == "ipc" {
		network = "unix"
	}
	c, err := net.Dial(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(30 * time.Second)) // of a test that hangs
	return c
}

// notified receives a notification and returns its id.
func notified(t *testing.T, s messageReceiver) string {
	t.Helper()
	m := recv(t, s)
	if len(m) != 2 || m[1] != "" {
		t.Fatalf("received %q, want a notification", m)
	}
	return m[0]
}

// readStream receives pieces of a connection's bytes until they are want.
func readStream(t *testing.T, s messageReceiver, id, want string) {
	t.Helper()
	var got string
	for got != want {
		m := recv(t, s)
		if len(m) != 2 || m[0] != id || !strings.HasPrefix(want, got+m[1]) {
			t.Fatalf("received %q after %q, want %q", m, got, want)
		}
		got += m[1]
	}
}

func overStreams(t *testing.T, test func(t *testing.T, in patterns.Option, wildcard string)) {
	for name, wildcard := range wildcards(t) {
		if name != "inproc" {
			t.Run(name, func(t *testing.T) { test(t, patterns.InContext(newContext(t)), wildcard) })
		}
	}
}

func TestStreamExchangesBytes(t *testing.T) {
	overStreams(t, func(t *testing.T, in patterns.Option, wildcard string) {
		s := must(patterns.NewStream(in))(t)
		c := dialRaw(t, join(t, wildcard, s))
		id := notified(t, s)
		if len(id) != 5 || id[0] != 0 {
			t.Fatalf("id %q", id)
		}
		big := strings.Repeat("x", 100_000)
		go io.WriteString(c, big)
		readStream(t, s, id, big)
		send(t, s, id, "hello", ", ", "raw world")
		got := make([]byte, len("hello, raw world"))
		if _, err := io.ReadFull(c, got); err != nil || string(got) != "hello, raw world" {
			t.Fatal(string(got), err)
		}
		c.Close()
		if notified(t, s) != id {
			t.Error("another id is disconnected")
		}
		if err := s.SendBytes(t.Context(), []byte(id), []byte("x")); !errors.Is(err, zmq.ErrUnreachable) {
			t.Error(err)
		}
	})
}

// TestStreamEmptyBodyEndsTheConnection, when all that was sent is written.
func TestStreamEmptyBodyEndsTheConnection(t *testing.T) {
	overStreams(t, func(t *testing.T, in patterns.Option, wildcard string) {
		s := must(patterns.NewStream(in))(t)
		ep := join(t, wildcard, s)
		big := bytes.Repeat([]byte("y"), 1_000_000)
		for _, sendTo := range []bool{false, true} {
			c := dialRaw(t, ep)
			id := []byte(notified(t, s))
			if err := s.SendBytes(t.Context(), id, big); err != nil {
				t.Fatal(err)
			}
			var err error
			if sendTo {
				err = s.SendTo(t.Context(), id, zmq.NewMessage(""))
			} else {
				err = s.SendBytes(t.Context(), id, nil)
			}
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(c)
			if err != nil || !bytes.Equal(got, big) {
				t.Fatal(len(got), err)
			}
			if err := s.SendTo(t.Context(), id, zmq.NewMessage("x")); !errors.Is(err, zmq.ErrUnreachable) {
				t.Fatal(err)
			}
			c.Close()
		}
	})
}

func TestStreamConnects(t *testing.T) {
	for _, quiet := range []bool{false, true} {
		s := must(patterns.NewStream(patterns.InContext(newContext(t)), patterns.StreamNotify(!quiet)))(t)
		ln, ep := listenTCP(t)
		if err := s.ConnectAs(ep, []byte("web")); err != nil {
			t.Fatal(err)
		}
		send(t, s, "web", "GET /")
		c, err := ln.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		got := make([]byte, 5)
		if _, err := io.ReadFull(c, got); err != nil || string(got) != "GET /" {
			t.Fatal(string(got), err)
		}
		io.WriteString(c, "hi")
		if !quiet && notified(t, s) != "web" {
			t.Error("another id is connected")
		}
		readStream(t, s, "web", "hi")
	}
}

// TestStreamReconnects loses a connection that the socket keeps up: it has the
// same id when it is made again.
func TestStreamReconnects(t *testing.T) {
	s := must(patterns.NewStream(patterns.InContext(newContext(t))))(t)
	ln, ep := listenTCP(t)
	if err := s.Connect(ep); err != nil {
		t.Fatal(err)
	}
	id := ""
	for range 2 {
		c, err := ln.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if got := notified(t, s); id != "" && got != id {
			t.Errorf("id %q after %q", got, id)
		} else {
			id = got
		}
		send(t, s, id, "question")
		got := make([]byte, 8)
		if _, err := io.ReadFull(c, got); err != nil || string(got) != "question" {
			t.Fatal(string(got), err)
		}
		io.WriteString(c, "answer")
		c.Close()
		readStream(t, s, id, "answer")
		if got := notified(t, s); got != id {
			t.Errorf("id %q is disconnected", got)
		}
	}
}

// TestStreamDropsWhatWasMeantForALostConnection.
func TestStreamDropsWhatWasMeantForALostConnection(t *testing.T) {
	s := must(patterns.NewStream(patterns.InContext(newContext(t))))(t)
	ln, ep := listenTCP(t)
	if err := s.ConnectAs(ep, []byte("web")); err != nil {
		t.Fatal(err)
	}
	c, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	notified(t, s)
	send(t, s, "web", strings.Repeat("x", 30_000_000)) // more than the system buffers
	send(t, s, "web", "stale")
	c.(*net.TCPConn).SetLinger(0)
	c.Close()
	notified(t, s)
	send(t, s, "web", "fresh")
	if c, err = ln.Accept(); err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	got := make([]byte, 5)
	if _, err := io.ReadFull(c, got); err != nil || string(got) != "fresh" {
		t.Errorf("%q, %v", got, err)
	}
	if n := s.Stats().Dropped; n != 2 {
		t.Errorf("%d dropped", n)
	}
}

func TestBytesAreRefusedOverInproc(t *testing.T) {
	in := patterns.InContext(newContext(t))
	for name, s := range map[string]interface {
		Bind(string) (zmq.Endpoint, error)
		Connect(string) error
		ConnectAs(string, []byte) error
	}{"STREAM": must(patterns.NewStream(in))(t), "ROUTER": rawRouter(t, in)} {
		_, err := s.Bind("inproc://x")
		for _, err := range []error{err, s.Connect("inproc://x"), s.ConnectAs("inproc://x", []byte("x"))} {
			if !errors.Is(err, zmq.ErrTransport) || !strings.Contains(err.Error(), name) {
				t.Error(err)
			}
		}
	}
}

// rawRouter is a ROUTER with ZMQ_ROUTER_RAW and options that must mean nothing
// to it.
func rawRouter(t *testing.T, opts ...patterns.RouterOption) *patterns.Router {
	opts = append(opts, patterns.RouterRaw(true), patterns.ProbeRouter(true), patterns.RoutingID([]byte("me")))
	return must(patterns.NewRouter(opts...))(t)
}

func TestRouterRawServes(t *testing.T) {
	overStreams(t, func(t *testing.T, in patterns.Option, wildcard string) {
		s := rawRouter(t, in)
		c := dialRaw(t, join(t, wildcard, s))
		io.WriteString(c, "GET / HTTP/1.0\r\n\r\n")
		id := notified(t, s)
		if len(id) != 5 || id[0] != 0 {
			t.Fatalf("id %q", id)
		}
		readStream(t, s, id, "GET / HTTP/1.0\r\n\r\n")
		send(t, s, id, "HTTP/1.0 200 OK\r\n\r\n")
		send(t, s, id, "hello")
		send(t, s, id, "")
		if got, err := io.ReadAll(c); err != nil || string(got) != "HTTP/1.0 200 OK\r\n\r\nhello" {
			t.Fatalf("the client reads %q, %v", got, err)
		}
	})
}

// TestRouterRawConnects also loses the connection, and makes it again.
func TestRouterRawConnects(t *testing.T) {
	s := rawRouter(t, patterns.InContext(newContext(t)))
	ln, ep := listenTCP(t)
	if err := s.ConnectAs(ep, []byte("web")); err != nil {
		t.Fatal(err)
	}
	for _, question := range []string{"first", "again"} {
		send(t, s, "web", question)
		c, err := ln.Accept()
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, len(question))
		if _, err := io.ReadFull(c, got); err != nil || string(got) != question {
			t.Fatal(string(got), err)
		}
		if id := notified(t, s); id != "web" {
			t.Errorf("%q is connected", id)
		}
		c.Close()
		if id := notified(t, s); id != "web" {
			t.Errorf("%q is disconnected", id)
		}
	}
}

// TestRouterRawDropsUnlessMandatory sends to an id that is nobody's.
func TestRouterRawDropsUnlessMandatory(t *testing.T) {
	in := patterns.InContext(newContext(t))
	s := rawRouter(t, in)
	if err := s.TrySend(zmq.NewMessage("\x00none", "x")); err != nil || s.Stats().Dropped != 1 {
		t.Errorf("%v, %+v", err, s.Stats())
	}
	s = rawRouter(t, in, patterns.RouterMandatory(true))
	if err := s.TrySend(zmq.NewMessage("\x00none", "x")); !errors.Is(err, zmq.ErrUnreachable) {
		t.Error(err)
	}
}

func TestStreamWithoutNotifications(t *testing.T) {
	overStreams(t, func(t *testing.T, in patterns.Option, wildcard string) {
		s := must(patterns.NewStream(in, patterns.StreamNotify(false)))(t)
		c := dialRaw(t, join(t, wildcard, s))
		io.WriteString(c, "x")
		m := recv(t, s)
		if len(m) != 2 || m[1] != "x" {
			t.Fatalf("received %q", m)
		}
		c.Close()
		for len(s.Peers()) > 0 {
			runtime.Gosched()
		}
		var none zmq.Message
		if err := s.TryRecv(&none); !errors.Is(err, zmq.ErrAgain) {
			t.Fatalf("a notification: %v, %v", none.Len(), err)
		}
	})
}
