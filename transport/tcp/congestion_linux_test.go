package tcp

import (
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/zeroactor/zmq/transport/internal/osopt"
)

// congestion returns the name of a socket's congestion control.
func congestion(t *testing.T, fd uintptr) string {
	t.Helper()
	name, err := unix.GetsockoptString(int(fd), unix.IPPROTO_TCP, unix.TCP_CONGESTION)
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// TestUnpace: of the loopback's sockets, those that would be paced are not, and all others stay as they are.
func TestUnpace(t *testing.T) {
	for _, c := range []struct{ address, before, after string }{
		{"127.0.0.1:0", "bbr", "reno"},
		{"127.1.2.3:5555", "bbr", "reno"},
		{"[::1]:5555", "bbr", "reno"},
		{"[::ffff:127.0.0.1]:5555", "bbr", "reno"},
		{"127.0.0.1:5555", "cubic", "cubic"},
		{"192.0.2.1:5555", "bbr", "bbr"},
		{"[2001:db8::1]:5555", "bbr", "bbr"},
		{"0.0.0.0:5555", "bbr", "bbr"}, // its peers may be anywhere
		{":5555", "bbr", "bbr"},
	} {
		t.Run(c.address+" "+c.before, func(t *testing.T) {
			fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer unix.Close(fd)
			if err := unix.SetsockoptString(fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION, c.before); err != nil {
				t.Skipf("this system does not let us have %s: %v", c.before, err)
			}
			unpace(uintptr(fd), c.address)
			if got := congestion(t, uintptr(fd)); got != c.after {
				t.Errorf("%s becomes %s, want %s", c.before, got, c.after)
			}
		})
	}
}

// TestLoopbackIsNotPaced: both ends of a connection have a congestion control that does not pace, which is the
// system's if that does not.
func TestLoopbackIsNotPaced(t *testing.T) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	want := congestion(t, uintptr(fd))
	if slices.Contains([]string{"bbr", "bbr2", "bbr3"}, want) {
		want = unpaced
	}
	for name, conn := range bothEnds(t, "127.0.0.1:*", nil) {
		err := osopt.Control(conn, func(fd uintptr) error {
			if got := congestion(t, fd); got != want {
				t.Errorf("the %s connection has %s, want %s", name, got, want)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}
