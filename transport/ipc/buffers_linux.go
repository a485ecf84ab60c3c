package ipc

import "golang.org/x/sys/unix"

// sendBuffer is what is asked for if nobody has said what the kernel's buffer is to be, in
// bytes. Linux gives twice that, or the most that it lets anybody have without privileges
// (net.core.wmem_max); without a word it is 208 KiB. Linux wakes who waits for room when
// three quarters are free: the last one is what the reader has until the writer runs
// again, and a quarter of 208 KiB is read in less time than that takes. See
// docs/decisions/0018-buffers-of-unix-sockets.md.
const sendBuffer = 416 << 10

// enlarge makes the kernel's buffer of a socket larger, as far as that is allowed. Somebody may have
// seen to it that all have more. It is no reason not to talk if it fails.
func enlarge(fd uintptr) {
	if have, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_SNDBUF); err == nil && have < 2*sendBuffer {
		unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_SNDBUF, sendBuffer)
	}
}
