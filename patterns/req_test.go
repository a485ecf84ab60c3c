package patterns_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// "SHALL send and then receive exactly one message at a time" (28/REQREP, REQ).
func TestReqIsLockStep(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		req, rep := must(patterns.NewReq(in))(t), must(patterns.NewRep(in))(t)
		join(t, wildcard, rep, req)
		var m zmq.Message
		if err := req.TryRecv(&m); !errors.Is(err, zmq.ErrState) {
			t.Errorf("Recv before Send: %v", err)
		}
		send(t, req, "1")
		if err := req.SendBytes(t.Context(), []byte("2")); !errors.Is(err, zmq.ErrState) {
			t.Errorf("Send after Send: %v", err)
		}
		if _, err := req.Do(t.Context(), zmq.NewMessage("2")); !errors.Is(err, zmq.ErrState) {
			t.Errorf("Do after Send: %v", err)
		}
		if err := req.TryRecv(&m); !errors.Is(err, zmq.ErrAgain) {
			t.Errorf("Recv before the reply: %v", err)
		}
		expect(t, rep, "1")
		send(t, rep, "one")
		expect(t, req, "one")
		if _, err := req.Recv(t.Context()); !errors.Is(err, zmq.ErrState) {
			t.Errorf("Recv after Recv: %v", err)
		}
		send(t, req, "2")
		expect(t, rep, "2")
	})
}

// "SHALL prefix the outgoing message with an empty delimiter frame. SHALL route
// outgoing messages to connected peers using a round-robin strategy"
// (28/REQREP, REQ).
func TestReqAsksInTurn(t *testing.T) {
	req := must(patterns.NewReq(patterns.InContext(newContext(t))))(t)
	var peers [3]*wirePeer
	ep := join(t, "tcp://127.0.0.1:*", req)
	for i := range peers {
		peers[i] = dialPeer(t, ep, "REP", "")
		eventually(t, "the peer is there", func() bool { return req.Stats().Pipes == i+1 })
	}
	for i := range 9 {
		send(t, req, fmt.Sprint(i), "")
		p := peers[i%3]
		if m := p.recv(); !slices.Equal(m, []string{"", fmt.Sprint(i), ""}) {
			t.Fatalf("request %q", m)
		}
		p.send("", "", "x")
		expect(t, req, "", "x")
	}
}

// "SHALL accept an incoming message only from the last peer that it sent a
// request to. SHALL discard silently any messages received from other peers"
// (28/REQREP, REQ).
func TestReqListensToWhomItAsked(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		req := must(patterns.NewReq(in))(t)
		ep := join(t, wildcard, req)
		var routers [2]*patterns.Router
		for i := range routers {
			routers[i] = must(patterns.NewRouter(in))(t)
			if err := routers[i].ConnectAs(ep, []byte("req")); err != nil {
				t.Fatal(err)
			}
			eventually(t, "the peer is there", func() bool { return req.Stats().Pipes == i+1 })
		}
		asked, other := routers[0], routers[1]
		send(t, req, "x")
		send(t, other, "req", "", "from another peer")
		expect(t, asked, "req", "", "x")
		send(t, other, "req", "", "from another peer")
		send(t, asked, "req", "", "y")
		expect(t, req, "y")
		if err := other.Close(); err != nil { // before the socket that it sends to
			t.Error(err)
		}
	})
}

func TestReqDropsWhatCameBeforeTheRequest(t *testing.T) {
	in := patterns.InContext(newContext(t))
	req, router := must(patterns.NewReq(in))(t), must(patterns.NewRouter(in))(t)
	ep := join(t, "inproc://early", req)
	if err := router.ConnectAs(ep, []byte("req")); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		send(t, router, "req", "", "unasked")
		send(t, router, "req", "", "unasked", "again")
		send(t, req, "x")
		send(t, router, "req", "", fmt.Sprint(i))
		expect(t, req, fmt.Sprint(i))
	}
}

