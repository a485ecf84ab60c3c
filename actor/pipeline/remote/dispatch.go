package remote

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/actor/pipeline"
	"github.com/zeroactor/zmq/patterns"
)

// maxWindow is how many items a worker may claim to take at a time: what a socket holds
// for a peer by default is more, so that sending one never waits.
const maxWindow = 512

// lookEvery is how soon it is noticed, at the latest, that a connection is lost.
const lookEvery = 250 * time.Millisecond

// brought is how many notes may wait for a dispatcher: with some, it need not change places with who brings
// them for each. Items wait where they are counted, on the edge.
const brought = 64

// A dispatcher hands a stage's items to others. Its run owns its state;
// two more goroutines only bring what comes.
type dispatcher[A, B any] struct {
	site *Site
	name string // of the stage or edge
	port pipeline.Port[A, B]

	pack   func(m *zmq.Message, v A) error                      // appends an item's frames
	result func(ctx context.Context, item A, body []byte) error // deals with what has become of an item
	alone  func(since time.Time) error                          // nil, or says when it is time to give up, as there is no worker
	reason func() string                                        // nil, or says why the end is before its time

	router *patterns.Router
	book   book[A]
	ended  bool      // the input has
	lonely time.Time // since when there is no worker; zero if there is one
}

func newDispatcher[A, B any](site *Site, stage Stage[A, B], port pipeline.Port[A, B]) *dispatcher[A, B] {
	d := &dispatcher[A, B]{site: site, name: stage.Name, port: port, book: newBook[A]()}
	d.pack = coder[A]{stage.In}.Pack
	d.result = func(ctx context.Context, item A, body []byte) error {
		r, err := stage.Out.Decode(body)
		if err != nil {
			return port.Failed(ctx, item, fmt.Errorf("decode the result: %w", err))
		}
		return port.Give(ctx, r)
	}
	return d
}

// newRouter makes the socket of a dispatcher.
func newRouter(site *Site) (*patterns.Router, error) {
	return patterns.NewRouter(append(common[patterns.RouterOption](site), patterns.RouterMandatory(true), patterns.Linger(site.quiet()))...)
}

func (d *dispatcher[A, B]) run(ctx context.Context) (err error) {
	if d.router, err = newRouter(d.site); err != nil {
		return err
	}
	bound, err := d.router.Bind(d.site.Stages[d.name])
	if err != nil {
		return errors.Join(err, d.router.CloseNow())
	}
	if d.site.OnBound != nil {
		d.site.OnBound(d.name, bound.String())
	}
	return d.dispatchAll(ctx)
}

// dispatchAll hands out all items, and closes the socket, which is bound.
func (d *dispatcher[A, B]) dispatchAll(ctx context.Context) error {
	err := d.dispatch(ctx)
	for item := range d.book.rest() {
		d.port.Dead(item, pipeline.ErrKilled)
	}
	if err != nil {
		return errors.Join(err, d.router.CloseNow())
	}
	d.router.Close() // what was dropped is an end that a worker does not hear of: it finds out
	return nil
}

// dispatch hands out items until all are done.
func (d *dispatcher[A, B]) dispatch(ctx context.Context) error {
	inner, cancel := context.WithCancel(ctx)
	items, notes := make(chan A), make(chan *zmq.Message, brought)
	var bringers sync.WaitGroup
	bringers.Go(func() { d.bringNotes(inner, notes) })
	bringers.Go(func() { d.bringItems(inner, items) })
	err := d.loop(ctx, items, notes)
	cancel()
	for v := range items { // after a failure, until the sources have been told to end
		d.port.Dead(v, err)
	}
	bringers.Wait()
	return err
}

// bringNotes brings what workers say, until ctx is done.
func (d *dispatcher[A, B]) bringNotes(ctx context.Context, notes chan<- *zmq.Message) {
	for {
		m, err := d.router.Recv(ctx)
		if err != nil {
			return
		}
		select {
		case notes <- m:
		case <-ctx.Done():
			return
		}
	}
}

// bringItems brings what comes on the stage's input, until it ends.
func (d *dispatcher[A, B]) bringItems(ctx context.Context, items chan<- A) {
	defer close(items)
	for {
		v, ok := d.port.Take(ctx)
		if !ok {
			return
		}
		items <- v
	}
}

