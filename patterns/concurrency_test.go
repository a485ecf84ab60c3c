package patterns_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

const (
	crowd = 100 // goroutines on one socket
	each  = 30  // messages of each
)

// TestHundredGoroutinesSend sends on one socket from many goroutines: each
// message arrives once, whole, and after those that its goroutine sent before.
func TestHundredGoroutinesSend(t *testing.T) {
	eachKind(t, marks{0, 0}, kind.sends, func(t *testing.T, k kind, in patterns.Option) {
		s := k.make(t, in)
		p := dialPeer(t, join(t, "tcp://127.0.0.1:*", s), k.peer, peerID)
		k.ready(t, s, p)
		var all sync.WaitGroup
		for g := range crowd {
			all.Go(func() {
				for i := range each {
					m := k.outgoing(fmt.Sprint("g", g))
					m.AppendString(fmt.Sprint("i", i))
					m.AppendString(fmt.Sprint("g", g))
					if err := s.(patterns.Sender).Send(testContext(t), m); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		var next [crowd]int
		for range crowd * each {
			m := p.recv()
			if len(m) != 3 || m[0] != m[2] {
				t.Fatalf("received %q", m)
			}
			g, _ := strconv.Atoi(m[0][1:])
			if m[1] != fmt.Sprint("i", next[g]) {
				t.Fatalf("goroutine %d: %s, want message %d", g, m[1], next[g])
			}
			next[g]++
		}
		all.Wait()
	})
}

// TestHundredGoroutinesReceive receives on one socket by many goroutines: each
// message is given once, and whole.
func TestHundredGoroutinesReceive(t *testing.T) {
	eachKind(t, marks{1000, 1000}, kind.receives, func(t *testing.T, k kind, in patterns.Option) {
		s := k.make(t, in)
		p := dialPeer(t, join(t, "tcp://127.0.0.1:*", s), k.peer, peerID)
		go func() {
			for i := range crowd * each {
				p.conn.Write(wire(fmt.Sprint("i", i), "middle", fmt.Sprint("i", i)))
			}
		}()
		var mu sync.Mutex
		seen := make(map[string]bool)
		var all sync.WaitGroup
		for range crowd {
			all.Go(func() {
				for range each {
					m, err := s.(messageReceiver).Recv(testContext(t))
					if err != nil {
						t.Error(err)
						return
					}
					f := framesOf(m)
					f = f[len(f)-3:]
					mu.Lock()
					if f[0] != f[2] || f[1] != "middle" || seen[f[0]] {
						t.Errorf("received %q, before: %v", f, seen[f[0]])
					}
					seen[f[0]] = true
					mu.Unlock()
				}
			})
		}
		all.Wait()
		if len(seen) != crowd*each {
			t.Errorf("%d messages", len(seen))
		}
	})
}

// TestHundredGoroutinesAsk shares a REQ and a REP.
func TestHundredGoroutinesAsk(t *testing.T) {
	in := patterns.InContext(newContext(t))
	req, rep := must(patterns.NewReq(in))(t), must(patterns.NewRep(in))(t)
	join(t, "tcp://127.0.0.1:*", rep, req)
	var serving, asking sync.WaitGroup
	for range crowd {
		serving.Go(func() {
			for q, err := range rep.Requests(testContext(t)) {
				if err != nil {
					return // closed
				}
				if err := q.ReplyBytes([]byte("re"), q.Frame(0)); err != nil {
					t.Error(err)
				}
			}
		})
		asking.Go(func() {
			for i := range each {
				reply, err := req.Do(testContext(t), zmq.NewMessage(fmt.Sprint(i)))
				if err != nil {
					t.Error(err)
					return
				}
				if got := framesOf(reply); len(got) != 2 || got[1] != fmt.Sprint(i) {
					t.Errorf("%d: %q", i, got)
				}
			}
		})
	}
	asking.Wait()
	rep.Close()
	serving.Wait()
}

// waiting returns all calls of a socket that wait, as it is: without a peer, or
// with one whose queue is full.
func waiting(s any, m func() *zmq.Message) map[string]func(context.Context) error {
	calls := make(map[string]func(context.Context) error)
	if s, ok := s.(patterns.Sender); ok && m != nil {
		calls["Send"] = func(ctx context.Context) error { return s.Send(ctx, m()) }
		calls["SendBytes"] = func(ctx context.Context) error {
			return s.(bytesSender).SendBytes(ctx, bytesOf(framesOf(m()))...)
		}
		if s, ok := s.(sendsBatches); ok {
			calls["SendBatch"] = func(ctx context.Context) error {
				_, err := s.SendBatch(ctx, []*zmq.Message{m()})
				return err
			}
		}
		if s, ok := s.(sendsAll); ok {
			calls["SendAll"] = func(ctx context.Context) error { return s.SendAll(ctx, batchOf(framesOf(m()))) }
		}
	}
	if s, ok := s.(interface {
		SendTo(context.Context, []byte, *zmq.Message) error
	}); ok && m != nil {
		calls["SendTo"] = func(ctx context.Context) error { return s.SendTo(ctx, []byte(peerID), zmq.NewMessage("x")) }
	}
	if s, ok := s.(messageReceiver); ok {
		calls["Recv"] = func(ctx context.Context) error { _, err := s.Recv(ctx); return err }
		calls["RecvInto"] = func(ctx context.Context) error { return s.(patterns.Receiver).RecvInto(ctx, new(zmq.Message)) }
	}
	if s, ok := s.(interface {
		RecvBatch(context.Context, []*zmq.Message) (int, error)
	}); ok {
		calls["RecvBatch"] = func(ctx context.Context) error {
			_, err := s.RecvBatch(ctx, []*zmq.Message{new(zmq.Message)})
			return err
		}
	}
	if s, ok := s.(receivesAll); ok {
		calls["RecvAll"] = func(ctx context.Context) error { return s.RecvAll(ctx, new(zmq.Batch)) }
	}
	return calls
}

// TestEveryWaitEnds cancels the context of each call that waits, of every socket
// type, and closes the socket under others. (What else waits: Req.Do and
// Rep.Requests, TestBlockedReqRepCallsEndWithTheirContext; Proxy,
// TestProxyErrors; Poller.Wait, TestPollErrors; Monitor, TestMonitorEnds.)
func TestEveryWaitEnds(t *testing.T) {
	because := errors.New("because")
	eachKind(t, marks{1, 1}, func(kind) bool { return true }, func(t *testing.T, k kind, in patterns.Option) {
		s := k.make(t, in, patterns.Linger(0))
		var m func() *zmq.Message
		if k.sends() && !k.drops() {
			m = func() *zmq.Message { return zmq.NewMessage("x") }
		}
		if k.name == "ROUTER" { // which waits for a full peer, if it has to
			m = func() *zmq.Message { return k.outgoing("x") }
			s = must(patterns.NewRouter(in, patterns.Linger(0), patterns.RouterMandatory(true), patterns.SendHWM(1)))(t)
			join(t, "inproc://full", s, must(patterns.NewDealer(in, patterns.RoutingID([]byte(peerID)), patterns.RecvHWM(1)))(t))
			k.send(t, s, "1")
			k.send(t, s, "2")
		}
		checkWaits(t, s, waiting(s, m), because)
	})
	t.Run("STREAM", func(t *testing.T) {
		s := must(patterns.NewStream(patterns.InContext(newContext(t))))(t)
		checkWaits(t, s, waiting(s, nil), because)
	})
}

func checkWaits(t *testing.T, s interface{ Close() error }, calls map[string]func(context.Context) error, because error) {
	t.Helper()
	if len(calls) == 0 {
		return // a PUB, which never waits
	}
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
		for range 3 {
			all.Go(func() {
				if err := call(context.Background()); !errors.Is(err, zmq.ErrClosed) || !errors.Is(err, net.ErrClosed) {
					t.Errorf("%s, closed: %v", name, err)
				}
			})
		}
	}
	if err := s.Close(); err != nil {
		if _, dropped := errors.AsType[*zmq.DroppedError](err); !dropped {
			t.Error(err)
		}
	}
	all.Wait()
}
