package patterns_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// "SHALL receive and then send exactly one message at a time" (28/REQREP, REP).
func TestRepIsLockStep(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		req, rep := must(patterns.NewReq(in))(t), must(patterns.NewRep(in))(t)
		join(t, wildcard, rep, req)
		if err := rep.SendBytes(t.Context(), []byte("x")); !errors.Is(err, zmq.ErrState) {
			t.Errorf("Send before Recv: %v", err)
		}
		send(t, req, "1")
		expect(t, rep, "1")
		var m zmq.Message
		if err := rep.TryRecv(&m); !errors.Is(err, zmq.ErrState) {
			t.Errorf("Recv after Recv: %v", err)
		}
		send(t, rep, "one")
		if err := rep.TrySend(zmq.NewMessage("x")); !errors.Is(err, zmq.ErrState) {
			t.Errorf("Send after Send: %v", err)
		}
		expect(t, req, "one")
	})
}

// "SHALL remove and store the address envelope, including the delimiter. SHALL
// pass the remaining data frames to its calling application. SHALL prepend the
// address envelope and delimiter. SHALL deliver this message back to the
// originating peer" (28/REQREP, REP).
func TestRepKeepsEnvelopes(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		rep, dealer := must(patterns.NewRep(in))(t), must(patterns.NewDealer(in))(t)
		join(t, wildcard, rep, dealer)
		for depth := range 20 {
			var envelope []string
			for i := range depth {
				envelope = append(envelope, strings.Repeat("a", 1+i*i*i*i)) // small and large ones
			}
			envelope = append(envelope, "")
			send(t, dealer, append(slices.Clone(envelope), "question", "", "mark")...)
			expect(t, rep, "question", "", "mark")
			send(t, rep, "", "answer")
			expect(t, dealer, append(envelope, "", "answer")...)
		}
	})
}

// TestRepSkipsMalformedRequests, also if the peer that sent one is gone.
func TestRepSkipsMalformedRequests(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		rep := must(patterns.NewRep(in))(t)
		bad, good := must(patterns.NewDealer(in))(t), must(patterns.NewDealer(in))(t)
		ep := join(t, wildcard, rep, bad)
		for _, frames := range [][]string{{"x"}, {"x", "y"}, {""}, {"x", ""}} {
			send(t, bad, frames...)
		}
		if err := bad.Close(); err != nil {
			t.Fatal(err)
		}
		if err := good.Connect(ep); err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			send(t, good, "x", "y")
			send(t, good, "id", "", fmt.Sprint(i))
			expect(t, rep, fmt.Sprint(i))
			send(t, rep, "yes")
			expect(t, good, "id", "", "yes")
		}
	})
}

// "SHALL silently discard the reply, or return an error, if the originating
// peer is no longer connected" (28/REQREP, REP).
func TestRepDropsRepliesToTheGone(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		rep, dealer := must(patterns.NewRep(in))(t), must(patterns.NewDealer(in))(t)
		ep := join(t, wildcard, rep, dealer)
		for i := range 20 {
			send(t, dealer, "", fmt.Sprint(i))
		}
		if err := dealer.Close(); err != nil {
			t.Fatal(err)
		}
		for i := range 20 {
			expect(t, rep, fmt.Sprint(i))
			send(t, rep, "x")
		}
		eventually(t, "all replies are dropped", func() bool { return rep.Stats().Dropped == 20 })
		next := must(patterns.NewDealer(in))(t)
		if err := next.Connect(ep); err != nil {
			t.Fatal(err)
		}
		send(t, next, "", "x")
		expect(t, rep, "x")
		send(t, rep, "y")
		expect(t, next, "", "y")
	})
}

// "SHALL not block on sending" (28/REQREP, REP).
func TestRepDoesNotWait(t *testing.T) {
	in := patterns.InContext(newContext(t))
	rep := must(patterns.NewRep(in, patterns.SendHWM(2)))(t)
	dealer := must(patterns.NewDealer(in, patterns.RecvHWM(3)))(t)
	join(t, "inproc://norush", rep, dealer)
	for i := range 9 {
		send(t, dealer, "", "x")
		expect(t, rep, "x")
		send(t, rep, fmt.Sprint(i))
	}
	if n := rep.Stats().Dropped; n != 4 {
		t.Errorf("%d dropped", n)
	}
	for i := range 5 {
		expect(t, dealer, "", fmt.Sprint(i))
	}
}

// "SHALL receive incoming messages from its peers using a fair-queuing
// strategy" (28/REQREP, REP).
func TestRepReceivesInTurn(t *testing.T) {
	in := patterns.InContext(newContext(t))
	rep := must(patterns.NewRep(in))(t)
	a, b := must(patterns.NewDealer(in))(t), must(patterns.NewDealer(in))(t)
	join(t, "inproc://fair", rep, a, b)
	for range 10 {
		send(t, a, "", "a")
		send(t, b, "", "b")
	}
	var last string
	for range 20 {
		got := recv(t, rep)[0]
		if got == last {
			t.Fatalf("%q twice in a row", got)
		}
		last = got
		send(t, rep, "x")
	}
}

