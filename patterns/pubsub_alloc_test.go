//go:build !race && !zmqdebug

package patterns_test

import (
	"fmt"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

func TestPublishingAllocatesNothing(t *testing.T) {
	for name, large := range map[string]bool{"small": false, "large": true} {
		for _, noDrop := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", NoDrop ", noDrop), func(t *testing.T) {
				in, ctx := patterns.InContext(newContext(t)), testContext(t)
				pub := must(patterns.NewPub(in, patterns.NoDrop(noDrop)))(t)
				subs := make([]*patterns.Sub, 3)
				for i := range subs {
					topics := []patterns.SubOption{in, patterns.Subscribe("t"), patterns.Subscribe("topic")}
					subs[i] = must(patterns.NewSub(topics...))(t)
					if i == 0 {
						must(pub.Bind("inproc://publishing"))(t)
					}
					if err := subs[i].Connect("inproc://publishing"); err != nil {
						t.Fatal(err)
					}
				}
				topic, body := []byte("topic 1"), make([]byte, 10)
				if large {
					body = make([]byte, 100_000)
				}
				var m zmq.Message
				n := testing.AllocsPerRun(1000, func() {
					if err := pub.SendBytes(ctx, topic, body); err != nil {
						t.Fatal(err)
					}
					for _, sub := range subs {
						if err := sub.RecvInto(ctx, &m); err != nil {
							t.Fatal(err)
						}
						m.Reset()
					}
				})
				if n != 0 {
					t.Errorf("%v allocations a message", n)
				}
			})
		}
	}
}

func TestSubscribingTwiceAllocatesNothing(t *testing.T) {
	in := patterns.InContext(newContext(t))
	pub, sub := must(patterns.NewPub(in))(t), must(patterns.NewSub(in))(t)
	join(t, "inproc://subscribing", pub, sub)
	sub.Subscribe("a topic")
	n := testing.AllocsPerRun(1000, func() {
		sub.Subscribe("a topic")
	})
	if n != 0 {
		t.Errorf("%v allocations a subscription", n)
	}
}
