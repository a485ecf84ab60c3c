package patterns_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// wantLimit sees that a connection ends because of a limit.
func wantLimit(t *testing.T, ev patterns.Event, limit string, most int64) {
	t.Helper()
	e, ok := errors.AsType[*zmq.LimitError](ev.Err)
	if !ok || e.Limit != limit || e.Max != most || !strings.Contains(ev.Err.Error(), limit) {
		t.Errorf("disconnected because of %v, want %s of %d", ev.Err, limit, most)
	}
}

// TestMessageLimits receives messages that are just not too large, and others.
func TestMessageLimits(t *testing.T) {
	for _, c := range []struct {
		option    patterns.Option
		good, bad []string
		limit     string
		most      int64
	}{
		{patterns.MaxMessageFrames(2), []string{"a", ""}, []string{"", "", ""}, "MaxMessageFrames", 2},
		{patterns.MaxMessageBytes(4), []string{"ab", "cd"}, []string{"ab", "cde"}, "MaxMessageBytes", 4},
	} {
		t.Run(c.limit, func(t *testing.T) {
			in, ctx := patterns.InContext(newContext(t)), testContext(t)
			pull := must(patterns.NewPull(in, c.option))(t)
			w := newWatch(t, pull.Monitor(ctx))
			push := must(patterns.NewPush(in, patterns.Linger(0)))(t)
			join(t, "tcp://127.0.0.1:*", pull, push)
			send(t, push, c.good...)
			send(t, push, c.bad...)
			if got := recv(t, pull); strings.Join(got, "|") != strings.Join(c.good, "|") {
				t.Errorf("received %q", got)
			}
			wantLimit(t, w.want(patterns.Listening, patterns.Accepted, patterns.HandshakeSucceeded, patterns.Disconnected), c.limit, c.most)
		})
	}
}

// TestFramesAreBoundedByDefault sends what libzmq would take, without end.
func TestFramesAreBoundedByDefault(t *testing.T) {
	in, ctx := patterns.InContext(newContext(t)), testContext(t)
	pull := must(patterns.NewPull(in))(t)
	w := newWatch(t, pull.Monitor(ctx))
	push := must(patterns.NewPush(in, patterns.Linger(0)))(t)
	join(t, "ipc://*", pull, push)
	if err := push.SendBytes(ctx, make([][]byte, 1<<20)...); err != nil {
		t.Fatal(err)
	}
	if m := must(pull.Recv(ctx))(t); m.Len() != 1<<20 {
		t.Errorf("received %d frames", m.Len())
	}
	if err := push.SendBytes(ctx, make([][]byte, 1<<20+1)...); err != nil {
		t.Fatal(err)
	}
	wantLimit(t, w.want(patterns.Listening, patterns.Accepted, patterns.HandshakeSucceeded, patterns.Disconnected), "MaxMessageFrames", 1<<20)
}

// TestSubscriptionLimits has one subscriber that asks for too much, and another
// one that does not notice. What has been cancelled counts no more, and what is
// asked for twice counts once.
func TestSubscriptionLimits(t *testing.T) {
	for _, c := range []struct {
		option patterns.PublishOption
		topics []string
		limit  string
		most   int64
	}{
		{patterns.MaxSubscriptions(3), []string{"a", "b", "c", "d"}, "MaxSubscriptions", 3},
		{patterns.MaxSubscriptionBytes(10), []string{"", "aaaaa", "bbbbb", "c"}, "MaxSubscriptionBytes", 10},
	} {
		for _, manual := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/manual=%t", c.limit, manual), func(t *testing.T) {
				in, ctx := patterns.InContext(newContext(t)), testContext(t)
				pub := must(patterns.NewXPub(in, c.option, patterns.XPubManual(manual)))(t)
				w := newWatch(t, pub.Monitor(ctx))
				greedy := must(patterns.NewSub(in, patterns.ReconnectStop(patterns.ReconnectStopAfterDisconnect)))(t)
				endpoint := join(t, "tcp://127.0.0.1:*", pub, greedy)
				w.want(patterns.Listening, patterns.Accepted, patterns.HandshakeSucceeded)
				other := must(patterns.NewSub(in, patterns.Subscribe("x")))(t)
				if err := other.Connect(endpoint); err != nil {
					t.Fatal(err)
				}
				w.want(patterns.Accepted, patterns.HandshakeSucceeded)
				allowed := c.topics[:3]
				for _, topic := range append([]string{"x"}, allowed...) {
					if topic != "x" {
						greedy.Subscribe(topic)
					}
					if got := recv(t, pub); got[0] != "\x01"+topic {
						t.Fatalf("received %q", got)
					}
					if manual {
						pub.Subscribe(topic)
					}
				}
				greedy.Subscribe(allowed[2]) // once more
				greedy.Unsubscribe(allowed[2])
				greedy.Unsubscribe(allowed[2])
				greedy.Subscribe(allowed[2])
				greedy.Subscribe(c.topics[3])
				ev := w.want(patterns.Disconnected)
				wantLimit(t, ev, c.limit, c.most)
				eventually(t, "its topics go", func() bool { return pub.Topics() == 1 })
				send(t, pub, "x", "still there")
				if got := recv(t, other); got[1] != "still there" {
					t.Errorf("the other one receives %q", got)
				}
			})
		}
	}
}
