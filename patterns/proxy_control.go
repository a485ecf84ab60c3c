package patterns

import (
	"context"
	"fmt"
	"sync"

	"github.com/zeroactor/zmq"
)

// A ProxyCount counts messages.
type ProxyCount struct{ Messages, Frames, Bytes int64 }

// A ProxySide counts what a proxy has received from a socket, and sent over it.
type ProxySide struct{ Received, Sent ProxyCount }

// ProxyStats are the counters of a proxy since it began.
type ProxyStats struct{ Front, Back ProxySide }

// What a proxy is told to do.
type proxyState int

const (
	proxyRuns proxyState = iota
	proxyPauses
	proxyTerminates
)

// A ProxyControl controls one call of [Proxy], to which it is given with
// [Controlled]. The zero value is ready for use, also before the proxy begins.
// All methods may be called by several goroutines at once.
type ProxyControl struct {
	mu      sync.Mutex
	state   proxyState
	stats   ProxyStats
	used    bool
	ctx     context.Context // of the proxy; nil before it begins
	running context.Context // of the proxy as long as it is not told otherwise
	stop    context.CancelFunc
	pumps   int
	parked  int    // pumps that pause
	told    signal // the state has changed
	quiet   signal // a pump has parked, or the proxy ended
}

// A signal is for those who wait for something to change. It is guarded by the
// lock that guards that.
type signal struct{ c chan struct{} }

// next returns a channel that is closed at the next change.
func (s *signal) next() chan struct{} {
	if s.c == nil {
		s.c = make(chan struct{})
	}
	return s.c
}

func (s *signal) broadcast() {
	if s.c != nil {
		close(s.c)
		s.c = nil
	}
}

// Pause makes the proxy stop receiving. It returns when the proxy has
// delivered all that it had received before, or has ended; or when ctx is done,
// with its cause, and the proxy will still pause. A proxy that has not begun
// will begin with the pause.
func (c *ProxyControl) Pause(ctx context.Context) error {
	c.tell(proxyPauses)
	for {
		c.mu.Lock()
		done := c.state != proxyPauses || c.parked == c.pumps
		changed := c.quiet.next()
		c.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Resume ends a pause.
func (c *ProxyControl) Resume() { c.tell(proxyRuns) }

// Terminate makes the proxy deliver what it has received, and return nil. It
// does not wait for that.
func (c *ProxyControl) Terminate() { c.tell(proxyTerminates) }

// Statistics returns what the proxy has counted.
func (c *ProxyControl) Statistics() ProxyStats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stats
}

func (c *ProxyControl) tell(state proxyState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == proxyTerminates || c.state == state {
		return
	}
	c.state = state
	c.follow()
}

// follow makes the pumps see what the state is. The lock is held.
func (c *ProxyControl) follow() {
	switch {
	case c.ctx == nil:
	case c.state == proxyRuns:
		c.running, c.stop = context.WithCancel(c.ctx)
	default:
		c.stop()
	}
	c.told.broadcast()
	c.quiet.broadcast()
}

// begin tells that a proxy begins.
func (c *ProxyControl) begin(ctx context.Context, pumps int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.used {
		return fmt.Errorf("%w: the control is that of another proxy", zmq.ErrState)
	}
	c.used, c.ctx, c.pumps = true, ctx, pumps
	c.running, c.stop = context.WithCancel(ctx)
	if c.state != proxyRuns {
		c.stop()
	}
	return nil
}

// end tells that the proxy has ended.
func (c *ProxyControl) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stop()
	c.ctx, c.pumps = nil, 0
	c.quiet.broadcast()
}

// enter is called by a pump with nothing in hand. It returns a context that is
// done when the pump is to call it again, after a pause if there is one; or nil
// if the pump is to end.
func (c *ProxyControl) enter(ctx context.Context, m *pump) (context.Context, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.state == proxyPauses {
		c.parked++
		c.quiet.broadcast()
		err := c.await(ctx, m)
		c.parked--
		if err != nil {
			return nil, err
		}
	}
	if c.state == proxyTerminates {
		return nil, nil
	}
	return c.running, nil
}

// await waits until the state changes. The lock is held, but not meanwhile.
func (c *ProxyControl) await(ctx context.Context, m *pump) error {
	changed := c.told.next()
	c.mu.Unlock()
	defer c.mu.Lock()
	select {
	case <-changed:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-m.source.node.Done():
	case <-m.sink.node.Done():
	}
	return zmq.ErrClosed
}

// count adds to a counter.
func (c *ProxyControl) count(to *ProxyCount, sizes []ProxyCount) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range sizes {
		to.Messages++
		to.Frames += s.Frames
		to.Bytes += s.Bytes
	}
}