// TestReqEndsConnectionsWithoutDelimiter: "The request and reply messages SHALL
// have this format on the wire: A delimiter, consisting of an empty frame"
// (28/REQREP, REQ).
func TestReqEndsConnectionsWithoutDelimiter(t *testing.T) {
	for _, frames := range [][]string{{"x"}, {"x", "y"}, {""}, {"id__", "x"}} {
		for _, waiting := range []bool{false, true} {
			req := must(patterns.NewReq(patterns.InContext(newContext(t))))(t)
			monitor := req.Monitor(t.Context())
			ln, ep := listenTCP(t)
			if err := req.Connect(ep); err != nil {
				t.Fatal(err)
			}
			p := acceptPeer(t, ln, "REP", "")
			if waiting {
				send(t, req, "question")
				p.recv()
			}
			p.send(frames...)
			if waiting {
				if _, err := req.Recv(testContext(t)); !errors.Is(err, patterns.ErrPeerLost) {
					t.Errorf("%q: %v", frames, err)
				}
			}
			p.closed()
			for ev := range monitor {
				if ev.Kind != patterns.Disconnected {
					continue
				}
				if _, ok := errors.AsType[*zmq.ProtocolError](ev.Err); !ok {
					t.Errorf("%q: %v", frames, ev.Err)
				}
				break
			}
			// It would only do it again: no connection is made any more.
			if err := req.Disconnect(ep); !errors.Is(err, zmq.ErrNoEndpoint) {
				t.Errorf("%q: %v", frames, err)
			}
		}
	}
}

// TestReqCorrelates skips replies to other requests.
func TestReqCorrelates(t *testing.T) {
	in := patterns.InContext(newContext(t))
	req := must(patterns.NewReq(in, patterns.ReqCorrelate(true), patterns.ReqRelaxed(true)))(t)
	p := dialPeer(t, join(t, "tcp://127.0.0.1:*", req), "REP", "")
	var ids []string
	for i := range 3 {
		send(t, req, fmt.Sprint(i))
		m := p.recv()
		if len(m) != 3 || len(m[0]) != 4 || m[1] != "" || m[2] != fmt.Sprint(i) || slices.Contains(ids, m[0]) {
			t.Fatalf("request %q after ids %q", m, ids)
		}
		ids = append(ids, m[0])
	}
	p.send("", "without an id")
	for i := range 3 {
		p.send(ids[i], "", fmt.Sprint(i))
	}
	p.send(ids[2], "", "once more")
	expect(t, req, "2")
	send(t, req, "3")
	p.send(p.recv()[0], "", "3")
	expect(t, req, "3")
}

// TestReqRelaxed sends a second request without waiting, over a new connection:
// the reply to the first one then cannot be taken for the second one's.
func TestReqRelaxed(t *testing.T) {
	req := must(patterns.NewReq(patterns.InContext(newContext(t)), patterns.ReqRelaxed(true)))(t)
	ln, ep := listenTCP(t)
	if err := req.Connect(ep); err != nil {
		t.Fatal(err)
	}
	first := acceptPeer(t, ln, "REP", "")
	send(t, req, "1")
	first.recv()
	send(t, req, "2")
	first.closed()
	second := acceptPeer(t, ln, "REP", "")
	if m := second.recv(); m[1] != "2" {
		t.Errorf("request %q", m)
	}
	second.send("", "two")
	expect(t, req, "two")
}

// overDirections runs a test with either of the sockets binding.
func overDirections(t *testing.T, test func(t *testing.T, rep *patterns.Rep, req *patterns.Req)) {
	for _, correlate := range []bool{false, true} {
		for _, binds := range []string{"REP", "REQ"} {
			t.Run(fmt.Sprintf("%s binds, correlate %v", binds, correlate), func(t *testing.T) {
				overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
					rep := must(patterns.NewRep(in))(t)
					req := must(patterns.NewReq(in, patterns.ReqCorrelate(correlate)))(t)
					if binds == "REP" {
						join(t, wildcard, rep, req)
					} else {
						join(t, wildcard, req, rep)
					}
					test(t, rep, req)
				})
			})
		}
	}
}

// TestLateReplyDoesNotAnswerTheNextRequest gives up a request and then lets its
// reply come, before and after the next request.
func TestLateReplyDoesNotAnswerTheNextRequest(t *testing.T) {
	overDirections(t, func(t *testing.T, rep *patterns.Rep, req *patterns.Req) {
		requests := make(chan *patterns.Request)
		served := make(chan struct{})
		go func() {
			defer close(served)
			for q, err := range rep.Requests(context.Background()) {
				if err != nil {
					return
				}
				requests <- q
			}
		}()
		for i := range 6 {
			ctx, giveUp := context.WithCancelCause(t.Context())
			enough := errors.New("enough")
			failed := make(chan error)
			m := zmq.NewMessage("given up")
			go func() {
				_, err := req.Do(ctx, m)
				failed <- err
			}()
			late := <-requests
			giveUp(enough)
			if err := <-failed; !errors.Is(err, enough) || m.Len() != 1 {
				t.Fatal(err)
			}
			if i%2 == 0 {
				late.ReplyBytes([]byte("late"))
			}
			got := make(chan string)
			go func() {
				m, err := req.Do(testContext(t), zmq.NewMessage("next"))
				if err != nil {
					got <- err.Error()
					return
				}
				got <- string(m.Frame(0))
			}()
			next := <-requests
			if i%2 == 1 {
				late.ReplyBytes([]byte("late"))
			}
			next.ReplyBytes([]byte("in time"))
			if got := <-got; got != "in time" {
				t.Fatalf("round %d: the reply is %q", i, got)
			}
		}
		rep.Close()
		<-served
	})
}

