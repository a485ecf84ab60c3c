//go:build !linux

package engine

import "net"

// newSink returns the best sink for the connection.
func newSink(nc net.Conn, _ *Port) sink { return &connSink{Conn: nc} }
