package engine

import "net"

// A source reads from a connection into memory that is chosen only when there
// is something to read.
type source interface {
	// read waits until bytes are there, asks fill where to put them, and
	// returns how many it read. It calls idle before it waits, when the
	// memory that fill returned is not needed for a while; if that says so it
	// looks again in place of waiting. If it waits, then until there are least bytes, or the
	// peer sends no more, where the system can be asked for that: elsewhere, as with a
	// least of 1, until there are some.
	read(least int, fill func() []byte, idle func() (again bool)) (int, error)

	// elastic reports whether it waits before it asks fill.
	elastic() bool
}

// connSource is the source of a connection that cannot wait without memory.
type connSource struct{ net.Conn }

func (connSource) elastic() bool { return false }

func (s connSource) read(_ int, fill func() []byte, _ func() bool) (int, error) {
	return s.Read(fill())
}
