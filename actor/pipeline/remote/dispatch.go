package remote

import (
	"context"
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

// A dispatcher is a stage whose work is done by others. Its run owns its state;
// two more goroutines only bring what comes.
type dispatcher[A, B any] struct {
	site  *Site
	stage Stage[A, B]
	port  pipeline.Port[A, B]

	router *patterns.Router
	book   book[A]
	ended  bool // the input has
}

func newDispatcher[A, B any](site *Site, stage Stage[A, B], port pipeline.Port[A, B]) *dispatcher[A, B] {
	return &dispatcher[A, B]{site: site, stage: stage, port: port, book: newBook[A]()}
}

func (d *dispatcher[A, B]) run(ctx context.Context) (err error) {
	opts := []patterns.RouterOption{patterns.RouterMandatory(true), patterns.Linger(d.site.quiet())}
	if d.site.Context != nil {
		opts = append(opts, patterns.InContext(d.site.Context))
	}
	if d.router, err = patterns.NewRouter(opts...); err != nil {
		return err
	}
	bound, err := d.router.Bind(d.site.Endpoints[d.stage.Name])
	if err != nil {
		return errors.Join(err, d.router.CloseNow())
	}
	if d.site.OnBound != nil {
		d.site.OnBound(d.stage.Name, bound.String())
	}
	err = d.dispatch(ctx)
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
	items, notes := make(chan A), make(chan *zmq.Message)
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
	for id := range d.book.workers {
		_ = d.router.Send(ctx, note{kind: kindEnd}.message([]byte(id))) // it may be gone
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
	body, err := d.stage.In.Append(nil, e.item)
	if err != nil {
		d.book.done(e.number)
		e.failed = fmt.Errorf("encode: %w", err)
		d.book.failed = append(d.book.failed, e)
		return
	}
	if err := d.router.Send(ctx, note{kindTask, e.number, body}.message([]byte(w.id))); err != nil {
		d.lose(w, err)
	}
}

// lose takes what a worker has for others to do.
func (d *dispatcher[A, B]) lose(w *member, why error) {
	n := d.book.lose(w)
	d.site.log("%s: lost a worker with %d items: %v", d.stage.Name, n, why)
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
			d.site.log("%s: a worker has joined, the number %d", d.stage.Name, len(d.book.workers))
		}
		_ = d.router.Send(ctx, note{kind: kindHeard}.message([]byte(id))) // if it is gone, look will see
	case kindResult:
		if e := d.book.done(n.number); e != nil { // nil: it was done by another one meanwhile
			r, err := d.stage.Out.Decode(n.body)
			if err != nil {
				return d.port.Failed(ctx, e.item, fmt.Errorf("decode the result: %w", err))
			}
			return d.port.Give(ctx, r)
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
