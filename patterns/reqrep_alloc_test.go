//go:build !race && !zmqdebug

package patterns_test

import (
	"context"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// exchanger is a socket that may both send and receive.
type exchanger interface {
	bytesSender
	RecvInto(context.Context, *zmq.Message) error
	Send(context.Context, *zmq.Message) error
}

func TestExchangeAllocatesNothing(t *testing.T) {
	in := patterns.InContext(newContext(t))
	for name, c := range map[string]struct {
		server interface {
			binder
			exchanger
		}
		client interface {
			connecter
			exchanger
		}
	}{
		"PAIR":              {must(patterns.NewPair(in))(t), must(patterns.NewPair(in))(t)},
		"DEALER and ROUTER": {must(patterns.NewRouter(in))(t), must(patterns.NewDealer(in))(t)},
		"REQ and REP":       {must(patterns.NewRep(in))(t), must(patterns.NewReq(in))(t)},
		"correlated REQ":    {must(patterns.NewRep(in))(t), must(patterns.NewReq(in, patterns.ReqCorrelate(true)))(t)},
	} {
		join(t, "inproc://"+name, c.server, c.client)
		question := [][]byte{[]byte("question"), []byte("question")}
		ctx := testContext(t)
		var m zmq.Message
		n := testing.AllocsPerRun(1000, func() {
			if err := c.client.SendBytes(ctx, question...); err != nil {
				t.Fatal(err)
			}
			if err := c.server.RecvInto(ctx, &m); err != nil {
				t.Fatal(err)
			}
			if err := c.server.Send(ctx, &m); err != nil {
				t.Fatal(err)
			}
			if err := c.client.RecvInto(ctx, &m); err != nil {
				t.Fatal(err)
			}
		})
		if n != 0 {
			t.Errorf("%s: %v allocations a round trip", name, n)
		}
	}
}

func TestRouterSendToAllocatesNothing(t *testing.T) {
	in, ctx := patterns.InContext(newContext(t)), testContext(t)
	router := must(patterns.NewRouter(in, patterns.RouterMandatory(true)))(t)
	dealer := must(patterns.NewDealer(in, patterns.RoutingID([]byte("id"))))(t)
	join(t, "inproc://sendto", router, dealer)
	var m zmq.Message
	id, body := []byte("id"), []byte("body")
	n := testing.AllocsPerRun(1000, func() {
		m.Append(body)
		if err := router.SendTo(ctx, id, &m); err != nil {
			t.Fatal(err)
		}
		if err := dealer.RecvInto(ctx, &m); err != nil {
			t.Fatal(err)
		}
		m.Reset()
	})
	if n != 0 {
		t.Errorf("%v allocations a message", n)
	}
}
