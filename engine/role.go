package engine

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"github.com/zeroactor/zmq/mailbox"
)

// recall is how long the role of the reader may lie unused before the
// connection's goroutine takes it back. Until then bytes stay unread that no
// receiver waits for, so it bounds how late the end of a connection, a PING or
// a receiver that waits in another way are noticed; each look costs a wake-up.
const recall = 10 * time.Millisecond

// mostUnread is how long bytes may be there that nobody reads: the role was used
// when the goroutine has looked, and was not used any more after that.
const mostUnread = 2 * recall

const (
	// aheadMin is the size from which the time to read a frame counts against the time that
	// a receiver takes for what it does with it, and aheadAfter how long that may be: who
	// is busy for longer with aheadFrames of them, one after another, finds the next one read
	// already, by the goroutine. One alone says nothing: somebody else may have had the processor.
	aheadMin    = 256 << 10
	aheadAfter  = 50 * time.Microsecond
	aheadFrames = 3
)

// holders of the role.
const (
	byGoroutine = iota // the connection's own goroutine reads
	byNobody           // it stands by, and the next receiver to wait reads
	byReceiver         // a receiver reads
)

// A role is the right to read from a connection. It belongs to the connection's
// goroutine, which lends it to receivers: who waits for a message had better
// wait for the bytes, since to wake a goroutine from another costs more than
// all the rest. See docs/decisions/0004-waiting-for-bytes.md.
type role struct {
	conn *Conn
	back chan struct{} // the goroutine has the role again; one slot; nil before it was lent

	look *time.Timer // when the goroutine that stands by is to look; nil before that

	mu       sync.Mutex
	holder   int
	wanted   bool      // a receiver waits that would have read
	used     bool      // a receiver has read since the goroutine looked last
	looking  bool      // look is set
	recalled bool      // the goroutine is to have the role: as soon as it is given up, or to keep it
	inCall   bool      // the receiver waits for bytes
	poked    bool      // ... and has been interrupted
	left     time.Time // when a receiver left off behind a frame of aheadMin or more; else zero
	busy     int       // how many of those just read have kept a receiver busy for longer than aheadAfter
	err      error     // what made the receiver give the role back

	watch watch // of the context of the receiver that reads
}

func (r *role) init(c *Conn) {
	r.conn = c
	r.watch.interrupt = r.interrupt
}

// asked reports whether a receiver has found somebody else reading since it was
// asked last. It waits then, until it is woken.
func (r *role) asked() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	wanted := r.wanted
	r.wanted = false
	return wanted
}

// lend offers the role to receivers, unless one is asleep that might have to
// wait for ever for another to read, or somebody waits in another way since the
// last one asked for it.
func (r *role) lend() (lent bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.wanted || r.recalled {
		return false
	}
	if r.back == nil {
		r.back = make(chan struct{}, 1)
	}
	r.used = true
	r.holder = byNobody
	r.left = time.Time{} // who is woken now needs its time for that
	r.lookLater()
	return true
}

// lookLater makes the goroutine look whether the role lies unused.
func (r *role) lookLater() {
	r.looking = true
	if r.look == nil {
		r.look = time.NewTimer(recall)
	} else {
		r.look.Reset(recall)
	}
}

// take takes the role for a receiver, if it is on offer.
func (r *role) take() (taken bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.holder != byNobody {
		r.wanted = true
		r.recalled = r.recalled && r.holder == byReceiver
		return false
	}
	if r.left.IsZero() || time.Since(r.left) <= aheadAfter {
		r.busy = 0
	} else if r.busy++; r.busy == aheadFrames {
		r.busy = 0
		r.holder = byGoroutine
		r.back <- struct{}{}
		return false
	}
	r.holder, r.used = byReceiver, true
	return true
}

// leave ends what take began. With an error, the role goes back to the
// goroutine for good.
func (r *role) leave(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
	if err == nil && !r.recalled {
		r.holder = byNobody
		if r.left = (time.Time{}); r.conn.reader.large >= aheadMin {
			r.left = time.Now()
		}
		if !r.looking {
			r.lookLater()
		}
		return
	}
	r.holder = byGoroutine
	r.back <- struct{}{}
}

// unused takes the role back for the goroutine if no receiver has read lately.
// While one reads there is nothing to look for: it may wait for long, and the
// goroutine is not to be woken for that.
func (r *role) unused() (ours bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.holder == byReceiver:
		r.looking = false
	case r.holder == byNobody && r.used:
		r.used = false
		r.lookLater()
	case r.holder == byNobody:
		r.holder = byGoroutine
		return true
	}
	return false
}

// demand makes the role come back to the goroutine, which hears of it.
func (r *role) demand() {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch r.holder {
	case byGoroutine:
		r.recalled = true // it may be about to lend it
	case byNobody:
		r.holder = byGoroutine
		r.back <- struct{}{}
	case byReceiver:
		r.recalled = true
		r.poke()
	}
}

// wait reads into the log for the receiver w, and waits until there is
// something, w is woken or ctx is done.
func (r *role) wait(ctx context.Context, w *mailbox.Waiter) (n int, err error) {
	c := r.conn
	r.mu.Lock()
	r.inCall = true
	r.mu.Unlock()
	if !w.Woken() && ctx.Err() == nil { // or the interrupt may have come before
		n, err = c.reader.read(true)
	}
	r.mu.Lock()
	r.inCall = false
	poked := r.poked
	r.poked = false
	r.mu.Unlock()
	if poked {
		c.nc.SetReadDeadline(time.Time{})
		c.lastRead()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			err = nil
		}
	}
	return n, err
}

// takeErr returns what made the receiver give the role back, if it did.
func (r *role) takeErr() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	err := r.err
	r.err = nil
	return err
}

// interrupt ends the wait of the receiver that reads, if one waits.
func (r *role) interrupt() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.poke()
}

func (r *role) poke() {
	if r.inCall && !r.poked {
		r.poked = true
		r.conn.nc.SetReadDeadline(time.Unix(1, 0)) // has passed
	}
}

// setDeadline sets that of reading, unless there is an interrupt on its way:
// then lastRead is called again.
func (r *role) setDeadline(t time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.poked {
		r.conn.nc.SetReadDeadline(t)
	}
}

// A watch calls interrupt when a context is done. As receivers use the same
// context again and again, it stays registered with one that was used twice: a
// registration allocates. It belongs to the holder of a role.
type watch struct {
	interrupt func()
	done      <-chan struct{} // of the context used last
	stop      func() bool     // ends the registration with it; nil if there is none
}

func (w *watch) begin(ctx context.Context) {
	done := ctx.Done()
	if done == w.done && (done == nil || w.stop != nil) {
		return
	}
	if done != w.done {
		w.end()
	}
	if done != nil {
		w.stop = context.AfterFunc(ctx, w.interrupt)
	}
}

// pause ends the use of ctx by one receiver.
func (w *watch) pause(ctx context.Context) {
	if done := ctx.Done(); done != w.done {
		w.end()
		w.done = done
	}
}

func (w *watch) end() {
	if w.stop != nil {
		w.stop()
		w.stop = nil
	}
	w.done = nil
}
