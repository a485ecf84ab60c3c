package actor

import (
	"context"
	"time"

	"github.com/zeroactor/zmq/mailbox"
)

// A runCtx is the context of one incarnation.
type runCtx struct {
	lazyCtx
	core  *core
	begun time.Time

	relay *mailbox.Relay[core] // the system's; nil: nobody passes a goroutine on
	pass  pass                 // owned by the activation
	baton mailbox.Baton[core]
}

func newRunCtx(c *core) *runCtx {
	y := c.sup.sys
	return &runCtx{lazyCtx: lazyCtx{base: y.base}, core: c, begun: time.Now(), relay: y.relay}
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

func (r *runCtx) Value(key any) any {
	if _, ok := key.(callerKey); ok {
		return r
	}
	return r.real().Value(key)
}
