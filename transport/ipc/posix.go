//go:build unix || windows

package ipc

import (
	"net"
	"syscall"
)

// sunPath is the size of sockaddr_un's sun_path, in bytes.
const sunPath = len(syscall.RawSockaddrUnix{}.Path)

// keepFile makes the listener's Close leave the file alone: package net would
// unlink whatever is at the path by then.
func keepFile(ln *net.UnixListener) { ln.SetUnlinkOnClose(false) }
