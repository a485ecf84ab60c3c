package patterns

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/zeroactor/zmq"
)

// A Receiver is a socket that receives messages in batches.
type Receiver interface {
	// RecvInto waits for a message and moves it into m.
	RecvInto(ctx context.Context, m *zmq.Message) error
	// RecvBatch waits for a message, and takes as many more as are there.
	RecvBatch(ctx context.Context, messages []*zmq.Message) (n int, err error)
}

// A Sender is a socket that sends messages in batches.
type Sender interface {
	// Send sends m; on success m is empty, on failure unchanged.
	Send(ctx context.Context, m *zmq.Message) error
	// SendBatch sends one message, and as many more as it can without waiting.
	SendBatch(ctx context.Context, messages []*zmq.Message) (n int, err error)
}

// A ProxyError is why a proxy has ended, and what it had in hand then: messages
// that it had received, and that the other socket did not take.
type ProxyError struct {
	Err   error
	Front []*zmq.Message // received from the back, for the front
	Back  []*zmq.Message // received from the front, for the back
}

func (e *ProxyError) Error() string {
	if n := len(e.Front) + len(e.Back); n > 0 {
		return fmt.Sprintf("zmq: proxy: %v; %d messages in hand", e.Err, n)
	}
	return fmt.Sprintf("zmq: proxy: %v", e.Err)
}

// Unwrap returns e.Err.
func (e *ProxyError) Unwrap() error { return e.Err }

// A ProxyOption is for [Proxy].
type ProxyOption func(*proxy)

// Capture makes a proxy send a copy of each message to s as well, before it
// forwards it. A proxy waits for s as it does for the others: a PUB never makes
// it wait. Copies that s does not take before ctx is done are dropped.
func Capture(s Sender) ProxyOption { return func(p *proxy) { p.capture = s } }

// Controlled puts a proxy under the control of c, which is for this one proxy.
func Controlled(c *ProxyControl) ProxyOption { return func(p *proxy) { p.control = c } }

// A proxy is one call of Proxy.
type proxy struct {
	capture Sender
	control *ProxyControl
	socket  Socket // that commands come from, or nil

	pumps []*pump
}

// errProxyEnds is the cause with which a proxy cancels what has not ended yet.
var errProxyEnds = errors.New("proxy ends")

// Proxy forwards the messages that front receives to back, and those that back
// receives to front: ROUTER and DEALER, XSUB and XPUB, or, one way only, PULL and
// PUSH. With the same socket twice it sends back what that receives. It returns
// when ctx is done or a socket is closed, with a [*ProxyError]; or nil after
// [ProxyControl.Terminate].
//
// A message is received only when the socket for it is ready to send. So no more
// than a batch of 128 is in hand each way, and the other peers wait, or see that
// their socket's high-water mark is reached, as they would without a proxy. No
// message is lost, doubled or reordered: what is in hand in the end is handed to
// the sockets if they take it without waiting, and otherwise is in the
// ProxyError.
func Proxy(ctx context.Context, front, back Socket, opts ...ProxyOption) error {
	var p proxy
	for _, o := range opts {
		o(&p)
	}
	if p.control == nil {
		p.control = new(ProxyControl)
	}
	counts := &p.control.stats
	p.add(front, back, &counts.Front, &counts.Back)
	if front.base() != back.base() {
		p.add(back, front, &counts.Back, &counts.Front)
	}
	if len(p.pumps) == 0 {
		return &ProxyError{Err: fmt.Errorf("%w: nothing goes from %s to %s or back",
			zmq.ErrState, front.base().typ, back.base().typ)}
	}
	if err := p.checkControl(); err != nil {
		return &ProxyError{Err: err}
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	if err := p.control.begin(ctx, len(p.pumps)); err != nil {
		return &ProxyError{Err: err}
	}
	defer p.control.end()
	p.run(ctx, end)
	return p.result(front.base())
}

// run runs the pumps to their end.
func (p *proxy) run(ctx context.Context, end context.CancelCauseFunc) {
	var all, listening sync.WaitGroup
	if p.socket != nil {
		listening.Go(func() { p.control.obey(ctx, p.socket) })
	}
	for _, m := range p.pumps {
		all.Go(func() {
			if m.err = m.run(ctx); m.err != nil {
				end(errProxyEnds)
			}
		})
	}
	all.Wait()
	end(errProxyEnds)
	listening.Wait()
}

// result says why the proxy has ended.
func (p *proxy) result(front *socket) error {
	var result ProxyError
	for _, m := range p.pumps {
		if m.err != nil && (result.Err == nil || errors.Is(result.Err, errProxyEnds)) {
			result.Err = m.err
		}
		if m.sink == front {
			result.Front = m.hand
		} else {
			result.Back = m.hand
		}
	}
	if result.Err == nil {
		return nil
	}
	return &result
}
