package ipc

import (
	"errors"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/zeroactor/zmq/transport/internal/osopt"
)

var system = features{credentials: true}

// maxGroups is how many supplementary groups Linux lets a process have
// (NGROUPS_MAX, limits.h).
const maxGroups = 65536

// PeerCredentials returns who is at the other end of a connection of this
// package. It works on Linux alone; elsewhere the error is an
// errors.ErrUnsupported.
func PeerCredentials(conn syscall.Conn) (c Credentials, err error) {
	err = osopt.Control(conn, func(fd uintptr) error {
		cred, err := unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
		if err != nil {
			return os.NewSyscallError("getsockopt", err)
		}
		c = Credentials{UID: cred.Uid, GID: cred.Gid, PID: int(cred.Pid)}
		return nil
	})
	return c, err
}

// peerGroups returns the supplementary groups that the peer had when it
// connected. The kernel knows them since Linux 4.13.
func peerGroups(conn syscall.Conn) (groups []uint32, err error) {
	err = osopt.Control(conn, func(fd uintptr) error {
		room := make([]uint32, 64) // more than nearly anyone has
		for {
			n, err := getPeerGroups(fd, room)
			if !errors.Is(err, unix.ERANGE) || n <= len(room) || n > maxGroups {
				groups = room[:min(n, len(room))]
				return os.NewSyscallError("getsockopt", err)
			}
			room = make([]uint32, n)
		}
	})
	return groups, err
}

// getPeerGroups fills room with the peer's groups and returns how many there
// are; if they don't fit, the error is ERANGE. The socket keeps the groups as
// they were, so that a second call finds as many. room is not empty.
func getPeerGroups(fd uintptr, room []uint32) (n int, err error) {
	size := uint32(4 * len(room))
	_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, fd, unix.SOL_SOCKET, unix.SO_PEERGROUPS,
		uintptr(unsafe.Pointer(&room[0])), uintptr(unsafe.Pointer(&size)), 0)
	if errno == unix.ERANGE {
		return int(size / 4), errno
	}
	if errno != 0 {
		return 0, errno
	}
	return int(size / 4), nil
}
