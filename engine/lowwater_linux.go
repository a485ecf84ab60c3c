package engine

import (
	"net"

	"golang.org/x/sys/unix"
)

// A lowWater is how many bytes the system lets come before it wakes who waits to read
// from a tcp connection (SO_RCVLOWAT). It does not let more come than the connection's buffer holds, and makes
// that as large as is needed, if nobody has set its size and the system's limits allow it.
type lowWater struct {
	tcp  bool // others have no use for it
	mark int  // 0: as the system has it
	safe int  // the highest mark known not to be beyond what the buffer holds
}

func newLowWater(nc net.Conn) lowWater {
	return lowWater{tcp: isTCP(nc)}
}

// set is called before a wait for n bytes.
func (w *lowWater) set(fd, n int) {
	if !w.tcp || n == max(w.mark, 1) {
		return
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVLOWAT, n); err != nil {
		w.tcp = false
		return
	}
	w.mark = n
	if n <= w.safe {
		return
	}
	if w.safe = n; !holds(fd) {
		w.set(fd, 1)
		w.tcp = false
	}
}

// holds reports whether the buffer holds as much as is waited for. Linux sees to that since 4.18; before, who
// waited for more waited for ever.
func holds(fd int) bool {
	mark, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVLOWAT)
	if err != nil {
		return false
	}
	buffer, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF)
	return err == nil && mark <= buffer/2
}
