package actor

import (
	"fmt"
	"time"
)

// A Timer gives its actor messages, past the mailbox. It ends with the incarnation of
// the actor that it was made for.
type Timer struct {
	core  *core
	clock *time.Timer
	every time.Duration // 0: once
	next  time.Time     // when the next tick is due; owned by the activation
	over  bool          // guarded by core.node.mu
}

// Stop ends the timer. It reports whether that prevents a message, which it does
// until the actor has it in its hand. Any goroutine may call it.
func (t *Timer) Stop() bool {
	t.core.node.mu.Lock()
	defer t.core.node.mu.Unlock()
	was := t.over
	t.end()
	return !was
}

// end stops the clock. core.node.mu is held.
func (t *Timer) end() {
	t.over = true
	t.clock.Stop()
	if t.core.rare != nil {
		delete(t.core.rare.timers, t)
	}
}

// stopTimers ends all timers. node.mu is held.
func (c *core) stopTimers() {
	if c.rare == nil {
		return
	}
	for t := range c.rare.timers {
		t.end()
	}
}

// due reports whether the timer still counts; one that rings once is over then.
func (t *Timer) due() bool {
	t.core.node.mu.Lock()
	defer t.core.node.mu.Unlock()
	if t.over {
		return false
	}
	if t.every == 0 {
		t.end()
		return true
	}
	now := time.Now()
	for t.next = t.next.Add(t.every); !t.next.After(now); {
		t.next = t.next.Add(t.every * max(1, now.Sub(t.next)/t.every))
	}
	t.clock.Reset(t.next.Sub(now))
	return true
}

// newTimer makes the timer, whose ring is called by the activation when it rings.
func newTimer[M any](self Ref[M], d, every time.Duration, ring func()) (*Timer, error) {
	c := self.c
	if c == nil {
		return nil, ErrNoActor
	}
	t := &Timer{core: &c.core, every: every}
	c.node.mu.Lock()
	defer c.node.mu.Unlock()
	if c.node.state == ended {
		return nil, fmt.Errorf("timer of %s: %w", c.path(), ErrStopped)
	}
	rare := c.seldom()
	if rare.timers == nil {
		rare.timers = make(map[*Timer]struct{})
	}
	rare.timers[t] = struct{}{}
	t.next = time.Now().Add(d)
	t.clock = time.AfterFunc(d, func() {
		c.node.turn()
		c.q.Post(func() {
			if t.due() {
				ring()
			}
		})
	})
	return t, nil
}

// After gives self the message m when d has passed; 0 or less is now. The error is
// [ErrNoActor] or [ErrStopped], wrapped.
func After[M any](self Ref[M], d time.Duration, m M) (*Timer, error) {
	return newTimer(self, d, 0, func() { self.c.push(item[M]{m: m}) })
}

// Every gives self the message m each time that d, which must be positive, has
// passed. A tick that finds the actor behind by whole periods stands for all of them. The
// error is [ErrSpec], [ErrNoActor] or [ErrStopped], wrapped.
func Every[M any](self Ref[M], d time.Duration, m M) (*Timer, error) {
	if d <= 0 {
		return nil, fmt.Errorf("ticker of %s: %w: a period of %v", self.Path(), ErrSpec, d)
	}
	return newTimer(self, d, d, func() { self.c.push(item[M]{m: m}) })
}

// ReceiveTimeout gives self the message m whenever no other has come from the mailbox
// for d, which must be positive: at the latest after twice that. The errors are those of
// [Every].
func ReceiveTimeout[M any](self Ref[M], d time.Duration, m M) (*Timer, error) {
	if d <= 0 {
		return nil, fmt.Errorf("receive timeout of %s: %w: %v", self.Path(), ErrSpec, d)
	}
	seen := int64(-1) // the first look only counts
	return newTimer(self, d, d, func() {
		if now := self.c.q.Taken(); now != seen {
			seen = now
			return
		}
		self.c.push(item[M]{m: m})
	})
}
