package remote

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/actor/pipeline"
)

// A taker is the end of an edge, a PULL or a SUB, by which items come to a process.
type taker[T any] struct {
	*crossing
	packer Packer[T]

	end  end
	sock receiver
	port pipeline.Port[pipeline.None, T]
	m    zmq.Message

	givers map[uint64]*source // those that are known
	heard  map[uint64]bool    // streams that the edge joins of which one has been heard
	over   overs              // of these, those of which one has ended as there was no more
	late   lateness           // of one that connects
	ended  int                // of these, those that have ended
	lost   int                // of these, those that are gone without having ended

	missed  time.Time // since when some are gone without having ended
	settled bool      // all had ended or were lost, and were gone, when last looked
}

// A source is what a taker knows of a giver.
type source struct {
	first, got uint64 // number of the first item, and how many came
	heard      bool   // first is known
	stream     int    // which of those that the edge joins it is; -1 if it has not said
	ended      bool
}

// ready makes the socket, before anything runs.
func (t *taker[T]) ready() (err error) {
	if t.sock, err = t.newReceiver(); err != nil {
		return err
	}
	t.site.sockets = append(t.site.sockets, t.sock)
	t.end.crossing, t.end.sock, t.end.binds = t.crossing, t.sock, t.wire.binds(bindTo)
	t.givers, t.heard = make(map[uint64]*source), make(map[uint64]bool)
	if t.end.binds {
		return t.bind(t.sock)
	}
	return nil
}

// run gives what comes, until all that give have ended.
func (t *taker[T]) run(ctx context.Context, port pipeline.Port[pipeline.None, T]) error {
	t.port = port
	watching, stop := context.WithCancel(ctx)
	defer t.end.watchers.Wait()
	defer stop()
	defer t.sock.CloseNow() // nothing is sent
	defer t.m.Release()
	t.end.watch(watching)
	if !t.end.binds {
		// What is given to us may have results: who takes those is to know of us before.
		if !t.site.gate.wait(port.Told()) {
			return nil
		}
		if err := t.sock.Connect(t.endpoint()); err != nil {
			return err
		}
	}
	for {
		over, err := t.step(ctx)
		if over || err != nil {
			return err
		}
	}
}

// step takes one message, or looks how things stand if there is none.
func (t *taker[T]) step(ctx context.Context) (over bool, err error) {
	err = t.sock.TryRecv(&t.m)
	if errors.Is(err, zmq.ErrAgain) {
		if over, err := t.look(ctx); over || err != nil {
			return over, err
		}
		err = t.recv(ctx)
	}
	switch {
	case errors.Is(err, errAwait):
		return false, nil
	case err != nil:
		return false, err
	}
	t.settled = false
	if err := t.take(ctx); err != nil {
		return false, err
	}
	switch {
	case !t.end.binds && t.ended > 0:
		return true, t.miss(ctx, len(t.givers)-t.ended-t.lost) // one that was there before
	case t.isToLeave():
		return true, t.leave(ctx)
	}
	return false, nil
}

// recv waits for a message, but not for long.
func (t *taker[T]) recv(ctx context.Context) error {
	wait := glance
	if t.ended+t.lost == len(t.givers) {
		wait = firstGlance // for those who have ended to be gone
	}
	within, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	if told := t.port.Told(); told.Err() == nil {
		defer context.AfterFunc(told, cancel)()
	}
	err := t.sock.RecvInto(within, &t.m)
	if err != nil && within.Err() != nil && ctx.Err() == nil {
		return errAwait
	}
	return err
}

// take deals with a message.
func (t *taker[T]) take(ctx context.Context) error {
	defer t.m.Reset()
	h, ok := headOf(&t.m)
	if !ok {
		t.site.log("%s: a message that makes no sense was passed over", t.name)
		return nil
	}
	g := t.givers[h.giver]
	if g == nil {
		g = &source{stream: -1}
		t.givers[h.giver] = g
	}
	if h.kind == kindHello {
		t.heard[h.number] = true
		g.heard, g.stream = true, int(min(h.number, pipeline.MaxParallel)) // from its first item on
	}
	if h.kind == kindItem {
		if !g.heard {
			g.heard, g.first = true, h.number
		}
		g.got++
		v, err := t.packer.Unpack(&t.m, 1)
		if err != nil {
			return t.port.Trouble(ctx, fmt.Errorf("edge %q: decode: %w", t.name, err))
		}
		return t.port.Give(ctx, v)
	}
	if h.kind == kindOver && !g.ended {
		g.ended = true
		t.ended++
		if reason := string(t.m.Frame(1)); reason != "" {
			return t.close(ctx, g, h.number, reason)
		}
		if g.stream >= 0 && t.over.add(g.stream) {
			_ = t.sock.SetMetadata(overProperty, t.over.String()) // if it is too long, who comes late waits
		}
		return t.close(ctx, g, h.number, "")
	}
	return nil
}

