package remote

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/actor/pipeline"
)

// An end that waits for the other side looks after firstGlance, and then in growing
// steps up to glance.
const (
	firstGlance = time.Millisecond
	glance      = 100 * time.Millisecond
)

// errGivenUp ends waits for the other side, as the pipeline is to end anyway.
var errGivenUp = errors.New("remote: given up")

// A giver is the end of an edge, a PUSH or a PUB, by which items leave a process.
type giver[T any] struct {
	*crossing
	packer Packer[T]

	end  end
	sock sender
	port pipeline.Port[T, pipeline.None]

	index int    // of the stream, among those that the edge joins
	id    uint64 // what the other side knows it by
	given uint64 // items
	m     zmq.Message
}

// ready makes the socket, before anything runs.
func (g *giver[T]) ready() (err error) {
	if g.sock, err = g.newSender(); err != nil {
		return err
	}
	g.site.sockets = append(g.site.sockets, g.sock)
	g.end.crossing, g.end.sock, g.end.binds = g.crossing, g.sock, g.wire.binds(bindFrom)
	g.id = rand.Uint64()
	g.count(1)
	if g.end.binds {
		return g.bind(g.sock)
	}
	g.site.gate.add()
	if !g.isWhole() && !g.end.isInproc() {
		g.site.exits = append(g.site.exits, exit{g.crossing, g.index})
	}
	return nil
}

// run gives all that comes, and says that it was all.
func (g *giver[T]) run(ctx context.Context, port pipeline.Port[T, pipeline.None]) error {
	g.port = port
	defer g.count(-1)
	watching, stop := context.WithCancel(ctx)
	defer g.end.watchers.Wait()
	defer stop()
	defer g.sock.CloseNow() // if it has not been closed
	g.end.watch(watching)
	err := g.begin(ctx)
	if !g.end.binds {
		g.site.gate.done()
	}
	for err == nil {
		v, ok := port.Take(ctx)
		if !ok {
			break
		}
		err = g.give(ctx, v)
	}
	if err == nil {
		err = g.finish(ctx)
	}
	if errors.Is(err, errGivenUp) {
		return nil // what comes is refused, and why is known
	}
	return err
}

// begin waits for as many at the other side as there must be before anything is given. One
// that connects says that it is there: the other side then waits for its end.
func (g *giver[T]) begin(ctx context.Context) error {
	wanted := 1
	switch {
	case g.wire.Kind == Pub:
		wanted = max(1, g.wire.Receivers)
	case g.end.binds:
		return nil // sending waits
	}
	if !g.end.binds {
		if err := g.sock.Connect(g.endpoint()); err != nil {
			return err
		}
	}
	began := time.Now()
	err := g.await(ctx, func() error {
		n := g.end.peers()
		if n < wanted && time.Since(began) > g.site.patience() {
			return fmt.Errorf("edge %q: %w: %d of %d came in %v", g.name, ErrNoPeer, n, wanted, g.site.patience())
		}
		if n < wanted {
			return errAwait
		}
		return nil
	})
	if err != nil || g.end.binds {
		return err
	}
	head{kindHello, g.id, uint64(g.index)}.appendTo(&g.m)
	return g.send(ctx)
}

// errAwait is what is returned by what await is to call again.
var errAwait = errors.New("remote: not yet")

// await calls look until it returns something else than errAwait. It gives up when the pipeline is to end before
// its time and nobody is there.
func (g *giver[T]) await(ctx context.Context, look func() error) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for wait := firstGlance; ; wait = min(2*wait, glance) {
		select {
		case <-timer.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if err := look(); !errors.Is(err, errAwait) {
			return err
		}
		if g.end.peers() == 0 && (g.isRefused() || g.port.Cause() != nil) {
			return errGivenUp
		}
		timer.Reset(wait)
	}
}

