package tcp

import (
	"errors"
	"net"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/zeroactor/zmq/transport"
	"github.com/zeroactor/zmq/transport/internal/osopt"
)

// getInt reads a socket option.
func getInt(t *testing.T, c syscall.Conn, level, option int) int {
	t.Helper()
	var v int
	err := osopt.Control(c, func(fd uintptr) (err error) {
		v, err = unix.GetsockoptInt(int(fd), level, option)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestOptionsReachTheKernel holds that the options are those of dialled as of
// accepted connections.
func TestOptionsReachTheKernel(t *testing.T) {
	o := &transport.Options{
		SendBuffer: 50_000, RecvBuffer: 60_000,
		KeepAlive: transport.KeepAliveOn, KeepAliveCount: 3,
		KeepAliveIdle: 1500 * time.Millisecond, KeepAliveInterval: 7 * time.Second,
		MaxRT: 4567*time.Millisecond + 1,
		TOS:   0x28, Priority: 5,
		BindToDevice: loopback(t),
	}
	for _, want := range []struct {
		name          string
		level, option int
		value         int
	}{
		{"TCP_NODELAY", unix.IPPROTO_TCP, unix.TCP_NODELAY, 1},
		{"SO_SNDBUF", unix.SOL_SOCKET, unix.SO_SNDBUF, 100_000}, // Linux doubles what is asked for
		{"SO_RCVBUF", unix.SOL_SOCKET, unix.SO_RCVBUF, 120_000},
		{"SO_KEEPALIVE", unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
		{"TCP_KEEPCNT", unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 3},
		{"TCP_KEEPIDLE", unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 2},
		{"TCP_KEEPINTVL", unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 7},
		{"TCP_USER_TIMEOUT", unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, 4568},
		{"IP_TOS", unix.IPPROTO_IP, unix.IP_TOS, 0x28},
		{"SO_PRIORITY", unix.SOL_SOCKET, unix.SO_PRIORITY, 5},
	} {
		for name, conn := range bothEnds(t, "127.0.0.1:*", o) {
			if got := getInt(t, conn, want.level, want.option); got != want.value {
				t.Errorf("%s of the %s connection is %d, want %d", want.name, name, got, want.value)
			}
		}
	}
	for name, conn := range bothEnds(t, "127.0.0.1:*", o) {
		err := osopt.Control(conn, func(fd uintptr) error {
			device, err := unix.GetsockoptString(int(fd), unix.SOL_SOCKET, unix.SO_BINDTODEVICE)
			if device != o.BindToDevice {
				t.Errorf("the %s connection is bound to %q, want %q", name, device, o.BindToDevice)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// bothEnds returns the two ends of a connection.
func bothEnds(t *testing.T, address string, o *transport.Options) map[string]*net.TCPConn {
	t.Helper()
	l := listen(t, Transport{}, address, o)
	dialed := dial(t, Transport{}, l.Endpoint().Address, o)
	return map[string]*net.TCPConn{"dialled": dialed.(*net.TCPConn), "accepted": accept(t, l)}
}

// TestNothingAskedNothingSet holds that the zero Options leave everything but
// TCP_NODELAY to the kernel, keep-alive in particular, which package net
// turns on by itself.
func TestNothingAskedNothingSet(t *testing.T) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	for _, opt := range []struct {
		name          string
		level, option int
	}{
		{"SO_KEEPALIVE", unix.SOL_SOCKET, unix.SO_KEEPALIVE},
		{"TCP_KEEPIDLE", unix.IPPROTO_TCP, unix.TCP_KEEPIDLE},
		{"TCP_USER_TIMEOUT", unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT},
		{"IP_TOS", unix.IPPROTO_IP, unix.IP_TOS},
		{"SO_PRIORITY", unix.SOL_SOCKET, unix.SO_PRIORITY},
		{"SO_BUSY_POLL", unix.SOL_SOCKET, unix.SO_BUSY_POLL},
	} {
		fresh, err := unix.GetsockoptInt(fd, opt.level, opt.option)
		if err != nil {
			t.Fatal(err)
		}
		for name, conn := range bothEnds(t, "127.0.0.1:*", nil) {
			if got := getInt(t, conn, opt.level, opt.option); got != fresh {
				t.Errorf("%s of the %s connection is %d, of a fresh socket %d", opt.name, name, got, fresh)
			}
			if getInt(t, conn, unix.IPPROTO_TCP, unix.TCP_NODELAY) != 1 {
				t.Errorf("the %s connection has no TCP_NODELAY", name)
			}
		}
	}
	for name, conn := range bothEnds(t, "127.0.0.1:*", &transport.Options{KeepAlive: transport.KeepAliveOff}) {
		if getInt(t, conn, unix.SOL_SOCKET, unix.SO_KEEPALIVE) != 0 {
			t.Errorf("the %s connection is probed", name)
		}
	}
}

func TestTOSOverIPv6(t *testing.T) {
	needIPv6(t)
	o := &transport.Options{IPv6: true, TOS: 0x28}
	for name, conn := range bothEnds(t, "[::1]:*", o) {
		if got := getInt(t, conn, unix.IPPROTO_IPV6, unix.IPV6_TCLASS); got != 0x28 {
			t.Errorf("IPV6_TCLASS of the %s connection is %#x, want 0x28", name, got)
		}
	}
}

func TestBusyPoll(t *testing.T) {
	o := &transport.Options{BusyPoll: time.Microsecond + 1}
	l, err := Transport{}.Listen(t.Context(), "127.0.0.1:*", o)
	if bad, ok := errors.AsType[*transport.OptionError](err); ok && errors.Is(err, unix.EPERM) && bad.Option == "BusyPoll" {
		t.Skipf("no right to: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	for name, conn := range bothEnds(t, "127.0.0.1:*", o) {
		if got := getInt(t, conn, unix.SOL_SOCKET, unix.SO_BUSY_POLL); got != 2 {
			t.Errorf("SO_BUSY_POLL of the %s connection is %d, want 2", name, got)
		}
	}
}

func TestUnknownDevice(t *testing.T) {
	o := &transport.Options{BindToDevice: "nosuchnic"}
	_, listenErr := Transport{}.Listen(t.Context(), "127.0.0.1:*", o)
	_, dialErr := Transport{}.Dial(t.Context(), "127.0.0.1:1", o)
	for _, err := range []error{listenErr, dialErr} {
		if bad, ok := errors.AsType[*transport.OptionError](err); !ok || bad.Option != "BindToDevice" {
			t.Errorf("error %v, want an OptionError about BindToDevice", err)
		}
	}
}

// TestBacklog asks the kernel, which reports the limit of a listening socket
// in the place of another number.
func TestBacklog(t *testing.T) {
	for _, c := range []struct{ backlog, want int }{
		{0, transport.DefaultBacklog},
		{1, 1},
		{7, 7},
		{-1, somaxconn(t)},
	} {
		l := listen(t, Transport{}, "127.0.0.1:*", &transport.Options{Backlog: c.backlog})
		err := osopt.Control(l.(*listener).ln, func(fd uintptr) error {
			info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
			if err == nil && int(info.Sacked) != c.want {
				t.Errorf("Backlog %d: the kernel has %d, want %d", c.backlog, info.Sacked, c.want)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// somaxconn returns what the kernel gives a listener of package net.
func somaxconn(t *testing.T) (n int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	err = osopt.Control(l.(*net.TCPListener), func(fd uintptr) error {
		info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
		if err == nil {
			n = int(info.Sacked)
		}
		return err
	})
	if err != nil {
		t.Skipf("the kernel does not tell: %v", err)
	}
	return n
}

// TestAdoptedKeepAlive holds that connections of an adopted listener are
// probed as the listener's maker wanted, which package net does not care for.
func TestAdoptedKeepAlive(t *testing.T) {
	for _, on := range []int{0, 1} {
		inherited, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer inherited.Close()
		err = osopt.Control(inherited.(*net.TCPListener), func(fd uintptr) error {
			return errors.Join(
				unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_KEEPALIVE, on),
				unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 77),
				unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 78),
				unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 9))
		})
		if err != nil {
			t.Fatal(err)
		}
		file, err := inherited.(*net.TCPListener).File()
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		l := listen(t, Transport{}, "*:*", &transport.Options{ListenFile: file})
		dial(t, Transport{}, l.Endpoint().Address, nil)
		conn := accept(t, l)
		if got := getInt(t, conn, unix.SOL_SOCKET, unix.SO_KEEPALIVE); got != on {
			t.Errorf("SO_KEEPALIVE is %d, want %d", got, on)
		}
		if on == 0 {
			continue
		}
		for option, want := range map[int]int{unix.TCP_KEEPIDLE: 77, unix.TCP_KEEPINTVL: 78, unix.TCP_KEEPCNT: 9} {
			if got := getInt(t, conn, unix.IPPROTO_TCP, option); got != want {
				t.Errorf("keep-alive option %d is %d, want %d", option, got, want)
			}
		}
	}
}
