package proptest

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/internal/wait"
)

// errGivenUp is the cause of contexts that end because a history says so.
var errGivenUp = errors.New("given up")

// A waiter is a goroutine that waits for messages, while the history goes on. A
// socket that somebody waits at works in other ways than one that is asked now
// and then, and so nothing must depend on how it is used.
type waiter struct {
	give context.CancelCauseFunc
	over chan struct{} // closed when it has ended

	mu  sync.Mutex
	got [][]string // not told to the twin yet
	err error      // what has ended it; nil if it has all it wanted
}

// await begins to wait for n messages.
func (w *world) await(i, n int) error {
	sock, ok := w.places[i].end.(ctxReceiver)
	if !ok || !w.mayWait(i) {
		return nil
	}
	if w.lockStep() {
		n = 1
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	r := &waiter{give: cancel, over: make(chan struct{})}
	p := w.places[i]
	p.waiters = append(p.waiters, r)
	w.awaited++
	way := w.awaited % 4
	go func() {
		defer close(r.over)
		for got := 0; got < n; {
			m, err := receive(ctx, sock, way, n-got)
			r.take(m, err)
			if err != nil {
				return
			}
			got += len(m)
		}
	}()
	return w.gather()
}

// lockStep reports whether sockets have turns.
func (w *world) lockStep() bool { return w.h.Pattern == "reqrep" }

// mayWait reports whether one more goroutine may wait at a socket. Where the
// twin cannot know who was first there is one at a time.
func (w *world) mayWait(i int) bool {
	const most = 3
	if w.twin.base().isGate(i) {
		return false
	}
	waiting := len(w.places[i].waiters)
	if t, ok := w.twin.(*reqrepTwin); ok {
		turn := t.asks(i) && t.waits[i] != nil || !t.asks(i) && t.heard[i] == nil
		return turn && waiting == 0
	}
	if kind := w.h.Sockets[i].Kind; kind == "XPUB" || kind == "PUB" {
		return false // the world takes the notices itself
	}
	if w.h.Pattern == "stream" {
		return waiting == 0 // bytes have no order but that in which they are received
	}
	return waiting == 0 || w.medium.Virtual && waiting < most
}

// receive waits for at least one message, in one of several ways.
func receive(ctx context.Context, sock ctxReceiver, way, most int) ([]*zmq.Message, error) {
	batcher, ok := sock.(interface {
		RecvBatch(context.Context, []*zmq.Message) (int, error)
	})
	all, _ := sock.(interface {
		RecvAll(context.Context, *zmq.Batch) error
	})
	switch {
	case way == 1 && ok:
		batch := make([]*zmq.Message, min(most, 4))
		for i := range batch {
			batch[i] = new(zmq.Message)
		}
		n, err := batcher.RecvBatch(ctx, batch)
		return batch[:n], err
	case way == 3 && all != nil:
		var b zmq.Batch
		err := all.RecvAll(ctx, &b)
		defer b.Release()
		return unpacked(&b), err
	case way == 2: // a context of its own for each call
		own, cancel := context.WithCancel(ctx)
		defer cancel()
		ctx = own
	}
	m, err := sock.Recv(ctx)
	if err != nil {
		return nil, err
	}
	return []*zmq.Message{m}, nil
}

// unpacked returns copies of the messages of a batch.
func unpacked(b *zmq.Batch) (messages []*zmq.Message) {
	m := new(zmq.Message)
	for body, more := range b.Frames() {
		if m.Append(body); !more {
			messages = append(messages, m)
			m = new(zmq.Message)
		}
	}
	return messages
}

func (r *waiter) take(messages []*zmq.Message, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
	for _, m := range messages {
		r.got = append(r.got, framesOf(m))
		m.Release()
	}
}

// gather tells the twin what all waiters have received. In virtual time that is
// all that could be; on a real network some may be on its way yet.
func (w *world) gather() error {
	if w.medium.Virtual && w.awaited > 0 {
		synctest.Wait()
	}
	for i := range w.places {
		if _, err := w.gatherOf(i); err != nil {
			return err
		}
	}
	return nil
}

// gatherOf is gather of one socket, and returns how many messages that were.
func (w *world) gatherOf(i int) (got int, err error) {
	p := w.places[i]
	var all [][]string
	var ends []error
	many := len(p.waiters) > 1
	p.waiters = slices.DeleteFunc(p.waiters, func(r *waiter) bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		all = append(all, r.got...)
		r.got = nil
		select {
		case <-r.over:
			ends = append(ends, r.err)
			return true
		default:
			return false
		}
	})
	if many { // who was first among them cannot be told
		slices.SortStableFunc(all, func(a, b []string) int { return cmp.Compare(seqOf(a), seqOf(b)) })
	}
	for _, frames := range all {
		if isProbe(frames[0]) {
			continue
		}
		got++
		w.taken++
		w.note("  %d, waiting, received %s", i, brief(strings.Join(frames, " ")))
		if err := w.twin.received(i, frames); err != nil {
			return got, err
		}
	}
	if got > 0 {
		b := w.twin.base()
		b.quiet = b.quiet && w.medium.Local
	}
	for _, err := range ends {
		if err := w.ended(i, err); err != nil {
			return got, err
		}
	}
	return got, nil
}

