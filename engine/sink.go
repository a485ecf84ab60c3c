package engine

import "net"

// A sink writes to a connection.
type sink interface {
	// write writes the spans, which it may change, and returns how many bytes
	// it wrote. If wait is false it writes only what the system takes at once.
	write(spans [][]byte, wait bool) (int, error)

	// canTry reports whether wait may be false.
	canTry() bool

	// light reports whether a write only leaves the bytes for the peer to take, as with a
	// UNIX socket, and that can do so meanwhile. With TCP on one machine it is also most of the
	// peer's receiving.
	light() bool

	// roomy reports whether the system may take more than maxBatch at once, as with TCP: its buffer grows with need, and
	// a UNIX socket's does not.
	roomy() bool
}

// connSink is the sink of any connection.
type connSink struct {
	net.Conn
	bufs net.Buffers // here so that WriteTo allocates nothing
}

func (s *connSink) canTry() bool { return false }
func (s *connSink) light() bool  { return false }
func (s *connSink) roomy() bool  { return false }

func (s *connSink) write(spans [][]byte, _ bool) (int, error) {
	if len(spans) == 1 {
		return s.Write(spans[0])
	}
	s.bufs = spans
	n, err := s.bufs.WriteTo(s.Conn)
	return int(n), err
}
