package remote

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/patterns"
)

// A Client is the way to the actors of a server. Any number of goroutines may use it
// at once.
type Client struct {
	sock *patterns.Dealer
	stop context.CancelFunc
	over sync.WaitGroup

	mu      sync.Mutex
	last    uint64                 // number of a request
	pending map[uint64]chan answer // each has room for its answer
	closed  error                  // why there is nothing to wait for any more; nil before
}

// An answer is what came of a request.
type answer struct {
	body []byte
	err  error
}

// NewClient returns a client that uses sock, which its caller connects to one server,
// and closes after the client. Nobody else may use it.
func NewClient(sock *patterns.Dealer) *Client {
	ctx, stop := context.WithCancel(context.Background())
	c := &Client{sock: sock, stop: stop, pending: make(map[uint64]chan answer)}
	events := sock.Monitor(ctx)
	c.over.Go(func() {
		for ev := range events {
			if ev.Kind == patterns.Disconnected {
				c.failAll(fmt.Errorf("%w: %w", ErrLost, ev.Err), false)
			}
		}
	})
	c.over.Go(func() { c.receive(ctx) })
	return c
}

// Close ends the client: those who wait, and those who send later, get [ErrClosed]. It does not close the socket, and may
// be called more than once.
func (c *Client) Close() {
	c.failAll(ErrClosed, true)
	c.stop()
	c.over.Wait()
}

// receive hands out answers, until the client or the socket is closed.
func (c *Client) receive(ctx context.Context) {
	var m zmq.Message
	defer m.Release()
	for {
		if err := c.sock.RecvInto(ctx, &m); err != nil {
			c.failAll(fmt.Errorf("%w: %w", ErrClosed, err), true)
			return
		}
		if m.Len() != 3 || len(m.Frame(0)) != 8 {
			continue // of no request of ours: who waits for it has a context
		}
		a := answer{body: append([]byte(nil), m.Frame(2)...)}
		if code := string(m.Frame(1)); code != "" {
			a = answer{err: errorOf(code, string(a.body))}
		}
		c.settle(binary.BigEndian.Uint64(m.Frame(0)), a)
	}
}

// settle gives a request its answer, if it still waits.
func (c *Client) settle(number uint64, a answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if to, ok := c.pending[number]; ok {
		delete(c.pending, number)
		to <- a
	}
}

// failAll gives an error to all who wait, and, if it is the end, to all who come.
func (c *Client) failAll(err error, end bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if end && c.closed == nil {
		c.closed = err
	}
	for number, to := range c.pending {
		delete(c.pending, number)
		to <- answer{err: err}
	}
}

// do sends a request and waits for what comes of it.
func (c *Client) do(ctx context.Context, name string, body []byte) ([]byte, error) {
	c.mu.Lock()
	if c.closed != nil {
		defer c.mu.Unlock()
		return nil, c.closed
	}
	c.last++
	number, come := c.last, make(chan answer, 1)
	c.pending[number] = come
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.pending, number)
	}()
	head := binary.BigEndian.AppendUint64(nil, number)
	if err := c.sock.SendBytes(ctx, head, timeLeft(ctx), []byte(name), body); err != nil {
		return nil, err
	}
	select {
	case a := <-come:
		return a.body, a.err
	default:
	}
	select {
	case a := <-come:
		return a.body, a.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// timeLeft returns how long the other side may take, in milliseconds.
func timeLeft(ctx context.Context) []byte {
	ms := time.Duration(0)
	if end, limited := ctx.Deadline(); limited {
		ms = max(time.Until(end)/time.Millisecond, 1)
	}
	return binary.BigEndian.AppendUint64(nil, uint64(ms))
}

// A Ref is the address of an actor of the other side. The zero Ref leads nowhere.
type Ref[M any] struct {
	client *Client
	name   string
	codec  Codec[M]
}

// To returns the address of the actor that the server exports by that name. That there
// is one is seen when it is sent to.
func To[M any](c *Client, name string, codec Codec[M]) Ref[M] { return Ref[M]{c, name, codec} }

// Send returns when m is in the actor's mailbox, or with the reason why it is not: see
// the package documentation.
func (r Ref[M]) Send(ctx context.Context, m M) error {
	if r.client == nil {
		return fmt.Errorf("send: %w", actor.ErrNoActor)
	}
	b, err := r.codec.Encode(m)
	if err != nil {
		return fmt.Errorf("send to %s: %w: %w", r.name, ErrCodec, err)
	}
	if _, err := r.client.do(ctx, r.name, b); err != nil {
		return fmt.Errorf("send to %s: %w", r.name, err)
	}
	return nil
}

// A Question is one that the server exports. The zero Question leads nowhere.
type Question[Q, A any] struct {
	client *Client
	name   string
	q      Codec[Q]
	a      Codec[A]
}

// NewQuestion returns the question that the server exports by that name.
func NewQuestion[Q, A any](c *Client, name string, question Codec[Q], answer Codec[A]) Question[Q, A] {
	return Question[Q, A]{c, name, question, answer}
}

// Ask asks, and waits for the answer. The error is one of Send's; what the actor
// answered with is a [*Failure] if it was an error.
func (x Question[Q, A]) Ask(ctx context.Context, q Q) (a A, err error) {
	if x.client == nil {
		return a, fmt.Errorf("ask: %w", actor.ErrNoActor)
	}
	b, err := x.q.Encode(q)
	if err != nil {
		return a, fmt.Errorf("ask %s: %w: %w", x.name, ErrCodec, err)
	}
	if b, err = x.client.do(ctx, x.name, b); err != nil {
		return a, fmt.Errorf("ask %s: %w", x.name, err)
	}
	if a, err = x.a.Decode(b); err != nil {
		return a, fmt.Errorf("ask %s: %w: %w", x.name, ErrCodec, err)
	}
	return a, nil
}
