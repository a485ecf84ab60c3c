package pipeline

import (
	"context"
	"sync"
	"time"

	"github.com/zeroactor/zmq/ypipe"
)

// An edge is a queue between two stages. Its writer is the stage before it, its
// reader the one after it, each one goroutine at a time.
type edge[T any] struct {
	from, to *stage
	capacity int
	flow     *ypipe.Flow[T]
	readable chan struct{} // a token for the reader; of all its edges, if it has several
	writable chan struct{} // a token for the writer; of all its edges, if any of them will do
	lazy     bool          // the writer flushes before it waits for anything

	// Reader only.
	view []T // items of the flow at hand
	at   int // those before it are done with

	mu      sync.Mutex // guards the rest
	closed  bool       // nothing is written any more
	killed  bool       // nobody waits here any more
	refused bool       // the reader wants no more
	blocked int64      // times that the writer waited
	starved int64      // times that the reader waited
}

func newEdge[T any](from, to *stage, readable, writable chan struct{}) *edge[T] {
	e := &edge[T]{from: from, to: to, capacity: to.buffer, readable: readable, writable: writable}
	e.flow = ypipe.NewFlow[T](to.buffer, func() { wake(e.readable) }, func() { wake(e.writable) })
	return e
}

// wake gives a token, unless there is one.
func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// put passes an item on. It waits while the edge is full, and returns false
// if it was killed meanwhile. Writer only.
func (e *edge[T]) put(v T) bool {
	if e.flow.Full() && !e.waitForRoom() {
		return false
	}
	e.flow.Write(v)
	if e.lazy {
		e.flow.FlushLazily()
	} else {
		e.flow.Flush()
	}
	return true
}

func (e *edge[T]) waitForRoom() bool {
	e.flow.Flush()
	for {
		if e.held() {
			return false
		}
		<-e.writable
		if !e.flow.Full() {
			return true
		}
	}
}

// held counts that the writer has to wait, and reports whether it must not, as the edge was
// killed. Writer only.
func (e *edge[T]) held() (killed bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.blocked++
	return e.killed
}

// close says that nothing comes any more. Writer only.
func (e *edge[T]) close() {
	e.flow.Flush()
	e.mu.Lock()
	e.closed = true
	e.mu.Unlock()
	wake(e.readable)
}

// kill wakes both ends, and lets none of them wait again. Any goroutine may call it.
func (e *edge[T]) kill() {
	e.mu.Lock()
	e.killed = true
	e.mu.Unlock()
	wake(e.readable)
	wake(e.writable)
}

// look returns true if there are items at hand: view[at:]. Otherwise there are
// none now, or, if over, never more. Reader only.
func (e *edge[T]) look() (some, over bool) {
	if e.at < len(e.view) {
		return true, false
	}
	e.done()
	if e.view = e.flow.View(); e.view != nil {
		return true, false
	}
	e.mu.Lock()
	closed, killed := e.closed, e.killed
	e.starved++
	e.mu.Unlock()
	if closed {
		// What was published before the end may have come since the look.
		e.view = e.flow.View()
	}
	return e.view != nil, killed || closed && e.view == nil
}

// done takes the items that are done with off the edge.
func (e *edge[T]) done() {
	if e.view != nil {
		e.flow.Take(e.at)
		e.view, e.at = nil, 0
	}
}

// more waits until there are items at hand, and returns false if there are none
// and never will be, or the stage is killed. Reader only.
func (e *edge[T]) more(ctx context.Context) bool {
	for {
		some, over := e.look()
		if some {
			return ctx.Err() == nil
		}
		if over {
			return false
		}
		<-e.readable
	}
}

// moreBefore is more until the alarm: it then returns late.
func (e *edge[T]) moreBefore(ctx context.Context, alarm <-chan time.Time) (some, late bool) {
	for {
		select {
		case <-alarm:
			return false, true
		default:
		}
		some, over := e.look()
		if some || over {
			return some && ctx.Err() == nil, false
		}
		select {
		case <-e.readable:
		case <-alarm:
			return false, true
		}
	}
}

// refuse makes dead letters of all that comes, until the end.
func (e *edge[T]) refuse(ctx context.Context, reason error) {
	for e.more(ctx) {
		for ; e.at < len(e.view); e.at++ {
			e.to.p.dead(e.to, e.view[e.at], reason)
		}
	}
}

// sweep makes dead letters of what is there. Both ends must be at rest.
func (e *edge[T]) sweep(reason error) {
	for {
		if some, _ := e.look(); !some {
			return
		}
		for ; e.at < len(e.view); e.at++ {
			e.to.p.dead(e.to, e.view[e.at], reason)
		}
	}
}

// setRefused says that the reader wants no more. Any goroutine may call it.
func (e *edge[T]) setRefused() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.refused = true
}

func (e *edge[T]) isRefused() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.refused
}

func (e *edge[T]) ends() (from, to *stage) { return e.from, e.to }

func (e *edge[T]) stats() EdgeStats {
	written, taken := e.flow.Counts()
	e.mu.Lock()
	defer e.mu.Unlock()
	return EdgeStats{
		From: e.from.name, To: e.to.name, Capacity: e.capacity,
		Written: written, Taken: taken, Blocked: e.blocked, Starved: e.starved,
	}
}
