//go:build !unix && !windows

package ipc

import "net"

// sunPath is the size that sockaddr_un's sun_path has nearly everywhere, in
// bytes. This system has no such sockets to fill it.
const sunPath = 108

// keepFile does nothing: there are no files.
func keepFile(*net.UnixListener) {}
