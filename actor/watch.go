package actor

import (
	"fmt"
	"slices"
)

// A watcher is to be told when an actor has ended.
type watcher struct{ tell func(err error) }

// watch has tell called when c has ended for good; at once if it has already. It
// returns what takes that back.
func (c *core) watch(tell func(err error)) (cancel func()) {
	w := &watcher{tell}
	c.node.mu.Lock()
	if c.told {
		err := c.failure()
		c.node.mu.Unlock()
		tell(err)
		return func() {}
	}
	rare := c.seldom()
	rare.watchers = append(rare.watchers, w)
	c.node.mu.Unlock()
	return func() {
		c.node.mu.Lock()
		defer c.node.mu.Unlock()
		rare.watchers = slices.DeleteFunc(rare.watchers, func(x *watcher) bool { return x == w })
	}
}

// tellWatchers says that c ends with err.
func (c *core) tellWatchers(err error) {
	var all []*watcher
	c.node.mu.Lock()
	c.told = true
	if err != nil {
		c.seldom().err = err
	}
	if c.rare != nil {
		all, c.rare.watchers = c.rare.watchers, nil
	}
	c.node.mu.Unlock()
	for _, w := range all {
		w.tell(err)
	}
}

// Watch has self get the message that note makes when the actor to has ended, for
// good; at once if it has. The message goes past the mailbox. err is what the actor
// ended with: nil if it was done or stopped as asked. note is called once, by any goroutine.
// cancel takes the watch back; it does nothing to a message that is on its way. If self has ended by then, the message
// is a dead letter. The error is [ErrNoActor] for a zero Ref, or [ErrSpec] if note is nil, wrapped.
func Watch[M, W any](self Ref[M], to Ref[W], note func(err error) M) (cancel func(), err error) {
	if self.c == nil || to.c == nil {
		return nil, fmt.Errorf("watch: %w", ErrNoActor)
	}
	if note == nil {
		return nil, fmt.Errorf("watch: %w: no function makes the message", ErrSpec)
	}
	return to.c.watch(func(err error) { self.c.deliver(note(err)) }), nil
}

// Link makes each of two actors share the other's failure: if one ends, for good and
// with an error, the other is killed; at once if it has ended so already. Restarts don't count. cancel takes that
// back. The error is [ErrNoActor], wrapped, for a zero Ref.
func Link[A, B any](a Ref[A], b Ref[B]) (cancel func(), err error) {
	if a.c == nil || b.c == nil {
		return nil, fmt.Errorf("link: %w", ErrNoActor)
	}
	one := a.c.core.link(&b.c.core)
	two := b.c.core.link(&a.c.core)
	return func() { one(); two() }, nil
}

func (c *core) link(other *core) (cancel func()) {
	return c.watch(func(err error) {
		if err != nil {
			other.node.kill(fmt.Errorf("%w: linked to %s: %w", ErrKilled, c.path(), err))
		}
	})
}
