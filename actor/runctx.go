package actor

import (
	"context"
	"sync"
	"time"

	"github.com/zeroactor/zmq/mailbox"
)

// A runCtx is the context of one incarnation. Most actors never wait for theirs,
// so it makes the real one when it is asked for what only that can answer.
type runCtx struct {
	core  *core
	begun time.Time

	pass  pass // owned by the activation
	baton mailbox.Baton[core]

	mu     sync.Mutex
	inner  context.Context
	cancel context.CancelCauseFunc
	cause  error // why it is done, or nil
}

type callerKey struct{}

// callerOf returns the incarnation that ctx belongs to, or nil.
func callerOf(ctx context.Context) *runCtx {
	if r, ok := ctx.(*runCtx); ok {
		return r
	}
	r, _ := ctx.Value(callerKey{}).(*runCtx)
	return r
}

// of reports whether r is an incarnation of c.
func (r *runCtx) of(c *core) bool { return r != nil && r.core == c }

// Apart returns ctx for a goroutine that an actor has started and does not wait for: what
// is done with it is not taken for the actor's own doing, which must not wait for
// itself. It is done when ctx is.
func Apart(ctx context.Context) context.Context {
	return context.WithValue(ctx, callerKey{}, (*runCtx)(nil))
}

func (r *runCtx) real() context.Context {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.inner == nil {
		r.inner, r.cancel = context.WithCancelCause(r.core.sup.sys.base)
		if r.cause != nil {
			r.cancel(r.cause)
		}
	}
	return r.inner
}

// end makes the context done.
func (r *runCtx) end(cause error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cause != nil {
		return
	}
	r.cause = cause
	if r.cancel != nil {
		r.cancel(cause)
	}
}

func (r *runCtx) Deadline() (time.Time, bool) { return time.Time{}, false }
func (r *runCtx) Done() <-chan struct{}       { return r.real().Done() }

func (r *runCtx) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cause != nil {
		return context.Canceled
	}
	return nil
}

func (r *runCtx) Value(key any) any {
	if _, ok := key.(callerKey); ok {
		return r
	}
	return r.real().Value(key)
}
