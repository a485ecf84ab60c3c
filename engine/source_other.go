//go:build !unix

package engine

import "net"

// newSource returns the best source for the connection.
func newSource(nc net.Conn) source { return connSource{nc} }
