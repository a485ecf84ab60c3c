package transporttest_test

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/transport"
	"github.com/zeroactor/zmq/transport/tcp"
)

// A mutant is the tcp transport with one method replaced: nil functions are
// the real thing. What a mutant withholds from the checks it gives back when
// the fixture closes.
type mutant struct {
	tcp.Transport
	checkDial func(address string) error
	dial      func(ctx context.Context, address string) (net.Conn, error)
	listen    func(ctx context.Context, address string) (transport.Listener, error)
	conn      func(net.Conn) net.Conn // what becomes of each connection
	listener  func(l *mutantListener) // what becomes of each listener

	mu     sync.Mutex
	atEnd  []func()
	closed chan struct{}
}

func (m *mutant) CheckDial(address string, o *transport.Options) error {
	if m.checkDial != nil {
		return m.checkDial(address)
	}
	return m.Transport.CheckDial(address, o)
}

func (m *mutant) Dial(ctx context.Context, address string, o *transport.Options) (net.Conn, error) {
	dial := m.dial
	if dial == nil {
		dial = m.realDial
	}
	conn, err := dial(ctx, address)
	if err == nil && m.conn != nil {
		conn = m.conn(conn)
	}
	return conn, err
}

func (m *mutant) Listen(ctx context.Context, address string, o *transport.Options) (transport.Listener, error) {
	listen := m.listen
	if listen == nil {
		listen = m.realListen
	}
	l, err := listen(ctx, address)
	if err != nil {
		return nil, err
	}
	ml := &mutantListener{Listener: l, m: m, asked: address}
	if m.listener != nil {
		m.listener(ml)
	}
	m.later(func() { l.Close() })
	return ml, nil
}

func (m *mutant) realDial(ctx context.Context, address string) (net.Conn, error) {
	return m.Transport.Dial(ctx, address, nil)
}

func (m *mutant) realListen(ctx context.Context, address string) (transport.Listener, error) {
	return m.Transport.Listen(ctx, address, nil)
}

// later has f called when the fixture closes.
func (m *mutant) later(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.atEnd = append(m.atEnd, f)
}

func (m *mutant) close() {
	for _, f := range m.atEnd {
		f()
	}
}

// A mutantListener is a listener with methods replaced.
type mutantListener struct {
	transport.Listener
	m        *mutant
	asked    string
	accept   func() (net.Conn, error)
	close    func() error
	endpoint func() zmq.Endpoint
}

func (l *mutantListener) Accept() (net.Conn, error) {
	accept := l.accept
	if accept == nil {
		accept = l.Listener.Accept
	}
	conn, err := accept()
	if err == nil && l.m.conn != nil {
		conn = l.m.conn(conn)
	}
	return conn, err
}

func (l *mutantListener) Close() error {
	if l.close != nil {
		return l.close()
	}
	return l.Listener.Close()
}

func (l *mutantListener) Endpoint() zmq.Endpoint {
	if l.endpoint != nil {
		return l.endpoint()
	}
	return l.Listener.Endpoint()
}

