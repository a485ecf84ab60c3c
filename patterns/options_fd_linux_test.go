package patterns

import (
	"context"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/zeroactor/zmq/transport"
	"github.com/zeroactor/zmq/transport/tcp"
)

// spyTransport is tcp, and remembers the connections.
type spyTransport struct {
	tcp.Transport
	mu    sync.Mutex
	conns []net.Conn
}

func (s *spyTransport) add(c net.Conn, err error) (net.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.conns = append(s.conns, c)
	}
	return c, err
}

func (s *spyTransport) Dial(ctx context.Context, address string, o *transport.Options) (net.Conn, error) {
	return s.add(s.Transport.Dial(ctx, address, o))
}

func (s *spyTransport) Listen(ctx context.Context, address string, o *transport.Options) (transport.Listener, error) {
	l, err := s.Transport.Listen(ctx, address, o)
	return spyListener{l, s}, err
}

type spyListener struct {
	transport.Listener
	spy *spyTransport
}

func (l spyListener) Accept() (net.Conn, error) { return l.spy.add(l.Listener.Accept()) }

// TestOptionsReachTheKernel asks the kernel about the connections of two
// sockets.
func TestOptionsReachTheKernel(t *testing.T) {
	spy := new(spyTransport)
	ctx := NewContext(SendBuffer(40000), RecvBuffer(50000), TOS(0x28), Priority(3), TCPKeepAlive(true),
		TCPKeepAliveCount(5), TCPKeepAliveIdle(70*time.Second), TCPKeepAliveInterval(7*time.Second), TCPMaxRT(9*time.Second))
	defer ctx.Close()
	ctx.transports["tcp"] = spy
	pull, err := NewPull(InContext(ctx))
	if err != nil {
		t.Fatal(err)
	}
	push, err := NewPush(InContext(ctx))
	if err != nil {
		t.Fatal(err)
	}
	ep, err := pull.Bind("tcp://127.0.0.1:*")
	if err != nil {
		t.Fatal(err)
	}
	if err := push.Connect(ep.String()); err != nil {
		t.Fatal(err)
	}
	if err := push.SendBytes(t.Context(), []byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := pull.Recv(t.Context()); err != nil { // both ends are there
		t.Fatal(err)
	}
	spy.mu.Lock()
	defer spy.mu.Unlock()
	if len(spy.conns) != 2 {
		t.Fatalf("%d connections", len(spy.conns))
	}
	for _, c := range spy.conns {
		raw, err := c.(syscall.Conn).SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range []struct {
			name             string
			level, opt, want int
		}{
			{"SO_SNDBUF", unix.SOL_SOCKET, unix.SO_SNDBUF, 2 * 40000}, // Linux doubles them
			{"SO_RCVBUF", unix.SOL_SOCKET, unix.SO_RCVBUF, 2 * 50000},
			{"IP_TOS", unix.IPPROTO_IP, unix.IP_TOS, 0x28},
			{"SO_PRIORITY", unix.SOL_SOCKET, unix.SO_PRIORITY, 3},
			{"SO_KEEPALIVE", unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
			{"TCP_KEEPCNT", unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 5},
			{"TCP_KEEPIDLE", unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 70},
			{"TCP_KEEPINTVL", unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 7},
			{"TCP_USER_TIMEOUT", unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, 9000},
		} {
			raw.Control(func(fd uintptr) {
				if got, err := unix.GetsockoptInt(int(fd), o.level, o.opt); got != o.want || err != nil {
					t.Errorf("%s is %d, want %d; %v", o.name, got, o.want, err)
				}
			})
		}
	}
}