// TestRepRequests answers requests in another order than they came, and while a
// lock-step one is open.
func TestRepRequests(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		rep := must(patterns.NewRep(in))(t)
		var reqs [5]*patterns.Req
		ep := join(t, wildcard, rep)
		for i := range reqs {
			reqs[i] = must(patterns.NewReq(in))(t)
			if err := reqs[i].Connect(ep); err != nil {
				t.Fatal(err)
			}
			send(t, reqs[i], fmt.Sprint(i))
		}
		lockStep := recv(t, rep)[0]
		var open []*patterns.Request
		for q, err := range rep.Requests(testContext(t)) {
			if err != nil {
				t.Fatal(err)
			}
			if open = append(open, q); len(open) == 4 {
				break
			}
		}
		slices.Reverse(open)
		for i, q := range open {
			var err error
			if i%2 == 0 {
				err = q.ReplyBytes([]byte("reply to"), q.Frame(0))
			} else {
				m := zmq.NewMessage("reply to", string(q.Frame(0)))
				if err = q.Reply(m); m.Len() != 0 {
					t.Errorf("the reply has %d frames left", m.Len())
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := q.ReplyBytes([]byte("twice")); !errors.Is(err, zmq.ErrState) {
				t.Error(err)
			}
		}
		send(t, rep, "reply to", lockStep)
		for i, req := range reqs {
			expect(t, req, "reply to", fmt.Sprint(i))
		}
	})
}

// A joinContext tells when a call begins to wait with it.
type joinContext struct {
	context.Context
	waits chan struct{}
}

func (c joinContext) Done() <-chan struct{} {
	select {
	case c.waits <- struct{}{}:
	default:
	}
	return c.Context.Done()
}

// TestRepRequestsWakeEachOther: two requests that come at once go to two
// goroutines that wait, though the socket is told of them once.
func TestRepRequestsWakeEachOther(t *testing.T) {
	in := patterns.InContext(newContext(t))
	rep, dealer := must(patterns.NewRep(in))(t), must(patterns.NewDealer(in))(t)
	join(t, "inproc://once", rep, dealer)
	got := make(chan error)
	for range 2 {
		ctx := joinContext{testContext(t), make(chan struct{}, 1)}
		go func() {
			for _, err := range rep.Requests(ctx) {
				got <- err
				break
			}
		}()
		<-ctx.waits
	}
	if n, err := dealer.SendBatch(t.Context(), []*zmq.Message{zmq.NewMessage("", "1"), zmq.NewMessage("", "2")}); n != 2 {
		t.Fatal(n, err)
	}
	for range 2 {
		if err := <-got; err != nil {
			t.Fatal(err)
		}
	}
}

// TestRepForgetsWhatALostReqHasAsked: the REQ has given it up.
func TestRepForgetsWhatALostReqHasAsked(t *testing.T) {
	rep := must(patterns.NewRep(patterns.InContext(newContext(t))))(t)
	ln, ep := listenTCP(t)
	if err := rep.Connect(ep); err != nil {
		t.Fatal(err)
	}
	p := acceptPeer(t, ln, "REQ", "")
	p.write(append(wire("", "1"), wire("", "2")...))
	expect(t, rep, "1")
	p.conn.Close()
	p = acceptPeer(t, ln, "REQ", "")
	send(t, rep, "to the first")
	p.send("", "3")
	expect(t, rep, "3")
	send(t, rep, "three")
	if m := p.recv(); !slices.Equal(m, []string{"", "three"}) {
		t.Errorf("reply %q", m)
	}
}

func TestRepRequestsOfAClosedSocket(t *testing.T) {
	in := patterns.InContext(newContext(t))
	rep, req := must(patterns.NewRep(in))(t), must(patterns.NewReq(in))(t)
	join(t, "inproc://closed", rep, req)
	send(t, req, "x")
	for q, err := range rep.Requests(t.Context()) {
		if q == nil {
			if !errors.Is(err, zmq.ErrClosed) {
				t.Error(err)
			}
			continue
		}
		if err := q.ReplyBytes(); err == nil {
			t.Error("a reply without frames is sent")
		}
		rep.Close()
		if err := q.ReplyBytes([]byte("x")); !errors.Is(err, zmq.ErrClosed) {
			t.Error(err)
		}
	}
}

// TestRepServesFromSeveralGoroutines, which share the requests.
func TestRepServesFromSeveralGoroutines(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		rep := must(patterns.NewRep(in))(t)
		ep := join(t, wildcard, rep)
		var workers, clients sync.WaitGroup
		for range 4 {
			workers.Go(func() {
				for q, err := range rep.Requests(context.Background()) {
					if err != nil {
						return
					}
					q.ReplyBytes(append([]byte("re: "), q.Frame(0)...))
				}
			})
		}
		for i := range 10 {
			req := must(patterns.NewReq(in))(t)
			if err := req.Connect(ep); err != nil {
				t.Fatal(err)
			}
			clients.Go(func() {
				for j := range 100 {
					m, err := req.Do(testContext(t), zmq.NewMessage(fmt.Sprint(i, j)))
					if err != nil {
						t.Error(err)
						return
					}
					if got := string(m.Frame(0)); got != "re: "+fmt.Sprint(i, j) {
						t.Errorf("%q", got)
					}
				}
			})
		}
		clients.Wait()
		rep.Close()
		workers.Wait()
	})
}
