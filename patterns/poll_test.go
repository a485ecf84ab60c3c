package patterns_test

import (
	"context"
	"errors"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// ready is what a poller says of one socket.
func ready(p *patterns.Poller) patterns.Readiness {
	if r := p.Ready(); len(r) > 0 {
		return r[0].For
	}
	return 0
}

// wantReady waits until the poller tells of s alone.
func wantReady(t *testing.T, p *patterns.Poller, s patterns.Socket, what patterns.Readiness) {
	t.Helper()
	r, err := p.Wait(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(r) != 1 || r[0].Socket != s || r[0].For != what {
		t.Fatalf("ready: %+v", r)
	}
}

// TestPoll looks at both sides of a pipe, empty, filled and full.
func TestPoll(t *testing.T) {
	for name, wildcard := range wildcards(t) {
		t.Run(name, func(t *testing.T) {
			in, ctx := patterns.InContext(newContext(t)), testContext(t)
			pull := must(patterns.NewPull(in, patterns.RecvHWM(1), patterns.RecvBuffer(1)))(t)
			push := must(patterns.NewPush(in, patterns.SendHWM(1), patterns.SendBuffer(1), patterns.Linger(0)))(t)
			readable, writable := patterns.NewPoller(), patterns.NewPoller()
			defer readable.Close()
			defer writable.Close()
			for _, err := range []error{readable.Add(pull, patterns.PollIn), writable.Add(push, patterns.PollOut)} {
				if err != nil {
					t.Fatal(err)
				}
			}
			if ready(readable)|ready(writable) != 0 {
				t.Fatal("ready without a peer")
			}
			if err := push.Connect(must(pull.Bind(wildcard))(t).String()); err != nil {
				t.Fatal(err)
			}
			wantReady(t, writable, push, patterns.PollOut)
			sent := 0
			for ; ready(writable) == patterns.PollOut; sent++ {
				var m zmq.Message
				m.Append(make([]byte, 1<<20))
				if err := push.TrySend(&m); err != nil {
					t.Fatalf("ready, and then %v", err)
				}
				if sent > 1000 {
					t.Fatal("never full")
				}
			}
			again := make(chan error)
			go func() {
				_, err := writable.Wait(ctx)
				again <- err
			}()
			var m zmq.Message
			for range sent {
				wantReady(t, readable, pull, patterns.PollIn)
				wantReady(t, readable, pull, patterns.PollIn) // still
				if err := pull.TryRecv(&m); err != nil {
					t.Fatalf("ready, and then %v", err)
				}
			}
			if err := <-again; err != nil {
				t.Error(err)
			}
			if r := ready(readable); r != 0 {
				t.Errorf("ready for %d, and all is received", r)
			}
		})
	}
}

// TestPollSelect waits for a socket and a Go channel at once.
func TestPollSelect(t *testing.T) {
	in, ctx := patterns.InContext(newContext(t)), testContext(t)
	pull := must(patterns.NewPull(in))(t)
	push := must(patterns.NewPush(in))(t)
	if err := push.Connect(must(pull.Bind("inproc://select"))(t).String()); err != nil {
		t.Fatal(err)
	}
	p := patterns.NewPoller()
	defer p.Close()
	if err := p.Add(pull, patterns.PollIn); err != nil {
		t.Fatal(err)
	}
	const messages = 100
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range messages {
			if err := push.SendBytes(ctx, []byte("x")); err != nil {
				t.Error(err)
			}
		}
	}()
	var m zmq.Message
	received := 0
	for done != nil || received < messages {
		select {
		case <-p.C():
			for range p.Ready() {
				if err := pull.TryRecv(&m); err != nil { // one; the others are told of again
					t.Fatal(err)
				}
				received++
			}
		case <-done:
			done = nil
		case <-ctx.Done():
			t.Fatalf("%d received", received)
		}
	}
}

// TestPollErrors asks a poller for what is not to be had.
func TestPollErrors(t *testing.T) {
	in := patterns.InContext(newContext(t))
	pull, push := must(patterns.NewPull(in))(t), must(patterns.NewPush(in))(t)
	p := patterns.NewPoller()
	defer p.Close()
	if err := p.Add(pull, patterns.PollOut); !errors.Is(err, zmq.ErrState) {
		t.Errorf("PULL for sending: %v", err)
	}
	if err := p.Add(push, patterns.PollIn|patterns.PollOut); !errors.Is(err, zmq.ErrState) {
		t.Errorf("PUSH for receiving: %v", err)
	}
	over, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("enough")
	cancel(cause)
	if _, err := p.Wait(over); !errors.Is(err, cause) {
		t.Errorf("wait without sockets: %v", err)
	}
	if err := p.Add(pull, patterns.PollIn); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Wait(over); !errors.Is(err, cause) {
		t.Errorf("wait without a message: %v", err)
	}
	go pull.Close()
	wantReady(t, p, pull, patterns.PollIn)
	if r, err := p.Wait(over); err != nil || len(r) != 1 {
		t.Errorf("ready beats done: %v, %v", r, err)
	}
	p.Remove(pull)
	if r := p.Ready(); r != nil {
		t.Errorf("ready after the removal: %v", r)
	}
}

// TestPollStates follows sockets whose readiness depends on whose turn it is.
func TestPollStates(t *testing.T) {
	in, ctx := patterns.InContext(newContext(t)), testContext(t)
	req, rep := must(patterns.NewReq(in))(t), must(patterns.NewRep(in))(t)
	const both = patterns.PollIn | patterns.PollOut
	asks, answers := patterns.NewPoller(), patterns.NewPoller()
	defer asks.Close()
	defer answers.Close()
	for _, err := range []error{asks.Add(req, both), answers.Add(rep, both)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := req.Connect(must(rep.Bind("tcp://127.0.0.1:*"))(t).String()); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		wantReady(t, asks, req, patterns.PollOut)
		if r := ready(answers); r != 0 {
			t.Fatalf("REP is ready for %d without a request", r)
		}
		if err := req.SendBytes(ctx, []byte("?")); err != nil {
			t.Fatal(err)
		}
		if r := ready(asks); r != 0 {
			t.Fatalf("REQ is ready for %d without a reply", r)
		}
		wantReady(t, answers, rep, patterns.PollIn)
		must(rep.Recv(ctx))(t)
		wantReady(t, answers, rep, patterns.PollOut)
		if err := rep.SendBytes(ctx, []byte("!")); err != nil {
			t.Fatal(err)
		}
		wantReady(t, asks, req, patterns.PollIn)
		must(req.Recv(ctx))(t)
	}
}

// TestPollSubscriptions looks at sockets that receive only what they want.
func TestPollSubscriptions(t *testing.T) {
	in, ctx := patterns.InContext(newContext(t)), testContext(t)
	xpub := must(patterns.NewXPub(in))(t)
	sub := must(patterns.NewSub(in))(t)
	tells, gets := patterns.NewPoller(), patterns.NewPoller()
	defer tells.Close()
	defer gets.Close()
	for _, err := range []error{tells.Add(xpub, patterns.PollIn), gets.Add(sub, patterns.PollIn)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := sub.Connect(must(xpub.Bind("tcp://127.0.0.1:*"))(t).String()); err != nil {
		t.Fatal(err)
	}
	for _, topic := range []string{"a", "b"} {
		if err := sub.Subscribe(topic); err != nil {
			t.Fatal(err)
		}
		wantReady(t, tells, xpub, patterns.PollIn)
		must(xpub.Recv(ctx))(t)
	}
	if err := xpub.SendBytes(ctx, []byte("a1"), []byte("body")); err != nil {
		t.Fatal(err)
	}
	wantReady(t, gets, sub, patterns.PollIn)
	if err := sub.Unsubscribe("a"); err != nil {
		t.Fatal(err)
	}
	if r := ready(gets); r != 0 {
		t.Errorf("ready for %d, though nothing matches any more", r)
	}
	if err := xpub.SendBytes(ctx, []byte("b1")); err != nil {
		t.Fatal(err)
	}
	wantReady(t, gets, sub, patterns.PollIn)
	if m := must(sub.Recv(ctx))(t); string(m.Frame(0)) != "b1" {
		t.Errorf("received %q", m.Frame(0))
	}
}

// TestPollPair looks at the type with one peer.
func TestPollPair(t *testing.T) {
	in, ctx := patterns.InContext(newContext(t)), testContext(t)
	a, b := must(patterns.NewPair(in))(t), must(patterns.NewPair(in))(t)
	p := patterns.NewPoller()
	defer p.Close()
	if err := p.Add(a, patterns.PollIn|patterns.PollOut); err != nil {
		t.Fatal(err)
	}
	if r := ready(p); r != 0 {
		t.Fatalf("ready for %d without a peer", r)
	}
	if err := b.Connect(must(a.Bind("tcp://127.0.0.1:*"))(t).String()); err != nil {
		t.Fatal(err)
	}
	wantReady(t, p, a, patterns.PollOut)
	if err := b.SendBytes(ctx, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := p.Add(a, patterns.PollIn); err != nil {
		t.Fatal(err)
	}
	wantReady(t, p, a, patterns.PollIn)
	must(a.Recv(ctx))(t)
	if r := ready(p); r != 0 {
		t.Fatalf("ready for %d", r)
	}
}
