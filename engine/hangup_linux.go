package engine

import (
	"net"

	"golang.org/x/sys/unix"
)

// hangUpProbe returns a function that reports whether the peer of nc sends
// nothing more: has closed its half, or all, or the connection is broken. It
// reads nothing and does not wait.
func hangUpProbe(nc net.Conn) func() bool {
	rc := rawConn(nc)
	if rc == nil {
		return nil
	}
	return func() (gone bool) {
		rc.Control(func(fd uintptr) { // the error says that we have closed it
			p := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLRDHUP}}
			n, err := unix.Poll(p, 0)
			gone = err == nil && n > 0 && p[0].Revents&(unix.POLLRDHUP|unix.POLLHUP|unix.POLLERR) != 0
		})
		return gone
	}
}
