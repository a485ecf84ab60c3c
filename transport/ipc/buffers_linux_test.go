package ipc

import (
	"net"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/zeroactor/zmq/transport"
	"github.com/zeroactor/zmq/transport/internal/osopt"
)

// TestBuffers asks the kernel for the sizes of both ends' buffers.
func TestBuffers(t *testing.T) {
	system, recv := sizeAfter(t, unix.SO_SNDBUF, 0), sizeAfter(t, unix.SO_RCVBUF, 0)
	for _, c := range []struct {
		name       string
		o          transport.Options
		send, recv int
	}{
		{"asked for", transport.Options{SendBuffer: 50_000, RecvBuffer: 60_000}, 100_000, 120_000}, // Linux doubles
		{"not asked for", transport.Options{}, max(system, sizeAfter(t, unix.SO_SNDBUF, sendBuffer)), recv},
		{"the system's", transport.Options{SendBuffer: -1, RecvBuffer: -1}, system, recv},
		{"the least", transport.Options{SendBuffer: 1}, sizeAfter(t, unix.SO_SNDBUF, 1), recv},
	} {
		for i, conn := range ends(t, &c.o) {
			if send, recv := option(t, conn, unix.SO_SNDBUF), option(t, conn, unix.SO_RCVBUF); send != c.send || recv != c.recv {
				t.Errorf("%s: end %d has buffers of %d and %d bytes, want %d and %d", c.name, i, send, recv, c.send, c.recv)
			}
		}
	}
}

// TestBuffersTuned has a system that gives more than we ask for: it stays.
func TestBuffersTuned(t *testing.T) {
	fd := socket(t)
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, 2*sendBuffer); err != nil {
		t.Fatal(err)
	}
	before, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF)
	if err != nil {
		t.Fatal(err)
	}
	enlarge(uintptr(fd))
	if after, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF); after < before || err != nil {
		t.Errorf("%d bytes became %d, %v", before, after, err)
	}
	enlarge(^uintptr(0)) // no socket at all: nothing to fail for
}

// ends returns the two ends of a connection.
func ends(t *testing.T, o *transport.Options) [2]net.Conn {
	t.Helper()
	l := listen(t, socketPath(t), o)
	conn, err := Transport{}.Dial(t.Context(), l.Endpoint().Address, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	accepted, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { accepted.Close() })
	return [2]net.Conn{conn, accepted}
}

// socket returns a new socket.
func socket(t *testing.T) (fd int) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	return fd
}

// sizeAfter returns the size of a buffer for which so much was asked for, or nothing.
func sizeAfter(t *testing.T, buffer, asked int) int {
	t.Helper()
	fd := socket(t)
	if asked > 0 {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, buffer, asked); err != nil {
			t.Fatal(err)
		}
	}
	n, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, buffer)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// option returns a socket option of a connection.
func option(t *testing.T, conn net.Conn, name int) (n int) {
	t.Helper()
	err := osopt.Control(conn.(syscall.Conn), func(fd uintptr) (err error) {
		n, err = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