// mutants returns what each check must reject, by the check's name.
func mutants() map[string][]*mutant {
	bad := errors.New("bad")
	return map[string][]*mutant{
		"DialRefused":           {{dial: dialAnything}},
		"CheckDialAcceptsDead":  {{checkDial: dialToCheck}},
		"BadDialAddress":        {{checkDial: func(string) error { return bad }}, {dial: func(context.Context, string) (net.Conn, error) { return nil, bad }}},
		"DialInDoneContext":     {onlyDial(dialAlways), onlyDial(dialWithoutCause)},
		"CancelDial":            {onlyDial(dialWithoutCause)},
		"DialOutlivesContext":   {onlyDial(dialBoundToContext)},
		"RedialAfterRefusal":    {grudge()},
		"Endpoint":              {{listener: echoEndpoint}, {listener: otherScheme}},
		"AddressInUse":          {listenErrors(func(error) error { return bad }), listenErrors(func(error) error { return zmq.ErrAddrInUse }), listenErrors(rawError)},
		"ListenAgain":           {{listener: closeNothing}},
		"BadListenAddress":      {listenErrors(func(error) error { return bad })},
		"ListenInDoneContext":   {onlyListen(listenAlways)},
		"ListenOutlivesContext": {onlyListen(listenBoundToContext)},
		"CloseUnblocksAccept":   {{listener: closeNothing}, {listener: acceptEOF}},
		"AcceptAfterClose":      {{listener: closeNothing}, {listener: acceptEOF}},
		"CloseTwice":            {{listener: closeOnce}},
		"DialAfterClose":        {{listener: closeNothing}},
		"CloseKeepsConnections": {{listener: closeAll}},
		"ConcurrentAccept":      {{listener: acceptTwice}},
		"OwnConnections":        {{conn: func(c net.Conn) net.Conn { return &conn{TCPConn: c.(*net.TCPConn)} }}},
		"BothWays":              {flipping(0)},
		"BigTransfer":           {flipping(1 << 20)},
		"HalfClose":             {halfCloseMutant(func(c *conn) error { return c.TCPConn.Close() }), halfCloseMutant(func(*conn) error { return nil })},
		"CloseDeliversAll":      {closeMutant(func(c *conn) error { c.SetLinger(0); return c.TCPConn.Close() })},
		"CloseUnblocksRead":     {closeMutant(func(c *conn) error { return c.TCPConn.CloseWrite() })},
		"Deadline":              {{conn: func(c net.Conn) net.Conn { return &noReadDeadline{c} }}},
		"NothingLeft":           {leaky((*mutant).leakGoroutine), leaky((*mutant).leakDescriptor)},
	}
}

func dialAnything(ctx context.Context, address string) (net.Conn, error) {
	c, err := tcp.Transport{}.Dial(ctx, address, nil)
	if err != nil {
		c, _ = net.Pipe()
	}
	return c, nil
}

func dialToCheck(address string) error {
	c, err := net.Dial("tcp", address)
	if err == nil {
		c.Close()
	}
	return err
}

func onlyDial(f func(context.Context, string) (net.Conn, error)) *mutant { return &mutant{dial: f} }

func onlyListen(f func(context.Context, string) (transport.Listener, error)) *mutant {
	return &mutant{listen: f}
}

func dialAlways(ctx context.Context, address string) (net.Conn, error) {
	return tcp.Transport{}.Dial(context.WithoutCancel(ctx), address, nil)
}

func dialWithoutCause(ctx context.Context, address string) (net.Conn, error) {
	c, err := tcp.Transport{}.Dial(ctx, address, nil)
	if err != nil {
		return nil, context.Canceled
	}
	return c, nil
}

func dialBoundToContext(ctx context.Context, address string) (net.Conn, error) {
	c, err := tcp.Transport{}.Dial(ctx, address, nil)
	if err == nil {
		context.AfterFunc(ctx, func() { c.Close() })
	}
	return c, err
}

// grudge is a mutant that remembers who refused.
func grudge() *mutant {
	m := new(mutant)
	var refused sync.Map
	m.dial = func(ctx context.Context, address string) (net.Conn, error) {
		if err, ok := refused.Load(address); ok {
			return nil, err.(error)
		}
		c, err := m.realDial(ctx, address)
		if err != nil {
			refused.Store(address, err)
		}
		return c, err
	}
	return m
}

func echoEndpoint(l *mutantListener) {
	l.endpoint = func() zmq.Endpoint { return zmq.Endpoint{Scheme: "tcp", Address: l.asked} }
}

func otherScheme(l *mutantListener) {
	l.endpoint = func() zmq.Endpoint {
		e := l.Listener.Endpoint()
		e.Scheme = "udp"
		return e
	}
}

// listenErrors is a mutant whose Listen has another error.
func listenErrors(f func(error) error) *mutant {
	return onlyListen(func(ctx context.Context, address string) (transport.Listener, error) {
		l, err := tcp.Transport{}.Listen(ctx, address, nil)
		if err != nil {
			return nil, f(err)
		}
		return l, nil
	})
}

