package engine

import "net"

// isTCP reports whether nc, which has a descriptor, is a connection of the system's tcp.
func isTCP(nc net.Conn) bool {
	_, ok := nc.LocalAddr().(*net.TCPAddr)
	return ok
}

// isUnix reports whether it is one of a UNIX socket.
func isUnix(nc net.Conn) bool {
	_, ok := nc.LocalAddr().(*net.UnixAddr)
	return ok
}