// seqOf returns the number that a message has among those of its sender.
func seqOf(frames []string) int {
	const most = 2 // addresses, or a topic, before the name
	for _, f := range frames[:min(most+1, len(frames))] {
		if n, ok := parseName(f); ok {
			return n.seq
		}
	}
	return -1
}

// ended checks why a waiter has ended.
func (w *world) ended(i int, err error) error {
	alive := w.twin.base().alive[i]
	switch {
	case err == nil, errors.Is(err, errGivenUp):
		return nil
	case errors.Is(err, zmq.ErrClosed) && !alive:
		return nil
	case errors.Is(err, zmq.ErrAgain), errors.Is(err, context.Canceled):
		return violates(Waiting, "socket %d waits for a message, and is told: %v", i, err)
	}
	w.note("  %d, waiting: %v", i, err)
	return w.twin.nothing(i, err)
}

// giveUp ends the wait of the first most waiters of a socket.
func (w *world) giveUp(i, most int) error {
	p := w.places[i]
	for _, r := range p.waiters[:min(most, len(p.waiters))] {
		r.give(errGivenUp)
		if _, ended := wait.For(r.over, w.patience); !ended {
			return violates(Cancellation, "a receive of socket %d does not end with its context", i)
		}
	}
	_, err := w.gatherOf(i)
	return err
}

// noneWaits has it that the waits at a socket that is being closed end by that.
func (w *world) noneWaits(i int) error {
	for _, r := range w.places[i].waiters {
		if _, ended := wait.For(r.over, w.patience); !ended {
			return violates(Cancellation, "a receive of socket %d does not end with the socket", i)
		}
	}
	_, err := w.gatherOf(i)
	return err
}

// alone ends all waits at a socket on a real network, before something is done
// that the twin must be told of in its order with what they receive.
func (w *world) alone(i int) error {
	if w.medium.Virtual {
		return nil
	}
	return w.giveUp(i, len(w.places[i].waiters))
}

// attended holds, when everything is where it stays, that nobody waits for what
// is there. Whoever asks without waiting makes the connection be read, and so
// wakes those who would have slept on.
func (w *world) attended() error {
	if err := w.gather(); err != nil {
		return err
	}
	asked := false
	for i, p := range w.places {
		if len(p.waiters) == 0 || w.lockStep() || !w.twin.base().alive[i] {
			continue
		}
		m := new(zmq.Message)
		if err := p.end.(tryReceiver).TryRecv(m); err == nil {
			return violates(Waiting, "somebody waits at socket %d, and there is %s", i, brief(strings.Join(framesOf(m), " ")))
		}
		asked = true
	}
	if !asked {
		return nil
	}
	before := w.traffic()
	w.settleVirtual()
	for i := range w.places {
		n, err := w.gatherOf(i)
		if err != nil {
			return err
		}
		if n > 0 && w.traffic() == before {
			return violates(Waiting, "at socket %d %d messages are waited for, and come only when somebody asks in another way", i, n)
		}
	}
	return nil
}

// awaitRest has somebody wait at each socket for all that is still to come, if
// the history is one in which goroutines wait, and in the end nobody. It reports
// whether something has not come by then.
func (w *world) awaitRest() (stalled bool, err error) {
	if w.awaited == 0 {
		return false, nil
	}
	if w.lockStep() { // there all depends on the answers
		return false, w.allGiveUp()
	}
	if err := w.settle(); err != nil {
		return false, err
	}
	for i := range w.places {
		if !w.twin.base().alive[i] {
			continue
		}
		if err := w.alone(i); err != nil { // it may want too little
			return false, err
		}
		if err := w.await(i, math.MaxInt); err != nil {
			return false, err
		}
	}
	const fewRounds = 10 // those who wait skip by themselves what is not for them
	patience := wait.New(w.patience)
	for rounds := 0; w.awaits(); rounds++ {
		if w.medium.Virtual && rounds > fewRounds || !w.medium.Virtual && patience.Over() {
			stalled = true
			break
		}
		if w.medium.Virtual {
			w.settleVirtual()
		} else {
			time.Sleep(time.Millisecond) // a real network
		}
		if err := w.gather(); err != nil {
			return false, err
		}
	}
	return stalled, w.allGiveUp()
}

func (w *world) allGiveUp() error {
	for i, p := range w.places {
		if err := w.giveUp(i, len(p.waiters)); err != nil {
			return err
		}
	}
	return nil
}