func (d *dispatcher[A, B]) loop(ctx context.Context, items <-chan A, notes <-chan *zmq.Message) error {
	tick := time.NewTicker(min(lookEvery, d.site.quiet()/signsPerQuiet))
	defer tick.Stop()
	for !d.ended || !d.book.empty() {
		d.resend(ctx)
		from := items
		if d.ended || !d.book.hasRoom() {
			from = nil // a nil channel is never ready: the input waits
		}
		select {
		case v, more := <-from:
			if !more {
				d.ended = true
				break
			}
			d.send(ctx, d.book.add(v))
		case m := <-notes:
			if err := d.note(ctx, m); err != nil {
				return err
			}
		case <-tick.C:
			if err := d.look(ctx, notes); err != nil {
				return err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return d.farewell(ctx, notes)
}

// farewell tells the workers that there is no more to do, also those that are only just coming, until all
// have left.
func (d *dispatcher[A, B]) farewell(ctx context.Context, notes <-chan *zmq.Message) error {
	end := note{kind: kindEnd}
	if d.reason != nil {
		end.body = []byte(d.reason())
	}
	for id := range d.book.workers {
		_ = d.router.Send(ctx, end.message([]byte(id))) // it may be gone
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	over := time.Now().Add(d.site.quiet())
	for wait := firstGlance; time.Now().Before(over); {
		select {
		case m := <-notes:
			if n, ok := parse(m, 1); ok && n.kind == kindAlive && d.book.workers[string(m.Frame(0))] == nil {
				_ = d.router.Send(ctx, end.message(m.Frame(0)))
			}
			m.Release()
		case <-timer.C:
			if len(d.router.Peers()) == 0 {
				return nil
			}
			wait = min(2*wait, glance)
			timer.Reset(wait)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// resend gives items that came back to others.
func (d *dispatcher[A, B]) resend(ctx context.Context) {
	for d.book.hasRoom() {
		e := d.book.waiting()
		if e == nil {
			return
		}
		d.send(ctx, e)
	}
}

// send sends an item to the worker that has least to do.
func (d *dispatcher[A, B]) send(ctx context.Context, e *entry[A]) {
	w := d.book.assign(e)
	m := new(zmq.Message)
	m.AppendString(w.id)
	m.Append(note{kind: kindTask, number: e.number}.header())
	if err := d.pack(m, e.item); err != nil {
		m.Release()
		d.book.done(e.number)
		e.failed = fmt.Errorf("encode: %w", err)
		d.book.failed = append(d.book.failed, e)
		return
	}
	if err := d.router.Send(ctx, m); err != nil {
		m.Release()
		d.book.refuse(e) // what it has said is heard before it is called lost
	}
}

// lose takes what a worker has for others to do.
func (d *dispatcher[A, B]) lose(w *member, why error) {
	n := d.book.lose(w)
	d.site.log("%s: lost a worker with %d items: %v", d.name, n, why)
}

// note deals with what a worker says.
func (d *dispatcher[A, B]) note(ctx context.Context, m *zmq.Message) error {
	defer m.Release()
	if err := d.settle(ctx); err != nil {
		return err
	}
	n, ok := parse(m, 1)
	if !ok {
		return nil
	}
	id := string(m.Frame(0))
	d.book.heard(id)
	switch n.kind {
	case kindAlive:
		if d.book.join(id, int(min(n.number, maxWindow))) {
			d.site.log("%s: a worker has joined, the number %d", d.name, len(d.book.workers))
		}
		_ = d.router.Send(ctx, note{kind: kindHeard}.message([]byte(id))) // if it is gone, look will see
	case kindResult:
		if e := d.book.done(n.number); e != nil { // nil: it was done by another one meanwhile
			return d.result(ctx, e.item, n.body)
		}
	case kindTaken:
		for body := n.body; len(body) >= 8; body = body[8:] {
			d.book.done(binary.BigEndian.Uint64(body))
		}
	case kindBye:
		if w := d.book.workers[id]; w != nil {
			d.lose(w, errors.New("it has left"))
		}
	case kindFailed:
		if e := d.book.done(n.number); e != nil {
			return d.port.Failed(ctx, e.item, errors.New(string(n.body)))
		}
	}
	return nil
}

// settle deals with items that could not even be sent.
func (d *dispatcher[A, B]) settle(ctx context.Context) error {
	failed := d.book.failed
	d.book.failed = nil
	for i, e := range failed {
		if err := d.port.Failed(ctx, e.item, e.failed); err != nil {
			d.book.failed = failed[i+1:]
			return err
		}
	}
	return nil
}

// look looks for workers that are gone: not connected any more, or silent. What they
// have said by now is heard first.
func (d *dispatcher[A, B]) look(ctx context.Context, notes <-chan *zmq.Message) error {
	if err := d.settle(ctx); err != nil {
		return err
	}
	for heard := true; heard; {
		select {
		case m := <-notes:
			if err := d.note(ctx, m); err != nil {
				return err
			}
		default:
			heard = false
		}
	}
	if err := d.lookAlone(); err != nil {
		return err
	}
	connected := make(map[string]bool)
	for _, id := range d.router.Peers() {
		connected[string(id)] = true
	}
	for id, w := range d.book.workers {
		switch {
		case !connected[id]:
			d.lose(w, errors.New("its connection has ended"))
		case time.Since(w.last) > d.site.quiet() && w.looks > signsPerQuiet:
			d.lose(w, fmt.Errorf("it was silent for %v", d.site.quiet()))
		default:
			w.looks++
		}
	}
	return nil
}

// lookAlone looks whether it is time to give up, as nobody comes.
func (d *dispatcher[A, B]) lookAlone() error {
	switch {
	case len(d.book.workers) > 0:
		d.lonely = time.Time{}
		return nil
	case d.lonely.IsZero():
		d.lonely = time.Now()
	}
	if d.alone == nil {
		return nil
	}
	return d.alone(d.lonely)
}
