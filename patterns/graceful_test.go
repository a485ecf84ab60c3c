package patterns_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// TestGracefulCloseLosesNothing closes a sender a thousand times over each
// network transport, while the receiver stands at its high-water mark and the
// sender has not read what was sent to it. What was sent must arrive, all of
// it, though the sender's close then meets unread bytes, which would make the
// system reset the connection and cut off its tail.
func TestGracefulCloseLosesNothing(t *testing.T) {
	runs := 1000
	if testing.Short() {
		runs = 50
	}
	for name, wildcard := range wildcards(t) {
		if name == "inproc" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			in := patterns.InContext(newContext(t))
			for run := range runs {
				gracefulClose(t, in, wildcard)
				if t.Failed() {
					t.Fatalf("in run %d", run)
				}
			}
		})
	}
}

func gracefulClose(t *testing.T, in patterns.Option, wildcard string) {
	ctx := testContext(t)
	receiver := must(patterns.NewDealer(in, patterns.RecvHWM(5), patterns.Linger(0)))(t)
	sender := must(patterns.NewDealer(in))(t)
	if err := sender.Connect(must(receiver.Bind(wildcard))(t).String()); err != nil {
		t.Fatal(err)
	}
	const messages = 200
	for i := range messages {
		if err := sender.SendBytes(ctx, fmt.Append(nil, i), make([]byte, 100)); err != nil {
			t.Fatal(err)
		}
	}
	for range 20 { // stay unread
		if err := receiver.SendBytes(ctx, make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
	}
	closed := make(chan error, 1)
	go func() { closed <- sender.Close() }()
	var m zmq.Message
	for i := range messages {
		if err := receiver.RecvInto(ctx, &m); err != nil {
			t.Fatalf("message %d: %v", i, err)
		}
		if string(m.Frame(0)) != fmt.Sprint(i) {
			t.Fatalf("message %d is %q", i, m.Frame(0))
		}
	}
	// Who asks without waiting makes the connection be read at once. Else the
	// sender's end would be seen 20 ms later, a thousand times.
	if err := receiver.TryRecv(&m); err == nil {
		t.Fatalf("%q was never sent", m.Frame(0))
	}
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	receiver.Close() // drops what nobody reads any more
}

// TestCloseWithNothingToHandOver closes sockets that have sent no message while
// their peer, which is connected, neither reads nor closes: their linger, which has
// no end, is not for that.
func TestCloseWithNothingToHandOver(t *testing.T) {
	type closer interface {
		kindSocket
		Close() error
		CloseNow() error
	}
	all := make(map[string]closer)
	ctx := testContext(t)
	for name, wildcard := range wildcards(t) {
		if name == "inproc" {
			continue
		}
		for _, k := range kindsOf(marks{1000, 1000}) {
			s := k.make(t, patterns.InContext(newContext(t)), patterns.Linger(-1)).(closer)
			events := newWatch(t, s.Monitor(ctx))
			dialPeer(t, must(s.Bind(wildcard))(t).String(), k.peer, "")
			events.until(patterns.HandshakeSucceeded)
			all[name+"/"+k.name] = s
		}
	}
	var closes sync.WaitGroup // at once: each waits a second for its peer's last words
	for name, s := range all {
		closes.Go(func() {
			closed := make(chan error, 1)
			go func() { closed <- s.Close() }()
			select {
			case err := <-closed:
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
			case <-ctx.Done():
				s.CloseNow()
				t.Errorf("%s waits for the peer", name)
			}
		})
	}
	closes.Wait()
}
