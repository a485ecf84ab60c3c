package tcp

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"sync"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/zeroactor/zmq/transport"
	"github.com/zeroactor/zmq/transport/internal/osopt"
)

// BenchmarkZeroCopy sends one buffer again and again over the loopback, with MSG_ZEROCOPY and without it. "copied" is
// the part of the sends of which the system told that it has copied after all. See
// docs/decisions/0024-ideas-that-were-measured.md.
func BenchmarkZeroCopy(b *testing.B) {
	for _, size := range []int{64 << 10, 1 << 20, 16 << 20} {
		b.Run(fmt.Sprintf("copy/%d", size), func(b *testing.B) { benchmarkSend(b, size, 0) })
		b.Run(fmt.Sprintf("zerocopy/%d", size), func(b *testing.B) { benchmarkSend(b, size, unix.MSG_ZEROCOPY) })
	}
}

func benchmarkSend(b *testing.B, size, flags int) {
	conn := drained(b)
	err := osopt.Control(conn, func(fd uintptr) error {
		return unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ZEROCOPY, 1)
	})
	if err != nil {
		b.Skip(err)
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		b.Fatal(err)
	}
	s := zeroCopySender{raw: raw, flags: flags, oob: make([]byte, 256)}
	body := bytes.Repeat([]byte{1}, size) // memory that is really there
	b.SetBytes(int64(size))
	for b.Loop() {
		if err := s.send(body); err != nil {
			b.Fatal(err)
		}
	}
	if s.told > 0 {
		b.ReportMetric(float64(s.copied)/float64(s.told), "copied")
	}
}

// drained returns a connection to somebody who reads all that comes.
func drained(b *testing.B) *net.TCPConn {
	l, err := Transport{}.Listen(b.Context(), "127.0.0.1:0", &transport.Options{})
	if err != nil {
		b.Fatal(err)
	}
	var reader sync.WaitGroup
	b.Cleanup(reader.Wait)
	b.Cleanup(func() { l.Close() })
	reader.Go(func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		for buf := make([]byte, 1<<20); err == nil; {
			_, err = conn.Read(buf)
		}
	})
	conn, err := Transport{}.Dial(b.Context(), l.Endpoint().Address, &transport.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close() })
	return conn.(*net.TCPConn)
}

// A zeroCopySender sends from memory that is the caller's again when send returns.
type zeroCopySender struct {
	raw   syscall.RawConn
	flags int
	oob   []byte

	calls  int // of the system, with MSG_ZEROCOPY
	told   int // how many of them are done
	copied int // ... by a copy after all
}

func (s *zeroCopySender) send(p []byte) error {
	for len(p) > 0 {
		n, err := s.write(p)
		if err == unix.ENOBUFS { // too many that it has not told of
			err = s.settle()
		}
		if err != nil {
			return err
		}
		p = p[n:]
	}
	return s.settle()
}

// write sends some of p.
func (s *zeroCopySender) write(p []byte) (n int, err error) {
	broken := s.raw.Write(func(fd uintptr) (done bool) {
		n, err = unix.SendmsgN(int(fd), p, nil, nil, s.flags)
		return err != unix.EAGAIN
	})
	if broken != nil {
		return 0, broken
	}
	if err != nil {
		return 0, err
	}
	if s.flags != 0 {
		s.calls++
	}
	return n, nil
}

// settle waits until the system has told of all calls: it says so in the socket's queue of errors. It holds a thread
// meanwhile, as the Go runtime takes a descriptor with nothing but an error to tell of for a bad one.
func (s *zeroCopySender) settle() (err error) {
	broken := s.raw.Control(func(fd uintptr) {
		for s.told < s.calls && err == nil {
			err = s.settleSome(int(fd))
		}
	})
	if broken != nil {
		return broken
	}
	return err
}

// settleSome takes the next message of the queue, or waits for one.
func (s *zeroCopySender) settleSome(fd int) error {
	_, n, _, _, err := unix.Recvmsg(fd, nil, s.oob, unix.MSG_ERRQUEUE)
	switch err {
	case nil:
		return s.hear(s.oob[:n])
	case unix.EAGAIN:
		_, err = unix.Poll([]unix.PollFd{{Fd: int32(fd)}}, -1)
	}
	if err == unix.EINTR {
		return nil
	}
	return err
}

// hear counts what one message of the queue tells, which is the first and the last number of calls that are done.
func (s *zeroCopySender) hear(oob []byte) error {
	msgs, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return err
	}
	for _, m := range msgs {
		if len(m.Data) < int(unsafe.Sizeof(unix.SockExtendedErr{})) {
			return io.ErrUnexpectedEOF
		}
		e := (*unix.SockExtendedErr)(unsafe.Pointer(unsafe.SliceData(m.Data)))
		if e.Origin != unix.SO_EE_ORIGIN_ZEROCOPY {
			return syscall.Errno(e.Errno)
		}
		n := int(e.Data-e.Info) + 1
		s.told += n
		if e.Code&unix.SO_EE_CODE_ZEROCOPY_COPIED != 0 {
			s.copied += n
		}
	}
	return nil
}