// TestReqGivesUpWhatHasNotLeft: a request that was given up before there was a
// connection is not sent at all.
func TestReqGivesUpWhatHasNotLeft(t *testing.T) {
	req := must(patterns.NewReq(patterns.InContext(newContext(t))))(t)
	ln, ep := listenTCP(t)
	if err := req.Connect(ep); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := req.Do(ctx, zmq.NewMessage("given up")); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	if n := req.Stats().Dropped; n != 1 {
		t.Errorf("%d dropped", n)
	}
	send(t, req, "next")
	p := acceptPeer(t, ln, "REP", "")
	if m := p.recv(); m[1] != "next" {
		t.Errorf("request %q", m)
	}
}

// TestReqGivesUpWithImmediate ends the connection, and gets a new one, also if
// it has a pipe only while there is a connection.
func TestReqGivesUpWithImmediate(t *testing.T) {
	req := must(patterns.NewReq(patterns.InContext(newContext(t)), patterns.Immediate(true)))(t)
	ln, ep := listenTCP(t)
	if err := req.Connect(ep); err != nil {
		t.Fatal(err)
	}
	first := acceptPeer(t, ln, "REP", "")
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error)
	go func() {
		_, err := req.Do(ctx, zmq.NewMessage("given up"))
		failed <- err
	}()
	first.recv()
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	first.closed()
	second := acceptPeer(t, ln, "REP", "")
	send(t, req, "next")
	if m := second.recv(); m[1] != "next" {
		t.Errorf("request %q", m)
	}
	second.send("", "done")
	expect(t, req, "done")
}

// TestReqGivesUpWhatIsHalfSent does not send the rest of it, nor all of it over
// the next connection.
func TestReqGivesUpWhatIsHalfSent(t *testing.T) {
	req := must(patterns.NewReq(patterns.InContext(newContext(t))))(t)
	ln, ep := listenTCP(t)
	if err := req.Connect(ep); err != nil {
		t.Fatal(err)
	}
	first := acceptPeer(t, ln, "REP", "")
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error)
	go func() {
		_, err := req.Do(ctx, zmq.NewMessage(strings.Repeat("x", 30_000_000))) // more than the system buffers
		failed <- err
	}()
	first.fill()
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	send(t, req, "next")
	second := acceptPeer(t, ln, "REP", "")
	if m := second.recv(); m[1] != "next" {
		t.Errorf("request of %d bytes", len(m[1]))
	}
	eventually(t, "the other request is dropped", func() bool { return req.Stats().Dropped == 1 })
	second.send("", "done")
	expect(t, req, "done")
}

