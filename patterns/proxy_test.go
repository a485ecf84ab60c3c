package patterns_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// startProxy runs a proxy until the test ends, and checks how it ends.
func startProxy(t *testing.T, ctx context.Context, front, back patterns.Socket, opts ...patterns.ProxyOption) {
	t.Helper()
	ctx, cancel := context.WithCancelCause(ctx)
	over := errors.New("test is over")
	ended := make(chan error, 1)
	go func() { ended <- patterns.Proxy(ctx, front, back, opts...) }()
	t.Cleanup(func() {
		cancel(over)
		if err := <-ended; !errors.Is(err, over) && !errors.Is(err, context.Canceled) && err != nil {
			t.Errorf("proxy: %v", err)
		}
	})
}

// TestProxyRequests has several REQs ask several REPs, through ROUTER and DEALER.
func TestProxyRequests(t *testing.T) {
	for name := range wildcards(t) {
		t.Run(name, func(t *testing.T) {
			in, ctx := patterns.InContext(newContext(t)), testContext(t)
			front, back := must(patterns.NewRouter(in))(t), must(patterns.NewDealer(in))(t)
			public := must(front.Bind(wildcards(t)[name] + suffix(name, "front")))(t).String()
			private := must(back.Bind(wildcards(t)[name] + suffix(name, "back")))(t).String()
			seen := must(patterns.NewPull(in))(t)
			tap := must(patterns.NewPush(in))(t)
			if err := tap.Connect(must(seen.Bind("inproc://tap"))(t).String()); err != nil {
				t.Fatal(err)
			}
			control := new(patterns.ProxyControl)
			startProxy(t, ctx, front, back, patterns.Capture(tap), patterns.Controlled(control))
			const askers, answerers, requests = 3, 2, 50
			for range answerers {
				rep := must(patterns.NewRep(in))(t)
				if err := rep.Connect(private); err != nil {
					t.Fatal(err)
				}
				go func() {
					for q, err := range rep.Requests(ctx) {
						if err != nil {
							return
						}
						q.ReplyBytes([]byte("re:"), q.Frame(0))
					}
				}()
			}
			var all sync.WaitGroup
			for i := range askers {
				req := must(patterns.NewReq(in))(t)
				if err := req.Connect(public); err != nil {
					t.Fatal(err)
				}
				all.Go(func() { ask(t, ctx, req, i, requests) })
			}
			all.Wait()
			const n = askers * requests
			for range 2 * n {
				must(seen.Recv(ctx))(t)
			}
			if err := control.Pause(ctx); err != nil {
				t.Fatal(err)
			}
			if s := control.Statistics(); s.Front.Received.Messages != n || s.Front.Sent.Messages != n ||
				s.Back.Received != s.Front.Sent || s.Back.Sent != s.Front.Received || s.Front.Received.Frames != 3*n {
				t.Errorf("statistics: %+v", s)
			}
		})
	}
}

// suffix makes names of inproc, which has no wildcard, different.
func suffix(transport, name string) string {
	if transport == "inproc" {
		return "/" + name
	}
	return ""
}

func ask(t *testing.T, ctx context.Context, req *patterns.Req, from, requests int) {
	for j := range requests {
		var m zmq.Message
		text := fmt.Sprintf("%d/%d", from, j)
		m.AppendString(text)
		reply, err := req.Do(ctx, &m)
		if err != nil {
			t.Error(err)
			return
		}
		if reply.Len() != 2 || string(reply.Frame(1)) != text {
			t.Errorf("reply to %s: %d frames", text, reply.Len())
		}
	}
}

