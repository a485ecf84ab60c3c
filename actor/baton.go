package actor

import "context"

// An actor that is woken by another one's message need not have a goroutine of its own: it
// is left in the other one's baton, and runs on its goroutine once that has nothing more to
// do. A token goes around a ring so in half the time. Where the other one has more to do,
// or waits for something that this package knows of, it is given a goroutine at once; where it does anything else
// for long, after mailbox.Patience.

// A pass is what an incarnation knows about its baton. It is owned by the activation.
type pass struct {
	open    bool
	shy     uint32 // messages for which the baton is to stay closed
	penalty uint32 // what shy was when somebody was left for too long, the last time
	proven  uint8  // how often since then somebody was not
}

const (
	leastPenalty = 64
	mostPenalty  = 1 << 20
	proofs       = 64 // how often nobody must be left for too long until the last time is forgotten
)

// punish has the baton be closed for a while, as somebody was left in it for too long: for
// longer each time, so that an actor that does so always costs its heirs no time in the end.
func (p *pass) punish() {
	p.penalty = min(max(2*p.penalty, leastPenalty), mostPenalty)
	p.shy = p.penalty
	p.proven = 0
}

// praise notes that somebody was not left for too long.
func (p *pass) praise() {
	if p.proven++; p.proven == proofs {
		p.penalty, p.proven = 0, 0
	}
}

// hasBaton reports whether takeBaton has nothing to do. It is what that begins with, to save the call.
func (r *runCtx) hasBaton() bool { return r.pass.open && !r.relay.Filled(&r.baton) }

// takeBaton opens the baton, before a message is handled. Who is in it already has waited for
// that long enough. It is called by the activation, as are heir and passOn.
func (r *runCtx) takeBaton() {
	switch {
	case r.pass.open:
		if r.relay.Filled(&r.baton) {
			r.passOn()
		}
	case r.relay == nil:
	case r.pass.shy > 0:
		r.pass.shy--
	default:
		r.relay.Open(&r.baton)
		r.pass.open = true
	}
}

// heir closes the baton, and returns who is to run next on this goroutine, if somebody is.
func (r *runCtx) heir() *core {
	if r == nil || !r.pass.open {
		return nil
	}
	r.pass.open = false
	heir, late := r.relay.Close(&r.baton)
	switch {
	case late:
		r.pass.punish()
	case heir != nil:
		r.pass.praise()
	}
	return heir
}

// passOn closes the baton, and gives a goroutine to who is in it.
func (r *runCtx) passOn() {
	if heir := r.heir(); heir != nil {
		heir.node.body.start()
	}
}

// passOnEarly is passOn for any goroutine, which is about to wait on behalf of r, if that is not nil. The baton stays open.
func (r *runCtx) passOnEarly() {
	if r == nil || r.relay == nil {
		return
	}
	if heir := r.relay.Take(&r.baton); heir != nil {
		heir.node.body.start()
	}
}

// leftTo leaves c, which was asleep and has been given a message, to the actor whose context
// ctx is. If it returns false, nobody has c run yet.
func (c *core) leftTo(ctx context.Context) bool {
	r, ok := ctx.(*runCtx)
	if !ok || r.core.sup.sys != c.sup.sys {
		return false
	}
	return r.relay != nil && r.relay.Leave(&r.baton, c)
}
