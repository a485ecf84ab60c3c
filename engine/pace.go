package engine

import (
	"context"
	"time"
)

// maxPace is how long a sender of large messages waits for the connection to
// catch up: a few times what it takes to write one.
const maxPace = time.Millisecond

// pacing is how senders of large messages are kept from running far ahead of
// the connection. Where they are stopped by the high-water mark alone, they fill
// a thousand buffers of fresh memory, which costs more than to write them: with
// few buffers on their way, each comes back while it is still in the cache.
// It is guarded by the port's mu.
type pacing struct {
	waits    bool          // a sender waits for progress
	stuck    bool          // there was none while one waited, nor since
	progress chan struct{} // one slot; made when first needed
	timer    *time.Timer   // of the last that waited, for the next one; nil while it is in use
}

// Pace waits until Out is consumed up to the position, for a short while at
// most. It does not wait for a connection that did not make any progress then.
// The caller must not hold the socket's turn.
func (p *Port) Pace(ctx context.Context, position int64) {
	p.pace(ctx, bound{slack: maxPace}, func() bool { return !p.Out.Consumed(position) })
}

// WaitIdle waits until there is a connection, and all that is in Out now, which is up to the
// position, has been written, but no longer than a message of that many bytes may take: then one can
// be written by its sender. That is longer while the system takes some of it. The turn must not be
// held.
func (p *Port) WaitIdle(ctx context.Context, position int64, size int) {
	p.pace(ctx, newBound(time.Now(), size), func() bool { return p.conn == nil || !p.Out.Consumed(position) })
}

// pace waits for that long at most, for as long as there is something to come, which is
// asked with mu held.
func (p *Port) pace(ctx context.Context, b bound, toCome func() bool) {
	p.mu.Lock()
	if (p.pacing.stuck || p.conn == nil) && !b.doubted() {
		p.mu.Unlock()
		return
	}
	if p.pacing.progress == nil {
		p.pacing.progress = make(chan struct{}, 1)
	}
	timer := p.pacing.timer
	p.pacing.timer = nil
	p.mu.Unlock()
	if timer == nil {
		timer = time.NewTimer(b.slack)
	} else {
		timer.Reset(b.slack)
	}
	defer p.endPace(timer)
	moves := false
	for p.awaitsProgress(toCome) {
		select {
		case <-p.pacing.progress:
			moves = true
			if now := time.Now(); b.moved(now) {
				timer.Reset(b.next.Sub(now))
			}
		case <-timer.C:
			p.mu.Lock()
			p.pacing.stuck = p.pacing.waits && !moves
			p.pacing.waits = false
			p.mu.Unlock()
			return
		case <-ctx.Done():
			return
		}
	}
}

func (p *Port) endPace(timer *time.Timer) {
	timer.Stop()
	p.mu.Lock()
	p.pacing.timer = timer
	p.mu.Unlock()
}

// awaitsProgress reports whether there is something to come, and asks to be told.
func (p *Port) awaitsProgress(toCome func() bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pacing.waits = toCome()
	return p.pacing.waits
}

// progressed is called when something of Out has been written, or can be from now on.
func (p *Port) progressed() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pacing.stuck = false
	if !p.pacing.waits {
		return
	}
	p.pacing.waits = false
	select {
	case p.pacing.progress <- struct{}{}:
	default:
	}
}

// stalled is called when nothing of Out could be written while a sender waited for that.
func (p *Port) stalled() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pacing.stuck = true
}
