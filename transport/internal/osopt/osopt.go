// Package osopt is what the stream transports share of the operating system:
// the socket options that have nothing to do with a protocol, and the errors
// that differ between systems only in their numbers.
package osopt

import (
	"fmt"
	"os"
	"syscall"
)

// SetBuffers sets the sizes of the kernel's buffers of the socket, in bytes.
// Zero and negative ones are left alone. It must be done before connect or
// listen, for tcp agrees on its window's scale then.
func SetBuffers(fd uintptr, send, recv int) error {
	if send > 0 {
		if err := SetInt(fd, solSocket, soSndbuf, send); err != nil {
			return fmt.Errorf("send buffer: %w", err)
		}
	}
	if recv > 0 {
		if err := SetInt(fd, solSocket, soRcvbuf, recv); err != nil {
			return fmt.Errorf("receive buffer: %w", err)
		}
	}
	return nil
}

// SetBacklog changes how many connections may wait at a listening socket.
// Package net has called listen(2) already, with the most that the system
// allows; a second call changes the number alone.
func SetBacklog(c syscall.Conn, backlog int) error {
	return Control(c, func(fd uintptr) error {
		return os.NewSyscallError("listen", listen(fd, backlog))
	})
}

// Control calls f with c's descriptor, and returns its error.
func Control(c syscall.Conn, f func(fd uintptr) error) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = f(fd) }); err != nil {
		return err
	}
	return inner
}
