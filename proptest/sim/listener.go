package sim

import (
	"net"
	"sync"

	"github.com/zeroactor/zmq"
)

// A listener is a queue of connections that wait to be accepted.
type listener struct {
	network *Network
	address string
	conns   chan *Conn
	closed  chan struct{}

	mu   sync.Mutex // between offer and Close
	done bool
}

// offer puts a connection into the queue, if there is room.
func (l *listener) offer(c *Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done {
		return false
	}
	select {
	case l.conns <- c:
		return true
	default:
		return false
	}
}

// Accept waits for the next connection.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case <-l.closed:
		return nil, net.ErrClosed
	default:
	}
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close ends the listening. Connections that nobody has accepted are reset.
func (l *listener) Close() error {
	l.mu.Lock()
	if l.done {
		l.mu.Unlock()
		return nil
	}
	l.done = true
	close(l.closed)
	l.mu.Unlock()

	n := l.network
	n.mu.Lock()
	if n.listeners[l.address] == l {
		delete(n.listeners, l.address)
	}
	n.mu.Unlock()
	for {
		select {
		case c := <-l.conns:
			c.link.Reset()
		default:
			return nil
		}
	}
}

// Endpoint returns where the listener is.
func (l *listener) Endpoint() zmq.Endpoint {
	return zmq.Endpoint{Scheme: Scheme, Address: l.address}
}