// TestReqGivesUpBeforeThePeerBinds does so over inproc.
func TestReqGivesUpBeforeThePeerBinds(t *testing.T) {
	in := patterns.InContext(newContext(t))
	req, rep := must(patterns.NewReq(in))(t), must(patterns.NewRep(in))(t)
	if err := req.Connect("inproc://later"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := req.Do(ctx, zmq.NewMessage("given up")); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	send(t, req, "next")
	join(t, "inproc://later", rep)
	expect(t, rep, "next")
	send(t, rep, "done")
	expect(t, req, "done")
}

// TestReqLosesItsPeer: who waits for a reply is told that it will not come, and
// may ask another peer. (libzmq waits for ever.)
func TestReqLosesItsPeer(t *testing.T) {
	overDirections(t, func(t *testing.T, rep *patterns.Rep, req *patterns.Req) {
		failed := make(chan error)
		go func() {
			_, err := req.Do(testContext(t), zmq.NewMessage("x"))
			failed <- err
		}()
		expect(t, rep, "x")
		rep.Close()
		if err := <-failed; !errors.Is(err, patterns.ErrPeerLost) || !errors.Is(err, zmq.ErrUnreachable) {
			t.Fatal(err)
		}
	})
	overDirections(t, func(t *testing.T, rep *patterns.Rep, req *patterns.Req) {
		send(t, req, "x")
		expect(t, rep, "x")
		send(t, rep, "with my last breath")
		rep.Close()
		expect(t, req, "with my last breath")
	})
}

// TestReqAsksTheNextPeerAfterALoss kills the peer that was asked.
func TestReqAsksTheNextPeerAfterALoss(t *testing.T) {
	req := must(patterns.NewReq(patterns.InContext(newContext(t))))(t)
	ep := join(t, "tcp://127.0.0.1:*", req)
	var peers [3]*wirePeer
	for i := range peers {
		peers[i] = dialPeer(t, ep, "REP", "")
		eventually(t, "the peer is there", func() bool { return req.Stats().Pipes == i+1 })
	}
	for _, p := range peers[:2] {
		send(t, req, "x")
		p.recv()
		p.conn.Close()
		if _, err := req.Recv(testContext(t)); !errors.Is(err, patterns.ErrPeerLost) {
			t.Fatal(err)
		}
	}
	send(t, req, "x")
	request := peers[2].recv() // is numbered: those who are gone may come back and reply
	peers[2].send(request[0], "", "alive")
	expect(t, req, "alive")
}

// TestReqKeepsWhatHasNotLeft: "SHALL NOT discard messages that it cannot send to
// a connected peer" (28/REQREP, REQ). A request of which only a part was
// written goes to the next connection as a whole.
func TestReqKeepsWhatHasNotLeft(t *testing.T) {
	req := must(patterns.NewReq(patterns.InContext(newContext(t))))(t)
	ln, ep := listenTCP(t)
	if err := req.Connect(ep); err != nil {
		t.Fatal(err)
	}
	p := acceptPeer(t, ln, "REP", "")
	big := strings.Repeat("x", 30_000_000) // more than the system buffers
	send(t, req, big)
	p.fill()
	p.conn.(*net.TCPConn).SetLinger(0)
	p.conn.Close()
	p = acceptPeer(t, ln, "REP", "")
	if m := p.recv(); len(m) != 2 || m[1] != big {
		t.Fatalf("%d frames", len(m))
	}
	p.send("", "got it")
	expect(t, req, "got it")
}

func TestReqSharedByManyGoroutines(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		req := must(patterns.NewReq(in))(t)
		reps := [2]*patterns.Rep{must(patterns.NewRep(in))(t), must(patterns.NewRep(in))(t)}
		join(t, wildcard, req, reps[0], reps[1])
		var servers, clients sync.WaitGroup
		for _, rep := range reps {
			servers.Go(func() {
				for q, err := range rep.Requests(context.Background()) {
					if err != nil {
						return
					}
					q.Reply(&q.Message)
				}
			})
		}
		for i := range 100 {
			clients.Go(func() {
				for j := range 10 {
					m, err := req.Do(testContext(t), zmq.NewMessage(fmt.Sprint(i, j)))
					if err != nil {
						t.Error(err)
						return
					}
					if got := string(m.Frame(0)); got != fmt.Sprint(i, j) {
						t.Errorf("reply to %q: %q", fmt.Sprint(i, j), got)
					}
				}
			})
		}
		clients.Wait()
		if s := req.Stats(); s.Sent != 1000 || s.Received != 1000 || s.Dropped != 0 {
			t.Errorf("%+v", s)
		}
		for _, rep := range reps {
			rep.Close()
		}
		servers.Wait()
	})
}

// TestReqDoesNotMix: Send and Recv do not interfere with a Do.
func TestReqDoesNotMix(t *testing.T) {
	in := patterns.InContext(newContext(t))
	req := must(patterns.NewReq(in, patterns.ReqRelaxed(true)))(t)
	rep := must(patterns.NewRep(in))(t)
	join(t, "inproc://mix", rep, req)
	done := make(chan error)
	go func() {
		_, err := req.Do(testContext(t), zmq.NewMessage("x"))
		done <- err
	}()
	expect(t, rep, "x")
	if err := req.SendBytes(t.Context(), []byte("y")); !errors.Is(err, zmq.ErrState) {
		t.Errorf("Send during a Do: %v", err)
	}
	if _, err := req.Recv(t.Context()); !errors.Is(err, zmq.ErrState) {
		t.Errorf("Recv during a Do: %v", err)
	}
	send(t, rep, "z")
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}