// TestProxySubscriptions forwards subscriptions one way and messages the other.
func TestProxySubscriptions(t *testing.T) {
	in, ctx := patterns.InContext(newContext(t)), testContext(t)
	front, back := must(patterns.NewXSub(in))(t), must(patterns.NewXPub(in))(t)
	pub, sub := must(patterns.NewXPub(in))(t), must(patterns.NewSub(in, patterns.Subscribe("b")))(t)
	if err := front.Connect(must(pub.Bind("tcp://127.0.0.1:*"))(t).String()); err != nil {
		t.Fatal(err)
	}
	if err := sub.Connect(must(back.Bind("tcp://127.0.0.1:*"))(t).String()); err != nil {
		t.Fatal(err)
	}
	startProxy(t, ctx, front, back)
	if m := must(pub.Recv(ctx))(t); string(m.Frame(0)) != "\x01b" {
		t.Fatalf("subscription %q", m.Frame(0))
	}
	for _, topic := range []string{"a", "b"} {
		if err := pub.SendBytes(ctx, []byte(topic), []byte("body")); err != nil {
			t.Fatal(err)
		}
	}
	if m := must(sub.Recv(ctx))(t); string(m.Frame(0)) != "b" || m.Len() != 2 {
		t.Errorf("received %q", m.Frame(0))
	}
}

// chain is a PUSH, a proxy's PULL and PUSH, and a PULL.
type chain struct {
	source *patterns.Push
	front  *patterns.Pull
	back   *patterns.Push
	sink   *patterns.Pull
}

// newChain makes the queues of a chain hwm long. The sink is not connected to.
func newChain(t *testing.T, hwm int) (c chain, connect func()) {
	in := patterns.InContext(newContext(t))
	send, receive := patterns.SendHWM(hwm), patterns.RecvHWM(hwm)
	now := patterns.Linger(0)
	c = chain{
		source: must(patterns.NewPush(in, send, now))(t),
		front:  must(patterns.NewPull(in, receive))(t),
		back:   must(patterns.NewPush(in, send, now))(t),
		sink:   must(patterns.NewPull(in, receive))(t),
	}
	if err := c.source.Connect(must(c.front.Bind("inproc://front"))(t).String()); err != nil {
		t.Fatal(err)
	}
	return c, func() {
		if err := c.back.Connect(must(c.sink.Bind("inproc://sink"))(t).String()); err != nil {
			t.Fatal(err)
		}
	}
}

// number sends messages that are numbers.
func (c *chain) number(t *testing.T, ctx context.Context, from, to int) {
	for i := from; i < to; i++ {
		if err := c.source.SendBytes(ctx, binary.BigEndian.AppendUint32(nil, uint32(i))); err != nil {
			t.Error(err)
			return
		}
	}
}

// numbered wants messages that are these numbers.
func numbered(t *testing.T, ctx context.Context, pull *patterns.Pull, from, to int) {
	t.Helper()
	var m zmq.Message
	for i := from; i < to; i++ {
		if err := pull.RecvInto(ctx, &m); err != nil {
			t.Fatal(err)
		}
		if got := int(binary.BigEndian.Uint32(m.Frame(0))); got != i {
			t.Fatalf("message %d instead of %d", got, i)
		}
	}
}

// TestProxyHoldsNothing has a proxy whose back has no peer: the front's messages
// stay where they are.
func TestProxyHoldsNothing(t *testing.T) {
	ctx := testContext(t)
	c, connect := newChain(t, 5)
	control := new(patterns.ProxyControl)
	startProxy(t, ctx, c.front, c.back, patterns.Controlled(control))
	c.number(t, ctx, 0, 10) // what the two queues hold
	var m zmq.Message
	m.AppendString("more")
	if err := c.source.TrySend(&m); !errors.Is(err, zmq.ErrAgain) {
		t.Errorf("one more: %v", err)
	}
	if s := control.Statistics(); s.Front.Received.Messages != 0 {
		t.Errorf("%d messages received, for nobody", s.Front.Received.Messages)
	}
	connect()
	numbered(t, ctx, c.sink, 0, 10)
}