// give gives one item. The error ends the stage.
func (g *giver[T]) give(ctx context.Context, v T) error {
	defer g.m.Reset() // does nothing if it has been sent
	head{kindItem, g.id, g.given}.appendTo(&g.m)
	if err := g.packer.Pack(&g.m, v); err != nil {
		return g.port.Failed(ctx, v, fmt.Errorf("edge %q: encode: %w", g.name, err))
	}
	if err := g.send(ctx); err != nil {
		if ctx.Err() != nil || errors.Is(err, errGivenUp) {
			g.port.Dead(v, pipeline.ErrEnded)
			return err
		}
		return g.port.Failed(ctx, v, err)
	}
	g.given++
	return nil
}

// send sends m. It waits while those at the other side have no room, and for somebody to
// be there no longer than the site has patience.
func (g *giver[T]) send(ctx context.Context) error {
	isPub := g.wire.Kind == Pub // which would send to nobody without a word
	if !isPub || g.end.peers() > 0 {
		if err := g.sock.TrySend(&g.m); !errors.Is(err, zmq.ErrAgain) {
			return err
		}
	}
	return g.await(ctx, func() error {
		d, _ := g.end.alone()
		switch {
		case d > g.site.patience():
			return g.end.errAlone(g.site.patience())
		case isPub && g.end.peers() == 0:
			return errAwait
		}
		within, cancel := context.WithTimeout(ctx, glance)
		defer cancel()
		err := g.sock.Send(within, &g.m)
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			return errAwait
		}
		return err
	})
}

// finish tells the other side that there will be no more, and why if that is before its
// time, and hands over all.
func (g *giver[T]) finish(ctx context.Context) error {
	reason := ""
	if cause := g.port.Cause(); cause != nil && !errors.Is(cause, ErrNoPeer) {
		reason = cause.Error()
	}
	var lost int64
	var err error
	if g.end.binds {
		lost = g.sock.Stats().Dropped
		err = g.tellAll(ctx, reason)
	} else {
		lost, err = g.tellOne(ctx, reason)
	}
	if lost > 0 && err == nil {
		err = g.port.Trouble(ctx, fmt.Errorf("edge %q: %w with receivers that are gone: %d at least", g.name, ErrItemsLost, lost))
	}
	return err
}

func (g *giver[T]) over(reason string) {
	g.m.Reset()
	head{kindOver, g.id, g.given}.appendTo(&g.m)
	g.m.AppendString(reason)
}

// tellAll tells each receiver, which leaves when it hears of it: so it goes on until none
// is there. What is told comes behind all that the receiver has been given.
func (g *giver[T]) tellAll(ctx context.Context, reason string) error {
	return g.await(ctx, func() error {
		n := g.end.peers()
		switch d, met := g.end.alone(); {
		case n == 0 && (met || d > g.site.patience()):
			return nil
		case n > 0 && g.wire.Kind == Pub:
			n = 1 // goes to all
		}
		for range n {
			g.over(reason)
			if err := g.sock.TrySend(&g.m); errors.Is(err, zmq.ErrAgain) {
				break
			} else if err != nil {
				return err
			}
		}
		return errAwait
	})
}

// tellOne tells the only receiver, and returns how many items it cannot be given.
func (g *giver[T]) tellOne(ctx context.Context, reason string) (lost int64, err error) {
	g.over(reason)
	err = g.await(ctx, func() error {
		if d, _ := g.end.alone(); d > g.site.quiet() {
			return nil // who wants to know?
		}
		err := g.sock.TrySend(&g.m)
		if errors.Is(err, zmq.ErrAgain) {
			return errAwait
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	if g.end.peers() == 0 {
		g.sock.SetLinger(g.site.quiet())
	}
	defer context.AfterFunc(ctx, func() { g.sock.CloseNow() })()
	if g.sock.Close() == nil {
		return 0, nil
	}
	return g.sock.Stats().Dropped - 1, nil // the last one is what was to be told
}
