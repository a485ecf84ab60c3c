package patterns_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// giveUp lets req ask something and give that up once received has returned.
func giveUp(t *testing.T, req *patterns.Req, received func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, err := req.Do(ctx, zmq.NewMessage("given up"))
		failed <- err
	}()
	received()
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

// TestLateReplyByNameGoesNowhere gives up a request that a ROUTER has, which
// knows the REQ by its name, over every transport and in both directions. What
// it replies late, before or after the next request, is not the answer to that.
func TestLateReplyByNameGoesNowhere(t *testing.T) {
	for name, wildcard := range wildcards(t) {
		for _, reqBinds := range []bool{false, true} {
			for _, assigned := range []bool{false, true} {
				if assigned && !reqBinds {
					continue // it is who connects that gives names
				}
				title := name
				if reqBinds {
					title += "/reqBinds"
				}
				if assigned {
					title += "/assigned"
				}
				t.Run(title, func(t *testing.T) {
					in := patterns.InContext(newContext(t))
					req := must(patterns.NewReq(in, patterns.RoutingID([]byte("me"))))(t)
					router := must(patterns.NewRouter(in))(t)
					switch {
					case assigned:
						if err := router.ConnectAs(must(req.Bind(wildcard))(t).String(), []byte("mine")); err != nil {
							t.Fatal(err)
						}
					case reqBinds:
						join(t, wildcard, req, router)
					default:
						join(t, wildcard, router, req)
					}
					for round := range 4 {
						var late []string
						giveUp(t, req, func() { late = recv(t, router) })
						reply := func(to []string, body string) {
							send(t, router, append(slices.Clone(to[:len(to)-1]), body)...)
						}
						if round%2 == 0 {
							reply(late, "late")
						}
						got := make(chan string, 1)
						go func() {
							m, err := req.Do(testContext(t), zmq.NewMessage("next"))
							if err != nil {
								got <- err.Error()
								return
							}
							got <- string(m.Frame(0))
						}()
						next := recv(t, router)
						if round%2 == 1 {
							reply(late, "late")
							send(t, router, "me", "", "late, by name")
							send(t, router, "mine", "", "late, by name")
						}
						reply(next, "in time")
						if got := <-got; got != "in time" {
							t.Fatalf("round %d: the reply is %q", round, got)
						}
					}
				})
			}
		}
	}
}

// TestReqGivesUpItsName holds the rule: after a request was given up, or was lost
// with its connection, new connections to what may be a ROUTER announce no name.
// To a REP the name is kept, as by a REQ that numbers its requests.
func TestReqGivesUpItsName(t *testing.T) {
	for _, c := range []struct {
		peer, want string
		opts       []patterns.ReqOption
	}{
		{"ROUTER", "", nil},
		{"REP", "me", nil},
		{"ROUTER", "me", []patterns.ReqOption{patterns.ReqCorrelate(true)}},
	} {
		for _, lost := range []bool{false, true} {
			opts := append(c.opts, patterns.InContext(newContext(t)), patterns.RoutingID([]byte("me")))
			req := must(patterns.NewReq(opts...))(t)
			w := newWatch(t, req.Monitor(testContext(t)))
			ln, ep := listenTCP(t)
			if err := req.Connect(ep); err != nil {
				t.Fatal(err)
			}
			first := acceptPeer(t, ln, c.peer, "")
			if first.name != "me" {
				t.Errorf("%v: the first connection announces %q", c, first.name)
			}
			w.want(patterns.ConnectDelayed, patterns.Connected, patterns.HandshakeSucceeded)
			if lost {
				send(t, req, "lost")
				first.recv()
				first.conn.Close()
				if _, err := req.Recv(testContext(t)); !errors.Is(err, patterns.ErrPeerLost) {
					t.Fatal(err)
				}
			} else {
				giveUp(t, req, func() { first.recv() })
				if c.opts != nil {
					first.conn.Close() // the connection is good, and kept otherwise
				}
			}
			if second := acceptPeer(t, ln, c.peer, ""); second.name != c.want {
				t.Errorf("%v, lost=%t: the second connection announces %q", c, lost, second.name)
			}
			req.CloseNow() // the peer would not notice a graceful end
		}
	}
}

// TestReqKeepsItsNameOtherwise: a reply that came in time gives nothing up, nor
// does a request that nobody has got.
func TestReqKeepsItsNameOtherwise(t *testing.T) {
	req := must(patterns.NewReq(patterns.InContext(newContext(t)), patterns.RoutingID([]byte("me"))))(t)
	ln, ep := listenTCP(t)
	if err := req.Connect(ep); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := req.Do(ctx, zmq.NewMessage("nobody gets it")); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	send(t, req, "x")
	first := acceptPeer(t, ln, "ROUTER", "")
	first.recv()
	first.send("", "in time")
	first.conn.Close()
	second := acceptPeer(t, ln, "ROUTER", "") // the reply is still to be read
	if first.name != "me" || second.name != "me" {
		t.Errorf("announces %q and %q", first.name, second.name)
	}
	expect(t, req, "in time")
	send(t, req, "y")
	second.recv()
	second.send("", "right")
	expect(t, req, "right")
}

// TestReqTakesNoReplyOfAnotherConnection: the peer that has the request is lost,
// and what comes over the next connection in its place is no reply.
func TestReqTakesNoReplyOfAnotherConnection(t *testing.T) {
	req := must(patterns.NewReq(patterns.InContext(newContext(t))))(t)
	w := newWatch(t, req.Monitor(testContext(t)))
	ln, ep := listenTCP(t)
	if err := req.Connect(ep); err != nil {
		t.Fatal(err)
	}
	first := acceptPeer(t, ln, "REP", "")
	w.want(patterns.ConnectDelayed, patterns.Connected, patterns.HandshakeSucceeded)
	send(t, req, "x")
	first.recv()
	first.conn.Close()
	w.want(patterns.Disconnected, patterns.ConnectRetried, patterns.ConnectDelayed, patterns.Connected)
	second := acceptPeer(t, ln, "REP", "")
	w.want(patterns.HandshakeSucceeded)
	second.send("", "not asked for")
	second.conn.Close()
	w.want(patterns.Disconnected) // so that all of it is there
	if m, err := req.Recv(testContext(t)); !errors.Is(err, patterns.ErrPeerLost) {
		t.Fatalf("received %q, %v", framesOf(m), err)
	}
}

// TestReqForgetsAPeerThatSaidTooMuch: of a peer that has replied, has sent what
// nobody asked for and is gone, only the reply is kept. Its pipe is not, though
// nobody receives.
func TestReqForgetsAPeerThatSaidTooMuch(t *testing.T) {
	req := must(patterns.NewReq(patterns.InContext(newContext(t))))(t)
	w := newWatch(t, req.Monitor(testContext(t)))
	peer := dialPeer(t, must(req.Bind("tcp://127.0.0.1:*"))(t).String(), "ROUTER", "")
	w.want(patterns.Listening, patterns.Accepted, patterns.HandshakeSucceeded)
	send(t, req, "x")
	peer.recv()
	peer.send("", "reply")
	peer.send("", "not asked for")
	peer.conn.Close()
	w.want(patterns.Disconnected) // which may be told before the pipe goes
	eventually(t, "its pipe goes", func() bool { return req.Stats().Pipes == 0 })
	expect(t, req, "reply")
}
