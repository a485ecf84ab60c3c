package engine

import (
	"net"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A handle is a second descriptor of a connection, to write to without a function that the
// runtime calls: what such a function writes would have to be on the heap. As it is
// our own it cannot become another file's while somebody uses it, whoever closes the
// connection. It is guarded by the port's reading lock.
type handle struct {
	rc    syscall.RawConn // of the connection
	fd    int
	opens bool
}

// openHandle returns the handle of nc, or nil if it can have none.
func openHandle(nc net.Conn) *handle {
	rc := rawConn(nc)
	if rc == nil {
		return nil
	}
	h := &handle{rc: rc, opens: isTCP(nc)}
	rc.Control(func(fd uintptr) {
		if dup, err := unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 3); err == nil {
			h.fd = dup
		}
	})
	if h.fd == 0 {
		return nil
	}
	return h
}

func (h *handle) close() { unix.Close(h.fd) }

// write writes as much of head, with which a message begins if there is any, and body as the system takes at once,
// and refers to them no longer than that takes.
func (h *handle) write(head, body []byte) (n int, err error) {
	if i, first := openingOf([][]byte{head, body}); h.opens && len(head) > 0 && i == 1 {
		n, err = h.writev(head, body[:first])
		if n < openingSize || err != nil {
			return n, err
		}
		head, body = nil, body[first:]
	}
	rest, err := h.writev(head, body)
	return n + rest, err
}

// writev is one call of the system's.
func (h *handle) writev(head, body []byte) (n int, err error) {
	var iov [2]syscall.Iovec // on the stack, and so may be what it refers to
	iov[0].Base, iov[1].Base = unsafe.SliceData(head), unsafe.SliceData(body)
	iov[0].SetLen(len(head))
	iov[1].SetLen(len(body))
	for {
		n, _, errno := syscall.Syscall(syscall.SYS_WRITEV, uintptr(h.fd), uintptr(unsafe.Pointer(&iov)), uintptr(len(iov)))
		switch errno {
		case 0:
			return int(n), nil
		case syscall.EINTR:
		case syscall.EAGAIN:
			return 0, nil
		default:
			return 0, errno
		}
	}
}

// wait waits until the system takes something. It fails when the time for writing is over,
// or the connection is closed.
func (h *handle) wait() error { return h.rc.Write(writable) }

// writable reports whether the system takes something. To be asked for once before a wait,
// or what has happened between the last write and that might never be heard of.
func writable(fd uintptr) bool {
	p := [1]unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
	var now unix.Timespec
	// Without the runtime's ado for calls that may take their time.
	n, _, errno := syscall.RawSyscall6(syscall.SYS_PPOLL, uintptr(unsafe.Pointer(&p)), 1, uintptr(unsafe.Pointer(&now)), 0, 0, 0)
	return n > 0 || errno != 0
}
