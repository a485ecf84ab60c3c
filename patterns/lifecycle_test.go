package patterns_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

func TestBadEndpoints(t *testing.T) {
	in := patterns.InContext(newContext(t))
	push := must(patterns.NewPush(in))(t)
	taken := must(must(patterns.NewPull(in))(t).Bind("tcp://127.0.0.1:*"))(t).String()
	for _, c := range []struct {
		endpoint string
		is       error  // of Bind
		names    string // part of the text of Bind's error and, unless it is only for Bind, of Connect's
		connect  bool   // Connect refuses it too
	}{
		{"", nil, `want "transport://address"`, true},
		{"tcp", nil, `want "transport://address"`, true},
		{"tcp://", nil, "address is missing", true},
		{"://x", nil, "transport is missing", true},
		{"carrier-pigeon://coop", zmq.ErrTransport, "carrier-pigeon", true},
		{"TCP://127.0.0.1:5555", zmq.ErrTransport, "TCP", true},
		{"tcp://127.0.0.1:99999", nil, "99999", true},
		{"tcp://127.0.0.1:12abc", nil, "12abc", true},
		{"tcp://127.0.0.1", nil, "port", true},
		{"ipc://" + strings.Repeat("x", 200), zmq.ErrTooLarge, "x", true},
		{taken, zmq.ErrAddrInUse, "in use", false},
		{"tcp://192.0.2.1:5555", nil, "192.0.2.1", false}, // not an address of this machine
	} {
		_, err := push.Bind(c.endpoint)
		checkEndpointError(t, "bind", c.endpoint, err, c.is, c.names)
		if c.connect {
			checkEndpointError(t, "connect", c.endpoint, push.Connect(c.endpoint), c.is, c.names)
		}
	}
}

func checkEndpointError(t *testing.T, op, endpoint string, err, is error, names string) {
	t.Helper()
	opErr, ok := errors.AsType[*zmq.OpError](err)
	if !ok || opErr.Op != op || opErr.Endpoint != endpoint || opErr.Socket != "PUSH" {
		t.Errorf("%s %q: %v", op, endpoint, err)
		return
	}
	if is != nil && !errors.Is(err, is) {
		t.Errorf("%s %q: %v is not %v", op, endpoint, err, is)
	}
	if !strings.Contains(err.Error(), names) {
		t.Errorf("%s %q: %v does not name %q", op, endpoint, err, names)
	}
}

