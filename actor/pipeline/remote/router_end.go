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

// A routerEnd is the end of an edge, a ROUTER, by which items leave a process: it hands
// them out as a [Map] does, and keeps each until it has been taken.
type routerEnd[T any] struct {
	*crossing
	d *dispatcher[T, pipeline.None]
}

func newRouterEnd[T any](x *crossing, packer Packer[T]) *routerEnd[T] {
	d := &dispatcher[T, pipeline.None]{site: x.site, name: x.name, book: newBook[T]()}
	d.pack = packer.Pack
	d.result = func(context.Context, T, []byte) error { return nil } // whoever says so, it is taken
	return &routerEnd[T]{x, d}
}

// ready makes the socket, before anything runs.
func (r *routerEnd[T]) ready() (err error) {
	if r.d.router, err = newRouter(r.site); err != nil {
		return err
	}
	r.site.sockets = append(r.site.sockets, r.d.router)
	r.count(1)
	return r.bind(r.d.router)
}

func (r *routerEnd[T]) run(ctx context.Context, port pipeline.Port[T, pipeline.None]) error {
	defer r.count(-1)
	r.d.port = port
	r.d.alone = func(since time.Time) error {
		switch {
		case r.isRefused() || port.Cause() != nil:
			return errGivenUp
		case time.Since(since) > r.site.patience():
			return fmt.Errorf("edge %q: %w for %v", r.name, ErrNoPeer, r.site.patience())
		}
		return nil
	}
	r.d.reason = func() string {
		if cause := port.Cause(); cause != nil && !errors.Is(cause, ErrNoPeer) {
			return cause.Error()
		}
		return ""
	}
	if err := r.d.dispatchAll(ctx); !errors.Is(err, errGivenUp) {
		return err
	}
	return nil // why is known
}

// A dealerEnd is the end of an edge, a DEALER, by which items come to a process.
type dealerEnd[T any] struct {
	*crossing
	packer Packer[T]

	dealer *patterns.Dealer
	port   pipeline.Port[pipeline.None, T]
	met    bool   // something has come
	taken  []byte // numbers of items that are, which the other side is still to be told
	late   lateness
}

// ready makes the socket, before anything runs.
func (e *dealerEnd[T]) ready() (err error) {
	if e.dealer, err = newDealer(e.site); err == nil {
		e.site.sockets = append(e.site.sockets, e.dealer)
	}
	return err
}

// run gives what comes, until the other side has ended.
func (e *dealerEnd[T]) run(ctx context.Context, port pipeline.Port[pipeline.None, T]) error {
	e.port = port
	if !e.site.gate.wait(port.Told()) {
		return nil
	}
	if err := e.dealer.Connect(e.endpoint()); err != nil {
		return err
	}
	inner, cancel := context.WithCancel(ctx)
	var signs sync.WaitGroup
	signs.Go(func() { giveSigns(inner, e.site, e.dealer, e.window()) })
	err := e.take(ctx)
	cancel()
	signs.Wait()
	if err != nil || !e.met {
		e.dealer.CloseNow()
		return err
	}
	e.dealer.Close() // what is dropped are signs of life, or answers that nobody takes
	return nil
}

// take takes items until the other side has ended, or this one is to.
func (e *dealerEnd[T]) take(ctx context.Context) error {
	heard, looks := time.Now(), 0
	for {
		m, err := e.recv(ctx)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err == nil:
			e.met, heard, looks = true, time.Now(), 0
			if over, err := e.note(ctx, m); over || err != nil {
				return err
			}
		case !errors.Is(err, errAwait):
			return err
		default:
			looks++
		}
		switch told := e.port.Told(); {
		case told.Err() != nil && (!e.isWhole() || !errors.Is(context.Cause(told), pipeline.ErrDraining)):
			e.refuse()
			if err := e.tell(ctx); err != nil {
				return err
			}
			return e.dealer.Send(ctx, note{kind: kindBye}.message(nil))
		case e.isWhole() && !e.givesHere() && err != nil:
			return nil // it has failed, and that is known
		case !e.met && e.late.look(ctx, e.site):
			return nil
		case time.Since(heard) <= e.site.patience() || looks <= signsPerQuiet: // also if this process stood still
		case !e.met:
			return fmt.Errorf("edge %q: %w for %v", e.name, ErrNoPeer, e.site.patience())
		default:
			return e.port.Trouble(ctx, fmt.Errorf("edge %q: %w for %v", e.name, ErrPeerLost, e.site.patience()))
		}
	}
}

// recv waits for a message, but not for long: else the error is errAwait.
func (e *dealerEnd[T]) recv(ctx context.Context) (*zmq.Message, error) {
	m := new(zmq.Message)
	if err := e.dealer.TryRecv(m); !errors.Is(err, zmq.ErrAgain) {
		return m, err
	}
	if err := e.tell(ctx); err != nil {
		return nil, err
	}
	within, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	if told := e.port.Told(); told.Err() == nil {
		defer context.AfterFunc(told, cancel)()
	}
	err := e.dealer.RecvInto(within, m)
	if err != nil && within.Err() != nil {
		return nil, errAwait
	}
	return m, err
}

// note deals with what the other side says.
func (e *dealerEnd[T]) note(ctx context.Context, m *zmq.Message) (over bool, err error) {
	defer m.Release()
	switch n, ok := parseHeader(m, 0); {
	case ok && n.kind == kindEnd && m.Len() == 2:
		if reason := m.Frame(1); len(reason) > 0 && !e.isWhole() { // here it is known
			return true, e.port.Trouble(ctx, fmt.Errorf("edge %q: %w: %s", e.name, ErrCutShort, reason))
		}
		return true, nil
	case ok && n.kind == kindTask:
		v, err := e.packer.Unpack(m, 1)
		if err != nil {
			return false, e.dealer.Send(ctx, note{kindFailed, n.number, fmt.Appendf(nil, "edge %q: decode: %v", e.name, err)}.message(nil))
		}
		if err := e.port.Give(ctx, v); err != nil {
			return false, err
		}
		e.taken = binary.BigEndian.AppendUint64(e.taken, n.number)
		if len(e.taken)/8 >= (e.window()+1)/2 {
			return false, e.tell(ctx) // before the other side has to wait for it
		}
	}
	return false, nil
}

// window is how many items may be on the way to this end.
func (e *dealerEnd[T]) window() int { return min(e.wire.buffer(), maxWindow) }

// tell tells the other side which items have been taken.
func (e *dealerEnd[T]) tell(ctx context.Context) error {
	if len(e.taken) == 0 {
		return nil
	}
	defer func() { e.taken = e.taken[:0] }()
	return e.dealer.Send(ctx, note{kind: kindTaken, body: e.taken}.message(nil))
}
