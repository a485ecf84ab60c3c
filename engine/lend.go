package engine

import (
	"context"
	"errors"

	"github.com/zeroactor/zmq/mailbox"
)

// errUnfinished gives the role of the reader back to the connection's goroutine
// because there is something to do that may take long.
var errUnfinished = errors.New("unfinished")

// Read is for a receiver that found In empty: it waits for bytes of the peer's
// in the place of the connection's goroutine, and puts the messages into In. It
// returns when that may have something, when w is woken, which must have
// Interrupt for its OnWake, or when ctx is done. It reports false at once if
// the receiver has to wait for readable, because somebody else reads.
func (p *Port) Read(ctx context.Context, w *mailbox.Waiter) (done bool) {
	c := p.attached()
	return c != nil && ctx.Err() == nil && c.readFor(ctx, w)
}

// Interrupt makes Read return, if somebody waits in it.
func (p *Port) Interrupt() {
	if c := p.attached(); c != nil {
		c.role.interrupt()
	}
}

// Attend makes the connection read by itself, for whoever waits for messages in
// another way than with Read.
func (p *Port) Attend() {
	if c := p.attached(); c != nil {
		c.role.demand()
	}
}

// readFor is Read.
func (c *Conn) readFor(ctx context.Context, w *mailbox.Waiter) (done bool) {
	if !c.role.take() {
		return false
	}
	err := errUnfinished // of a panic
	defer func() { c.role.leave(err) }()
	defer c.contain()
	c.role.watch.begin(ctx)
	err = c.readOnce(ctx, w)
	c.role.watch.pause(ctx)
	return true
}

// readOnce parses what there was no room for, or else reads until the log has
// something, be it that this takes several reads, of a large frame.
func (c *Conn) readOnce(ctx context.Context, w *mailbox.Waiter) error {
	if done, err := c.parseBlocked(); done {
		return err
	}
	r := &c.reader
	written := c.port.In.Written()
	for c.port.In.Written() == written {
		n, err := c.role.wait(ctx, w)
		if n == 0 && err == nil {
			return nil // interrupted
		}
		if n > 0 {
			if done, err := c.receivedOnce(n); done || err != nil {
				return err
			}
		}
		if err != nil {
			return c.endOfInput(err)
		}
		if !r.body.begun() {
			return nil
		}
	}
	return nil
}

// receivedOnce deals with n bytes that a receiver has read. It reports whether
// there is nothing more to do for it.
func (c *Conn) receivedOnce(n int) (done bool, err error) {
	l := &c.reader.body
	if !l.begun() {
		if blocked, err := c.parseMore(n); err != nil || blocked {
			return true, err
		}
		return false, c.beginLarge()
	}
	if c.receivedBody(n); !l.whole() {
		return false, nil
	}
	if c.port.In.Full() && !c.reader.gone {
		return true, errUnfinished // the goroutine waits for room
	}
	c.endLarge()
	return true, nil
}

// parseBlocked parses the bytes that waited for room in the log, if any.
func (c *Conn) parseBlocked() (done bool, err error) {
	r := &c.reader
	r.parsing.Lock()
	defer r.parsing.Unlock()
	if !r.blocked {
		return false, nil
	}
	return true, c.parseNow()
}

// standBy waits as long as receivers use the role that was lent to them.
func (c *Conn) standBy() error {
	r := &c.role
	defer r.look.Stop()
	defer r.watch.end()
	draining, over := c.await(&c.draining), c.await(&c.over)
	for {
		select {
		case <-r.back:
			return c.takeOver()
		case <-r.look.C:
			if r.unused() {
				return c.takeOver()
			}
		case <-draining:
			draining = nil
			r.demand()
		case <-over:
			over = nil
			r.demand()
		}
	}
}

// takeOver begins where the last receiver has left off.
func (c *Conn) takeOver() error {
	err := c.role.takeErr()
	c.lastRead()
	if why := c.stopped(); why != nil {
		return why
	}
	if err != nil && err != errUnfinished {
		return err
	}
	return c.goOn()
}
