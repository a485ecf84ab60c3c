package engine

import (
	"net"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// newSink returns the best sink for the connection, which tells the port when it makes
// progress in a write that takes long.
func newSink(nc net.Conn, p *Port) sink {
	if rc := rawConn(nc); rc != nil {
		s := &fdSink{rc: rc, port: p, cheap: isUnix(nc) && runtime.NumCPU() > 1, tcp: isTCP(nc)}
		s.try = s.tryWrite
		return s
	}
	return &connSink{Conn: nc}
}

// maxIovecs is the most spans of one writev(2) (IOV_MAX).
const maxIovecs = 1024

// fdSink writes to a descriptor.
type fdSink struct {
	rc    syscall.RawConn
	port  *Port
	cheap bool                  // see light
	tcp   bool                  // see roomy, openingOf
	try   func(fd uintptr) bool // tryWrite, bound once
	spans [][]byte
	wait  bool
	n     int
	told  int // of n, when the port was told last
	err   error
}

func (s *fdSink) canTry() bool { return true }
func (s *fdSink) light() bool  { return s.cheap }
func (s *fdSink) roomy() bool  { return s.tcp }

func (s *fdSink) write(spans [][]byte, wait bool) (int, error) {
	s.spans, s.wait, s.n, s.told, s.err = spans, wait, 0, 0, nil
	err := s.rc.Write(s.try)
	s.spans = nil
	if err == nil {
		err = s.err
	}
	return s.n, err
}

// tryWrite writes until the spans are through, or the system takes no more.
func (s *fdSink) tryWrite(fd uintptr) (done bool) {
	for len(s.spans) > 0 {
		n, err := s.writeOnce(int(fd))
		switch err {
		case nil:
			s.n += n
			s.spans = skip(s.spans, n)
		case syscall.EINTR:
		case syscall.EAGAIN:
			if s.wait && s.n > s.told {
				s.told = s.n
				s.port.progressed()
			}
			return !s.wait
		default:
			s.err = err
			return true
		}
	}
	return true
}

// writeOnce writes some of the spans.
func (s *fdSink) writeOnce(fd int) (int, error) {
	if s.tcp && s.n == 0 {
		if i, n := openingOf(s.spans); n > 0 {
			whole := s.spans[i]
			s.spans[i] = whole[:n]
			n, err := unix.Writev(fd, s.spans[:i+1])
			s.spans[i] = whole
			return n, err
		}
	}
	if len(s.spans) == 1 {
		return syscall.Write(fd, s.spans[0])
	}
	return unix.Writev(fd, s.spans[:min(len(s.spans), maxIovecs)])
}