// close looks at what a giver says at its end: how much it has given, and why it was cut
// short. Who is one of several receivers in turn cannot know how much of it was for others.
func (t *taker[T]) close(ctx context.Context, g *source, given uint64, reason string) error {
	var err error
	if whole := t.end.binds || t.wire.Kind == Pub; whole && g.heard && given > g.first+g.got {
		err = t.port.Trouble(ctx, fmt.Errorf("edge %q: %w: %d", t.name, ErrItemsLost, given-g.first-g.got))
	}
	if reason != "" && err == nil && !t.isWhole() { // here it is known
		err = t.port.Trouble(ctx, fmt.Errorf("edge %q: %w: %s", t.name, ErrCutShort, reason))
	}
	return err
}

// look looks how things stand when there is no message.
func (t *taker[T]) look(ctx context.Context) (over bool, err error) {
	if t.isToLeave() {
		return true, t.leave(ctx)
	}
	if t.end.binds {
		return t.lookAtAll(ctx)
	}
	switch d, met := t.end.alone(); {
	case d > 0 && t.isWhole() && !t.givesHere():
		return true, nil // it has failed, and that is known
	case !met && t.late.look(ctx, t.site):
		return true, nil
	case !met && d > t.site.patience():
		return true, t.end.errAlone(t.site.patience())
	case met && d > t.site.quiet():
		return true, t.port.Trouble(ctx, t.end.errAlone(t.site.quiet()))
	}
	return false, nil
}

// lookAtAll looks whether all of those that give have ended, or are lost: who is
// gone, and does not come again.
func (t *taker[T]) lookAtAll(ctx context.Context) (over bool, err error) {
	pipes := t.end.peers()
	open := len(t.givers) - t.ended - t.lost
	missing := open - pipes
	if missing <= 0 {
		t.missed = time.Time{}
	} else if t.missed.IsZero() {
		t.missed = time.Now()
	}
	switch d, _ := t.end.alone(); {
	case missing > 0 && t.isWhole() && t.port.Cause() != nil && !t.givesHere():
		return true, nil // they have failed, and that is known
	case missing > 0 && time.Since(t.missed) > t.site.quiet():
		return false, t.miss(ctx, missing)
	case len(t.givers) == 0 && t.isWhole() && !t.givesHere():
		return true, nil
	case len(t.givers) == 0 && d > t.site.patience():
		return true, t.end.errAlone(t.site.patience())
	}
	// What came before the last of them was gone is here: it has been looked for since.
	settled := len(t.heard) >= t.ins && open == 0 && pipes == 0 && !(t.isWhole() && t.givesHere())
	over, t.settled = t.settled && settled, settled
	return over, nil
}

// miss says that n of those that give are lost.
func (t *taker[T]) miss(ctx context.Context, n int) error {
	for range n {
		t.lost++
		if err := t.port.Trouble(ctx, fmt.Errorf("edge %q: %w", t.name, ErrPeerLost)); err != nil {
			return err
		}
	}
	return nil
}

// isToLeave reports whether the end is to end before those that give do. Where they are in
// the same process, and only drain, it waits for them.
func (t *taker[T]) isToLeave() bool {
	told := t.port.Told()
	if told.Err() == nil {
		return false
	}
	return !t.isWhole() || !errors.Is(context.Cause(told), pipeline.ErrDraining)
}

// leave gives what is here already. What is on its way is lost.
func (t *taker[T]) leave(ctx context.Context) error {
	away := t.sock.Disconnect
	if t.end.binds {
		away = t.sock.Unbind
	}
	t.refuse()
	_ = away(t.endpoint()) // it may have been lost
	for ctx.Err() == nil && t.sock.TryRecv(&t.m) == nil {
		if err := t.take(ctx); err != nil {
			return err
		}
	}
	return nil
}
