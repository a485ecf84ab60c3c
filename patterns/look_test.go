package patterns_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/patterns"
)

// The tree of a context shows its sockets, with what each has for each of its peers.
func TestContextInTheTree(t *testing.T) {
	for _, where := range []string{"tcp://127.0.0.1:*", "inproc://look"} {
		c := patterns.NewContext()
		pull, err := patterns.NewPull(patterns.InContext(c), patterns.RecvHWM(1))
		if err != nil {
			t.Fatal(err)
		}
		push, err := patterns.NewPush(patterns.InContext(c), patterns.SendHWM(40))
		if err != nil {
			t.Fatal(err)
		}
		at, err := pull.Bind(where)
		if err != nil {
			t.Fatal(err)
		}
		if err := push.Connect(at.String()); err != nil {
			t.Fatal(err)
		}
		sent := 0
		if err := push.SendBytes(t.Context(), []byte("first")); err != nil {
			t.Fatal(err)
		}
		for sent = 1; ; sent++ { // until it is full: what the operating system takes is no longer in the pipe
			done, cancel := context.WithCancel(t.Context())
			cancel()
			if push.SendBytes(done, make([]byte, 64<<10)) != nil {
				break
			}
		}
		pipe := func() actor.PipeSnapshot {
			for _, s := range c.Node().Snapshot(100).Children {
				if s.Name == "PUSH" && len(s.Pipes) == 1 {
					return s.Pipes[0]
				}
			}
			t.Fatal("no pipe")
			panic("unreachable")
		}
		p := pipe()
		if p.In != int64(sent) || p.HWM < 40 || p.Depth() <= 0 || !strings.HasPrefix(p.Name, at.String()) {
			t.Errorf("%s: after %d: %+v", where, sent, p)
		}
		for range sent {
			m, err := pull.Recv(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			m.Release()
		}
		done, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := pull.Recv(done); !errors.Is(err, context.Canceled) { // who finds nothing gives all credit
			t.Error(err)
		}
		for p = pipe(); p.Depth() != 0; p = pipe() { // the writer's end hears of it soon
			if t.Context().Err() != nil {
				t.Fatal(p)
			}
		}
		if p.Full || p.In != int64(sent) || p.Taken != int64(sent) {
			t.Errorf("%s: %+v", where, p)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if s := c.Node().Snapshot(10); len(s.Children) != 0 {
			t.Errorf("%+v", s)
		}
	}
}

// Of many peers those are shown for which most waits.
func TestManyPipesInTheTree(t *testing.T) {
	c := patterns.NewContext()
	defer c.Close()
	dealer, err := patterns.NewDealer(patterns.InContext(c), patterns.Linger(0))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 130 {
		if err := dealer.Connect(fmt.Sprintf("inproc://nobody%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	for range 20 { // in turn: to the first twenty
		if err := dealer.SendBytes(t.Context(), []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	pipes := c.Node().Snapshot(10).Children[0].Pipes
	waiting := 0
	for _, p := range pipes {
		waiting += int(p.Depth())
	}
	if len(pipes) != 100 || waiting != 20 {
		t.Errorf("%d pipes, %d messages", len(pipes), waiting)
	}
}
