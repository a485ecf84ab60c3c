package actor

import (
	"context"
	"slices"
	"sync"
	"time"
)

// A lazyCtx is a context that makes the real one when it is asked for what only that can
// answer. Of those that run, most have only [AfterFunc] called, if anything: a
// connection's takes a kilobyte less.
type lazyCtx struct {
	base context.Context // has values, and is never done

	mu     sync.Mutex
	inner  context.Context // nil until it is wanted
	cancel context.CancelCauseFunc
	cause  error // why it is done, or nil
	after  []*func()
}

func (c *lazyCtx) real() context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inner == nil {
		c.inner, c.cancel = context.WithCancelCause(c.base)
		if c.cause != nil {
			c.cancel(c.cause)
		}
	}
	return c.inner
}

// end makes the context done, for the first of the causes given.
func (c *lazyCtx) end(cause error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cause != nil {
		return
	}
	c.cause = cause
	if c.cancel != nil {
		c.cancel(cause)
	}
	for _, f := range c.after {
		go (*f)()
	}
	c.after = nil
}

// AfterFunc is [context.AfterFunc]: it calls f on a goroutine of its own when ctx is done, unless stop was called
// before, which reports whether it has prevented that. With the context that a Run or an actor is given it takes
// less memory for as long as that is not used otherwise.
func AfterFunc(ctx context.Context, f func()) (stop func() bool) {
	if c, ok := ctx.(interface{ afterFunc(func()) func() bool }); ok {
		return c.afterFunc(f)
	}
	return context.AfterFunc(ctx, f)
}

// afterFunc calls f on a goroutine of its own when the context is done. stop reports
// whether it has kept it from that.
func (c *lazyCtx) afterFunc(f func()) (stop func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cause != nil {
		go f()
		return func() bool { return false }
	}
	c.after = append(c.after, &f)
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		i := slices.Index(c.after, &f)
		if i < 0 {
			return false
		}
		c.after = slices.Delete(c.after, i, i+1)
		return true
	}
}

func (c *lazyCtx) Deadline() (time.Time, bool) { return time.Time{}, false }
func (c *lazyCtx) Done() <-chan struct{}       { return c.real().Done() }
func (c *lazyCtx) Value(key any) any           { return c.real().Value(key) }

func (c *lazyCtx) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cause != nil {
		return context.Canceled
	}
	return nil
}