// TestProxyPauses pauses and resumes a proxy while messages flow.
func TestProxyPauses(t *testing.T) {
	ctx := testContext(t)
	c, connect := newChain(t, 100)
	connect()
	control := new(patterns.ProxyControl)
	if err := control.Pause(ctx); err != nil { // nothing runs yet
		t.Fatal(err)
	}
	startProxy(t, ctx, c.front, c.back, patterns.Controlled(control))
	control.Resume()
	const messages = 20000
	var all sync.WaitGroup
	all.Go(func() { c.number(t, ctx, 0, messages) })
	received := make(chan struct{})
	all.Go(func() {
		for pauses := 0; ; pauses++ {
			if err := control.Pause(ctx); err != nil {
				t.Error(err)
				return
			}
			if s := control.Statistics(); s.Front.Received != s.Back.Sent {
				t.Errorf("something is in hand: %+v", s)
			}
			control.Resume()
			select {
			case <-received:
				if pauses == 0 {
					t.Error("no pause meanwhile")
				}
				return
			default:
			}
		}
	})
	numbered(t, ctx, c.sink, 0, messages)
	close(received)
	all.Wait()
	if err := control.Pause(ctx); err != nil {
		t.Fatal(err)
	}
	c.number(t, ctx, 0, 10)
	if s := control.Statistics(); s.Front.Received.Messages != messages || s.Back.Sent != s.Front.Received {
		t.Errorf("paused, and %+v", s)
	}
	var m zmq.Message
	if err := c.sink.TryRecv(&m); !errors.Is(err, zmq.ErrAgain) {
		t.Errorf("forwarded in a pause: %v", err)
	}
	control.Resume()
	numbered(t, ctx, c.sink, 0, 10)
}

// TestProxyTerminates ends a proxy at some moment: what it has received has
// been forwarded, and the rest is still there for the next one.
func TestProxyTerminates(t *testing.T) {
	ctx := testContext(t)
	c, connect := newChain(t, 50)
	connect()
	const messages = 5000
	go c.number(t, ctx, 0, messages)
	next := 0
	for next < messages {
		control := new(patterns.ProxyControl)
		ended := make(chan error)
		go func() { ended <- patterns.Proxy(ctx, c.front, c.back, patterns.Controlled(control)) }()
		step := min(500, messages-next)
		numbered(t, ctx, c.sink, next, next+step)
		next += step
		control.Terminate()
		for done := false; !done; {
			select {
			case err := <-ended:
				if err != nil {
					t.Fatal(err)
				}
				done = true
			default:
				var m zmq.Message
				if c.sink.TryRecv(&m) == nil {
					if got := int(binary.BigEndian.Uint32(m.Frame(0))); got != next {
						t.Fatalf("message %d instead of %d", got, next)
					}
					next++
				}
			}
		}
		s := control.Statistics()
		if s.Front.Received != s.Back.Sent {
			t.Errorf("ended with %+v", s)
		}
		if err := patterns.Proxy(ctx, c.front, c.back, patterns.Controlled(control)); !errors.Is(err, zmq.ErrState) {
			t.Errorf("the same control again: %v", err)
		}
	}
}

// TestProxyHandsBack cancels a proxy that cannot get rid of what it has.
func TestProxyHandsBack(t *testing.T) {
	ctx := testContext(t)
	c, connect := newChain(t, 2)
	connect()
	over, cancel := context.WithCancelCause(ctx)
	control := new(patterns.ProxyControl)
	ended := make(chan error)
	go func() { ended <- patterns.Proxy(over, c.front, c.back, patterns.Controlled(control)) }()
	const messages = 300
	flow, stop := context.WithCancel(ctx)
	sent := make(chan int)
	go func() {
		i := 0
		for ; i < messages; i++ {
			if c.source.SendBytes(flow, binary.BigEndian.AppendUint32(nil, uint32(i))) != nil {
				break
			}
		}
		sent <- i
	}()
	full := patterns.NewPoller()
	defer full.Close()
	if err := full.Add(c.sink, patterns.PollIn); err != nil {
		t.Fatal(err)
	}
	if _, err := full.Wait(ctx); err != nil { // there is a flow
		t.Fatal(err)
	}
	cause := errors.New("enough")
	cancel(cause)
	err := <-ended
	stop()
	failed, ok := errors.AsType[*patterns.ProxyError](err)
	if !ok || !errors.Is(err, cause) || len(failed.Front) != 0 {
		t.Fatalf("proxy: %v", err)
	}
	s := control.Statistics()
	if s.Front.Received.Messages != s.Back.Sent.Messages+int64(len(failed.Back)) {
		t.Errorf("%d in hand, %+v", len(failed.Back), s)
	}
	n := <-sent
	forwarded := int(s.Back.Sent.Messages)
	numbered(t, ctx, c.sink, 0, forwarded)
	for i, m := range failed.Back {
		if got := int(binary.BigEndian.Uint32(m.Frame(0))); got != forwarded+i {
			t.Fatalf("in hand: %d instead of %d", got, forwarded+i)
		}
	}
	numbered(t, ctx, c.front, forwarded+len(failed.Back), n)
}

