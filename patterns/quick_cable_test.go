package patterns

import (
	"context"
	"errors"
	"net"
	"sync"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/transport"
)

// A quickCable is a transport in memory that takes as much as it is given, so that what a
// connection has taken does not depend on which goroutine was quicker.
type quickCable struct {
	mu        sync.Mutex
	listeners map[string]*quickListener
	conns     []net.Conn
}

type quickListener struct {
	cable   *quickCable
	address string
	come    chan net.Conn
	close   func()
	closed  chan struct{}
}

func newQuickCable() *quickCable { return &quickCable{listeners: make(map[string]*quickListener)} }

func (*quickCable) Scheme() string                             { return "cable" }
func (*quickCable) CheckDial(string, *transport.Options) error { return nil }

func (c *quickCable) Dial(_ context.Context, address string, _ *transport.Options) (net.Conn, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.listeners[address]
	if l == nil {
		return nil, errors.New("nobody there")
	}
	near, nearEnd := net.Pipe()
	farEnd, far := net.Pipe()
	quickRelay(nearEnd, farEnd)
	quickRelay(farEnd, nearEnd)
	c.conns = append(c.conns, nearEnd, farEnd)
	l.come <- far // there is room for all that can come
	return near, nil
}

// quickRelay gives what comes from one connection to another, and then closes both.
func quickRelay(from, to net.Conn) {
	pieces := make(chan []byte, 10_000) // more than any program has
	go func() {
		defer close(pieces)
		for {
			b := make([]byte, 4096)
			n, err := from.Read(b)
			if pieces <- b[:n]; err != nil {
				return
			}
		}
	}()
	go func() {
		for b := range pieces {
			to.Write(b)
		}
		to.Close()
		from.Close()
	}()
}

// cut ends all connections that there are.
func (c *quickCable) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, nc := range c.conns {
		nc.Close()
	}
	c.conns = nil
}

func (c *quickCable) Listen(_ context.Context, address string, _ *transport.Options) (transport.Listener, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.listeners[address] != nil {
		return nil, zmq.ErrAddrInUse
	}
	closed := make(chan struct{})
	l := &quickListener{c, address, make(chan net.Conn, 1000), sync.OnceFunc(func() { close(closed) }), closed}
	c.listeners[address] = l
	return l, nil
}

func (l *quickListener) Accept() (net.Conn, error) {
	select {
	case nc := <-l.come:
		return nc, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *quickListener) Close() error {
	l.cable.mu.Lock()
	defer l.cable.mu.Unlock()
	if l.cable.listeners[l.address] == l {
		delete(l.cable.listeners, l.address)
		for len(l.come) > 0 {
			(<-l.come).Close()
		}
	}
	l.close()
	return nil
}

func (l *quickListener) Endpoint() zmq.Endpoint {
	return zmq.Endpoint{Scheme: "cable", Address: l.address}
}