// TestBlockedCallsEnd cancels the context of calls that wait, and closes the
// socket under others.
func TestBlockedCallsEnd(t *testing.T) {
	in := patterns.InContext(newContext(t))
	push := must(patterns.NewPush(in))(t)
	pull := must(patterns.NewPull(in))(t)
	calls := map[string]func(context.Context) error{
		"Send":      func(ctx context.Context) error { return push.Send(ctx, zmq.NewMessage("x")) },
		"SendBytes": func(ctx context.Context) error { return push.SendBytes(ctx, []byte("x")) },
		"SendBatch": func(ctx context.Context) error {
			_, err := push.SendBatch(ctx, []*zmq.Message{zmq.NewMessage("x")})
			return err
		},
		"Recv": func(ctx context.Context) error { _, err := pull.Recv(ctx); return err },
		"RecvBatch": func(ctx context.Context) error {
			_, err := pull.RecvBatch(ctx, []*zmq.Message{new(zmq.Message)})
			return err
		},
		"SendAll": func(ctx context.Context) error { return push.SendAll(ctx, batchOf([]string{"x"})) },
		"RecvAll": func(ctx context.Context) error { return pull.RecvAll(ctx, new(zmq.Batch)) },
		"Messages": func(ctx context.Context) (last error) {
			for _, err := range pull.Messages(ctx) {
				last = err
			}
			return last
		},
	}
	because := errors.New("because")
	for name, call := range calls {
		ctx, cancel := context.WithCancelCause(t.Context())
		result := make(chan error, 1)
		go func() { result <- call(ctx) }()
		cancel(because)
		if err := <-result; !errors.Is(err, because) {
			t.Errorf("%s, cancelled: %v", name, err)
		}
	}
	var all sync.WaitGroup
	for name, call := range calls {
		all.Go(func() {
			if err := call(context.Background()); !errors.Is(err, zmq.ErrClosed) || !errors.Is(err, net.ErrClosed) {
				t.Errorf("%s, closed: %v", name, err)
			}
		})
	}
	for _, s := range []interface{ Close() error }{push, pull} {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	all.Wait()
}

// TestTry never waits.
func TestTry(t *testing.T) {
	in, ctx := patterns.InContext(newContext(t)), testContext(t)
	push := must(patterns.NewPush(in, patterns.SendHWM(1)))(t)
	pull := must(patterns.NewPull(in, patterns.RecvHWM(1)))(t)
	m := zmq.NewMessage("x")
	if err := push.TrySend(m); !errors.Is(err, zmq.ErrAgain) || m.Len() != 1 {
		t.Fatal(err, m.Len())
	}
	if err := pull.TryRecv(m.Clone()); !errors.Is(err, zmq.ErrAgain) {
		t.Fatal(err)
	}
	if err := push.Connect(must(pull.Bind("inproc://try"))(t).String()); err != nil {
		t.Fatal(err)
	}
	for range 2 { // one on each side
		if err := push.TrySend(zmq.NewMessage("x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := push.TrySend(m); !errors.Is(err, zmq.ErrAgain) {
		t.Fatal(err)
	}
	if _, err := pull.Recv(ctx); err != nil {
		t.Fatal(err)
	}
	if err := push.TrySend(m); err != nil {
		t.Fatal(err)
	}
}

// TestReconnect takes the bound side away and brings it back.
func TestReconnect(t *testing.T) {
	for _, wildcard := range []string{"tcp://127.0.0.1:*", "ipc://" + t.TempDir() + "/socket"} {
		in, ctx := patterns.InContext(newContext(t)), testContext(t)
		push := must(patterns.NewPush(in))(t)
		pull := must(patterns.NewPull(in))(t)
		ep := must(pull.Bind(wildcard))(t).String()
		if err := push.Connect(ep); err != nil {
			t.Fatal(err)
		}
		for round := range 3 {
			body := fmt.Append(nil, "round ", round)
			if err := push.SendBytes(ctx, body); err != nil {
				t.Fatal(err)
			}
			m, err := pull.Recv(ctx)
			if err != nil || string(m.Frame(0)) != string(body) {
				t.Fatal(m, err)
			}
			if err := pull.Close(); err != nil {
				t.Fatal(err)
			}
			pull = must(patterns.NewPull(in))(t)
			if _, err := pull.Bind(ep); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestUnbindAndDisconnect ends endpoints, one at a time, under a live socket.
func TestUnbindAndDisconnect(t *testing.T) {
	for name, wildcard := range wildcards(t) {
		t.Run(name, func(t *testing.T) {
			in, ctx := patterns.InContext(newContext(t)), testContext(t)
			push := must(patterns.NewPush(in))(t)
			pull := must(patterns.NewPull(in))(t)
			if name == "ipc" { // the directory of a wildcard goes with the listener
				wildcard = "ipc://" + t.TempDir() + "/socket"
			}
			ep := must(pull.Bind(wildcard))(t).String()
			if err := push.Connect(ep); err != nil {
				t.Fatal(err)
			}
			if err := push.SendBytes(ctx, []byte("one")); err != nil {
				t.Fatal(err)
			}
			if err := push.Disconnect(ep); err != nil {
				t.Fatal(err)
			}
			if m, err := pull.Recv(ctx); err != nil || string(m.Frame(0)) != "one" {
				t.Fatal("what was sent before Disconnect is lost", err)
			}
			if err := push.TrySend(zmq.NewMessage("two")); !errors.Is(err, zmq.ErrAgain) {
				t.Fatal("sent to nobody:", err)
			}
			for _, err := range []error{push.Disconnect(ep), push.Unbind(ep), pull.Disconnect(ep)} {
				if !errors.Is(err, zmq.ErrNoEndpoint) {
					t.Fatal(err)
				}
			}
			if err := pull.Unbind(ep); err != nil {
				t.Fatal(err)
			}
			other := must(patterns.NewPull(in))(t)
			if _, err := other.Bind(ep); err != nil {
				t.Fatal("the address is still taken:", err)
			}
			if err := push.Connect(ep); err != nil {
				t.Fatal(err)
			}
			if err := push.SendBytes(ctx, []byte("three")); err != nil {
				t.Fatal(err)
			}
			if m, err := other.Recv(ctx); err != nil || string(m.Frame(0)) != "three" {
				t.Fatal(m, err)
			}
		})
	}
}

// TestContextShutdown drops what cannot be handed over by its deadline, and
// refuses new sockets.
func TestContextShutdown(t *testing.T) {
	c := patterns.NewContext()
	push := must(patterns.NewPush(patterns.InContext(c), patterns.Linger(-1)))(t)
	if err := push.Connect("tcp://127.0.0.1:1"); err != nil {
		t.Fatal(err)
	}
	if err := push.SendBytes(t.Context(), []byte("x")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if dropped, ok := errors.AsType[*zmq.DroppedError](c.Shutdown(ctx)); !ok || dropped.Messages != 1 {
		t.Fatal(dropped)
	}
	if _, err := patterns.NewPull(patterns.InContext(c)); !errors.Is(err, zmq.ErrClosed) {
		t.Fatal(err)
	}
}
