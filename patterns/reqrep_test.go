package patterns_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// overAll runs a test over every transport, each time in a context of its own.
func overAll(t *testing.T, test func(t *testing.T, in patterns.Option, wildcard string)) {
	for name, wildcard := range wildcards(t) {
		t.Run(name, func(t *testing.T) {
			test(t, patterns.InContext(newContext(t)), wildcard)
		})
	}
}

type binder interface {
	Bind(string) (zmq.Endpoint, error)
}

type connecter interface {
	Connect(string) error
}

type bytesSender interface {
	SendBytes(context.Context, ...[]byte) error
}

type messageReceiver interface {
	Recv(context.Context) (*zmq.Message, error)
}

// join binds one socket and connects others to it.
func join(t *testing.T, wildcard string, b binder, cs ...connecter) (endpoint string) {
	t.Helper()
	ep := must(b.Bind(wildcard))(t).String()
	for _, c := range cs {
		if err := c.Connect(ep); err != nil {
			t.Fatal(err)
		}
	}
	return ep
}

func send(t *testing.T, s bytesSender, frames ...string) {
	t.Helper()
	if err := s.SendBytes(testContext(t), bytesOf(frames)...); err != nil {
		t.Fatal(err)
	}
}

func bytesOf(frames []string) (b [][]byte) {
	for _, f := range frames {
		b = append(b, []byte(f))
	}
	return b
}

func framesOf(m *zmq.Message) (frames []string) {
	for _, f := range m.Frames() {
		frames = append(frames, string(f))
	}
	return frames
}

// recv receives a message and returns its frames.
func recv(t *testing.T, s messageReceiver) []string {
	t.Helper()
	m, err := s.Recv(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	return framesOf(m)
}

// expect receives a message of the given frames.
func expect(t *testing.T, s messageReceiver, frames ...string) {
	t.Helper()
	if got := recv(t, s); !slices.Equal(got, frames) {
		t.Fatalf("received %q, want %q", got, frames)
	}
}

func TestPairExchanges(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		a, b := must(patterns.NewPair(in))(t), must(patterns.NewPair(in))(t)
		join(t, wildcard, a, b)
		for i := range 100 {
			n := fmt.Sprint(i)
			send(t, b, n, "", "to a")
			send(t, a, n, "to b")
			expect(t, a, n, "", "to a")
			expect(t, b, n, "to b")
		}
	})
}

func TestDealerAndRouterExchange(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		router := must(patterns.NewRouter(in))(t)
		dealer := must(patterns.NewDealer(in, patterns.RoutingID([]byte("d"))))(t)
		join(t, wildcard, router, dealer)
		for i := range 100 {
			send(t, dealer, fmt.Sprint(i), "body")
			expect(t, router, "d", fmt.Sprint(i), "body")
			send(t, router, "d", "", "reply")
			expect(t, dealer, "", "reply")
			if err := router.SendTo(testContext(t), []byte("d"), zmq.NewMessage("more")); err != nil {
				t.Fatal(err)
			}
			expect(t, dealer, "more")
		}
	})
}

func TestReqAndRepExchange(t *testing.T) {
	for _, correlate := range []bool{false, true} {
		t.Run(fmt.Sprint(correlate), func(t *testing.T) {
			overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
				rep := must(patterns.NewRep(in))(t)
				req := must(patterns.NewReq(in, patterns.ReqCorrelate(correlate)))(t)
				join(t, wildcard, rep, req)
				for i := range 100 {
					send(t, req, fmt.Sprint(i), "")
					expect(t, rep, fmt.Sprint(i), "")
					send(t, rep, "", "answer")
					expect(t, req, "", "answer")
				}
			})
		})
	}
}

func TestReqDo(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		rep, req := must(patterns.NewRep(in))(t), must(patterns.NewReq(in))(t)
		join(t, wildcard, rep, req)
		served := make(chan struct{})
		go func() {
			defer close(served)
			for q, err := range rep.Requests(testContext(t)) {
				if err != nil {
					return
				}
				q.Reply(&q.Message)
			}
		}()
		for i := range 100 {
			m, err := req.Do(testContext(t), zmq.NewMessage("to", fmt.Sprint(i)))
			if err != nil {
				t.Fatal(err)
			}
			if got := framesOf(m); !slices.Equal(got, []string{"to", fmt.Sprint(i)}) {
				t.Fatalf("%q", got)
			}
		}
		rep.Close()
		<-served
	})
}

// another returns an endpoint to bind besides wildcard.
func another(wildcard string, i int) string {
	if strings.HasPrefix(wildcard, "inproc:") {
		return fmt.Sprint(wildcard, " ", i)
	}
	return wildcard
}

// eventually waits for something that happens in the background and that
// nothing tells of: it looks again and again, with a pause so that it leaves
// the processor to what it waits for.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !happened(); {
		if time.Now().After(deadline) {
			t.Fatalf("%s: it does not happen", what)
		}
		// Real time: what it waits for comes through the system's sockets.
		time.Sleep(time.Millisecond)
	}
}