// TestProxyErrors gives a proxy sockets that it can do nothing with, or that
// are closed.
func TestProxyErrors(t *testing.T) {
	in, ctx := patterns.InContext(newContext(t)), testContext(t)
	pull, push := must(patterns.NewPull(in))(t), must(patterns.NewPush(in))(t)
	if err := patterns.Proxy(ctx, pull, must(patterns.NewPull(in))(t)); !errors.Is(err, zmq.ErrState) {
		t.Errorf("two PULLs: %v", err)
	}
	if err := patterns.Proxy(ctx, pull, push, patterns.ControlledBy(push)); !errors.Is(err, zmq.ErrState) {
		t.Errorf("controlled by a PUSH: %v", err)
	}
	control := new(patterns.ProxyControl)
	for _, paused := range []bool{false, true} {
		router, dealer := must(patterns.NewRouter(in))(t), must(patterns.NewDealer(in))(t)
		if control = new(patterns.ProxyControl); paused {
			control.Pause(ctx)
		}
		ended := make(chan error)
		go func() { ended <- patterns.Proxy(ctx, router, dealer, patterns.Controlled(control)) }()
		if err := dealer.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; !errors.Is(err, zmq.ErrClosed) {
			t.Errorf("closed, paused %v: %v", paused, err)
		}
	}
}

// TestProxyEcho gives a proxy one socket twice.
func TestProxyEcho(t *testing.T) {
	in, ctx := patterns.InContext(newContext(t)), testContext(t)
	router, dealer := must(patterns.NewRouter(in))(t), must(patterns.NewDealer(in))(t)
	if err := dealer.Connect(must(router.Bind("tcp://127.0.0.1:*"))(t).String()); err != nil {
		t.Fatal(err)
	}
	startProxy(t, ctx, router, router)
	for i := range 100 {
		if err := dealer.SendBytes(ctx, fmt.Append(nil, i)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 100 {
		if m := must(dealer.Recv(ctx))(t); string(m.Frame(0)) != fmt.Sprint(i) {
			t.Fatalf("echo %q instead of %d", m.Frame(0), i)
		}
	}
}

// TestProxySteered sends a proxy the commands of zmq_proxy_steerable.
func TestProxySteered(t *testing.T) {
	ctx := testContext(t)
	c, connect := newChain(t, 100)
	connect()
	in := patterns.InContext(newContext(t))
	rep, req := must(patterns.NewRep(in))(t), must(patterns.NewReq(in))(t)
	if err := req.Connect(must(rep.Bind("inproc://steer"))(t).String()); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- patterns.Proxy(ctx, c.front, c.back, patterns.ControlledBy(rep)) }()
	tell := func(command string) *zmq.Message {
		var m zmq.Message
		m.AppendString(command)
		return must(req.Do(ctx, &m))(t)
	}
	for _, command := range []string{"PAUSE", "nonsense", "RESUME", "PAUSE"} {
		if m := tell(command); m.Len() != 1 || len(m.Frame(0)) != 0 {
			t.Errorf("answer to %s: %d frames", command, m.Len())
		}
	}
	c.number(t, ctx, 0, 10)
	tell("RESUME")
	numbered(t, ctx, c.sink, 0, 10)
	for {
		m := tell("STATISTICS")
		if m.Len() != 8 {
			t.Fatalf("%d frames of statistics", m.Len())
		}
		if binary.NativeEndian.Uint64(m.Frame(7)) == 0 {
			continue // the last batch is sent, and not counted yet
		}
		for i, want := range []uint64{10, 40, 0, 0, 0, 0, 10, 40} {
			if got := binary.NativeEndian.Uint64(m.Frame(i)); got != want {
				t.Errorf("frame %d is %d, want %d", i, got, want)
			}
		}
		break
	}
	tell("TERMINATE")
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
