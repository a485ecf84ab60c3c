package proptest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// send sends messages, until one is refused.
func (w *world) send(s Step) error {
	sock, ok := w.places[s.Who].end.(trySender)
	if !ok {
		return nil
	}
	if w.lockStep() {
		if err := w.alone(s.Who); err != nil {
			return err
		}
	}
	b := w.twin.base()
	defer w.burst()()
	for range max(s.N, 1) {
		w.abreast()
		if err := w.gather(); err != nil {
			return err
		}
		n := name{s.Who, len(b.entries[s.Who])}
		frames := w.twin.compose(s, n)
		if frames == nil {
			return nil
		}
		m := zmq.NewMessage(frames...)
		err := w.put(sock, n, m)
		w.note("  %v: %v", n, err)
		if (m.Len() == 0) != (err == nil) {
			return violates(NoInvention, "a message sent with error %v has %d frames left", err, m.Len())
		}
		if err := w.twin.sent(s, n, frames, err); err != nil {
			return err
		}
		if err != nil {
			return nil
		}
	}
	return nil
}

// recv receives up to n messages, and returns how many.
func (w *world) recv(i, n int) (got int, err error) {
	sock, ok := w.places[i].end.(tryReceiver)
	if !ok {
		return 0, nil
	}
	for got < n {
		w.abreast()
		m := new(zmq.Message)
		err := sock.TryRecv(m)
		probe := err == nil && isProbe(string(m.Frame(0)))
		if err := w.handled(i, m, err); err != nil {
			return got, err
		}
		if err != nil {
			return got, nil
		}
		if !probe {
			got++
		}
	}
	return got, nil
}

// handled tells the twin what a receive without waiting has come to.
func (w *world) handled(i int, m *zmq.Message, err error) error {
	if err != nil {
		w.note("  %d: %v", i, err)
		return w.twin.nothing(i, err)
	}
	w.twin.base().quiet = w.twin.base().quiet && w.medium.Local
	frames := framesOf(m)
	m.Release()
	if err := w.decide(i, frames[0]); err != nil {
		return err
	}
	if isProbe(frames[0]) {
		return nil
	}
	w.taken++
	w.note("  %d received %s", i, brief(strings.Join(frames, " ")))
	return w.twin.received(i, frames)
}

// decide subscribes the peer of a manual XPUB to what it asks for, or not.
func (w *world) decide(i int, notice string) error {
	pub, ok := w.places[i].end.(*patterns.XPub)
	if !ok || w.h.Sockets[i].Mode != Manual || notice == "" || forbidden(notice[1:]) {
		return nil
	}
	if notice[0] == 1 {
		return pub.Subscribe(notice[1:])
	}
	return pub.Unsubscribe(notice[1:])
}

// put sends, mostly without waiting; and if not, only as long as it takes to be
// sure that it has to wait.
func (w *world) put(sock trySender, n name, m *zmq.Message) error {
	waits, ok := sock.(ctxSender)
	if !ok || n.seq%4 != int(w.h.Seed>>8%4) {
		return sock.TrySend(m)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	over := make(chan error, 1)
	go func() { over <- sendWaiting(ctx, waits, n, m) }()
	if w.medium.Virtual {
		synctest.Wait()
	} else {
		giveUp := time.AfterFunc(5*time.Millisecond, cancel) // a real network
		defer giveUp.Stop()
		return asTried(<-over)
	}
	cancel()
	return asTried(<-over)
}

// sendWaiting sends m, by turns as it is and as a batch of one.
func sendWaiting(ctx context.Context, sock ctxSender, n name, m *zmq.Message) error {
	all, ok := sock.(interface {
		SendAll(context.Context, *zmq.Batch) error
	})
	if !ok || n.seq%8 < 4 {
		return sock.Send(ctx, m)
	}
	var b zmq.Batch
	b.AppendMessage(m.Clone())
	err := all.SendAll(ctx, &b)
	if left := b.Len(); left == 1 != (err != nil) {
		return fmt.Errorf("%d messages left in a batch of one: %w", left, err)
	}
	if err == nil {
		m.Reset()
	}
	return err
}

// asTried returns what an attempt without waiting says in the place of a wait
// that was given up.
func asTried(err error) error {
	if errors.Is(err, context.Canceled) {
		return zmq.ErrAgain
	}
	return err
}

func (w *world) subscribe(i int, topic string, on bool) error {
	sock, ok := w.places[i].end.(subscriber)
	if !ok || !subscribes(w.h.Sockets[i].Kind) {
		return nil
	}
	if err := w.alone(i); err != nil {
		return err
	}
	w.twin.subscribe(i, topic, on)
	if x, ok := sock.(trySender); ok && w.h.Seed%2 == 0 { // an XSUB may as well send what it asks for
		octet := map[bool]string{true: "\x01", false: "\x00"}
		return x.TrySend(zmq.NewMessage(octet[on] + topic))
	}
	if on {
		return sock.Subscribe(topic)
	}
	return sock.Unsubscribe(topic)
}
