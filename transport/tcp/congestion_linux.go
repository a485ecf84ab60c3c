package tcp

import (
	"net/netip"
	"strings"

	"golang.org/x/sys/unix"
)

const (
	// pacing is what the names of those kinds of congestion control begin with that space packets out.
	pacing = "bbr"

	// unpaced is one that does not. Every kernel has it, and everybody may choose it.
	unpaced = "reno"
)

// unpace has the packets of connections to or at an address go as they come, if it is one of the loopback: there is
// no network between the two ends that they could fill. Where the system's choice of congestion
// control is one that paces them, a timer holds them back all the same, and a stream takes a quarter more CPU, and time. It has
// to be called before the connection is made, as a socket that has been paced once always is. Accepted
// connections inherit it. Nothing depends on it, so that it is no error if the system does not let us.
func unpace(fd uintptr, address string) {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !at.Addr().Unmap().IsLoopback() {
		return
	}
	name, err := unix.GetsockoptString(int(fd), unix.IPPROTO_TCP, unix.TCP_CONGESTION)
	if err == nil && strings.HasPrefix(name, pacing) {
		_ = unix.SetsockoptString(int(fd), unix.IPPROTO_TCP, unix.TCP_CONGESTION, unpaced)
	}
}
