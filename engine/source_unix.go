//go:build unix

package engine

import (
	"io"
	"net"
	"syscall"
)

// newSource returns the best source for the connection.
func newSource(nc net.Conn) source {
	if rc := rawConn(nc); rc != nil {
		s := &fdSource{rc: rc, mark: newLowWater(nc)}
		s.try = s.tryRead
		return s
	}
	return connSource{nc}
}

// fdSource reads from a descriptor. It holds no memory while it waits.
type fdSource struct {
	rc    syscall.RawConn
	try   func(fd uintptr) bool // tryRead, bound once
	mark  lowWater
	least int
	fill  func() []byte
	idle  func() (again bool)
	n     int
	err   error
}

func (*fdSource) elastic() bool { return true }

func (s *fdSource) read(least int, fill func() []byte, idle func() (again bool)) (int, error) {
	s.least, s.fill, s.idle = least, fill, idle
	if err := s.rc.Read(s.try); err != nil {
		return 0, err
	}
	return s.n, s.err
}

func (s *fdSource) tryRead(fd uintptr) (done bool) {
	for {
		s.n, s.err = syscall.Read(int(fd), s.fill())
		switch {
		case s.err == syscall.EINTR:
			continue
		case s.err == syscall.EAGAIN:
			if s.idle() {
				continue
			}
			s.mark.set(int(fd), s.least)
			return false
		case s.err != nil:
			s.n = 0
		case s.n == 0:
			s.err = io.EOF
		}
		return true
	}
}