// rawError returns the system's error without ours.
func rawError(err error) error {
	op, _ := errors.AsType[*net.OpError](err)
	return op
}

func listenAlways(ctx context.Context, address string) (transport.Listener, error) {
	return tcp.Transport{}.Listen(context.WithoutCancel(ctx), address, nil)
}

func listenBoundToContext(ctx context.Context, address string) (transport.Listener, error) {
	l, err := tcp.Transport{}.Listen(ctx, address, nil)
	if err == nil {
		context.AfterFunc(ctx, func() { l.Close() })
	}
	return l, err
}

func closeNothing(l *mutantListener) { l.close = func() error { return nil } }

func closeOnce(l *mutantListener) {
	closed := false
	l.close = func() error {
		if closed {
			return net.ErrClosed
		}
		closed = true
		return l.Listener.Close()
	}
}

func acceptEOF(l *mutantListener) {
	l.accept = func() (net.Conn, error) {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, io.EOF
		}
		return c, nil
	}
}

// closeAll makes Close end the accepted connections too.
func closeAll(l *mutantListener) {
	var accepted []net.Conn
	l.accept = func() (net.Conn, error) {
		c, err := l.Listener.Accept()
		if err == nil {
			accepted = append(accepted, c)
		}
		return c, err
	}
	l.close = func() error {
		for _, c := range accepted {
			c.Close()
		}
		return l.Listener.Close()
	}
}

// acceptTwice hands out each connection two times.
func acceptTwice(l *mutantListener) {
	var mu sync.Mutex
	var again net.Conn
	l.accept = func() (net.Conn, error) {
		mu.Lock()
		defer mu.Unlock()
		if c := again; c != nil {
			again = nil
			return c, nil
		}
		c, err := l.Listener.Accept()
		again = c
		return c, err
	}
}

// A conn is a connection with methods replaced.
type conn struct {
	*net.TCPConn
	halfClose, close func(*conn) error

	flipAt int64 // number of the byte read that is wrong; negative: none
	read   int64
}

func (c *conn) CloseWrite() error {
	if c.halfClose != nil {
		return c.halfClose(c)
	}
	return c.TCPConn.CloseWrite()
}

func (c *conn) Close() error {
	if c.close != nil {
		return c.close(c)
	}
	return c.TCPConn.Close()
}

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.TCPConn.Read(p)
	if i := c.flipAt - c.read; 0 <= i && i < int64(n) {
		p[i] ^= 1
	}
	c.read += int64(n)
	return n, err
}

func flipping(at int64) *mutant {
	return &mutant{conn: func(c net.Conn) net.Conn { return &conn{TCPConn: c.(*net.TCPConn), flipAt: at} }}
}

func halfCloseMutant(f func(*conn) error) *mutant {
	return &mutant{conn: func(c net.Conn) net.Conn { return &conn{TCPConn: c.(*net.TCPConn), flipAt: -1, halfClose: f} }}
}

func closeMutant(f func(*conn) error) *mutant {
	m := new(mutant)
	m.conn = func(c net.Conn) net.Conn {
		m.later(func() { c.Close() })
		return &conn{TCPConn: c.(*net.TCPConn), flipAt: -1, close: f}
	}
	return m
}

// noReadDeadline is a connection that knows no deadline for reads.
type noReadDeadline struct{ net.Conn }

func (noReadDeadline) SetReadDeadline(time.Time) error { return nil }

// leaky is a mutant that leaves something behind in each Dial.
func leaky(leak func(m *mutant, c net.Conn)) *mutant {
	m := &mutant{closed: make(chan struct{})}
	m.later(func() { close(m.closed) })
	m.dial = func(ctx context.Context, address string) (net.Conn, error) {
		c, err := m.realDial(ctx, address)
		if err == nil {
			leak(m, c)
		}
		return c, err
	}
	return m
}

func (m *mutant) leakGoroutine(net.Conn) { go func() { <-m.closed }() }

func (m *mutant) leakDescriptor(c net.Conn) {
	f, err := c.(*net.TCPConn).File()
	if err == nil {
		m.later(func() { f.Close() })
	}
}
