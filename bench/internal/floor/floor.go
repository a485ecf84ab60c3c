// Package floor is what there is below any messaging library: the bytes of ZMTP
// frames through bare net, and no messages at all. What is small is gathered and
// read in buffers of 64 KiB; what is large is written as it is, and read into one
// buffer that is used again.
package floor

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"

	"github.com/zeroactor/zmq/bench/internal/peer"
)

// bufferSize is in bytes.
const bufferSize = 64 << 10

// Library is bare net. With Reused the receive buffer is as large as a message,
// however large that is, else it is always of 64 KiB. Each read writes over what the one
// before it has read, and touches no more of the buffer than the system has at a time. With
// Whole it does not: in the end the message is there, as who uses it needs it.
type Library struct{ Reused, Whole bool }

// Name returns "net", "net-reused" or "net-whole".
func (l Library) Name() string {
	switch {
	case l.Whole:
		return "net-whole"
	case l.Reused:
		return "net-reused"
	}
	return "net"
}

// Open returns a socket for one connection; its type says nothing.
func (l Library) Open(_ context.Context, typ string, j peer.Job) (peer.Socket, error) {
	if j.Prefix > 0 || j.Subs > 0 || j.Peers > 1 {
		return nil, peer.Unsupported(l.Name(), typ)
	}
	return &socket{job: j, library: l}, nil
}

type socket struct {
	job      peer.Job
	library  Library
	listener net.Listener
	conn     net.Conn
	out      *bufio.Writer
	buffer   []byte
	at       int // where in it the next read goes
	extra    int // bytes read that belong to messages not asked for yet
}

func split(endpoint string) (network, address string, err error) {
	scheme, address, _ := strings.Cut(endpoint, "://")
	switch scheme {
	case "tcp":
		return "tcp", strings.TrimSuffix(address, "*") + map[bool]string{true: "0"}[strings.HasSuffix(address, "*")], nil
	case "ipc":
		return "unix", filepath.Clean(address), nil
	}
	return "", "", peer.Unsupported("net", scheme)
}

func (s *socket) Bind(endpoint string) (string, error) {
	network, address, err := split(endpoint)
	if err != nil {
		return "", err
	}
	if s.listener, err = net.Listen(network, address); err != nil {
		return "", err
	}
	scheme, _, _ := strings.Cut(endpoint, "://")
	return scheme + "://" + s.listener.Addr().String(), nil
}

func (s *socket) Connect(endpoint string) error {
	network, address, err := split(endpoint)
	if err != nil {
		return err
	}
	s.conn, err = net.Dial(network, address)
	s.out = bufio.NewWriterSize(s.conn, bufferSize)
	return err
}

func (s *socket) Close() error {
	var errs []error
	if s.listener != nil {
		errs = append(errs, s.listener.Close())
	}
	if s.conn != nil {
		errs = append(errs, s.conn.Close())
	}
	return errors.Join(errs...)
}

// accept waits for the connection, once.
func (s *socket) accept() (err error) {
	if s.conn == nil {
		s.conn, err = s.listener.Accept()
		if err != nil {
			return err
		}
		s.out = bufio.NewWriterSize(s.conn, bufferSize)
	}
	if s.buffer == nil {
		size := bufferSize
		if s.library.Reused || s.library.Whole {
			size = max(size, s.frame())
		}
		s.buffer = make([]byte, size)
	}
	return nil
}

// frame returns the size of a message with its header.
func (s *socket) frame() int { return len(s.header()) + s.job.Size }

// header returns a header of the length that ZMTP's has.
func (s *socket) header() []byte {
	if s.job.Size < 256 {
		return []byte{0, byte(s.job.Size)}
	}
	return binary.BigEndian.AppendUint64([]byte{2}, uint64(s.job.Size))
}

func (s *socket) Send(n int, body []byte) error {
	if err := s.accept(); err != nil {
		return err
	}
	header := s.header()
	if s.job.Size >= bufferSize/2 {
		return s.sendLarge(n, header, body)
	}
	for range n {
		if _, err := s.out.Write(header); err != nil {
			return err
		}
		if _, err := s.out.Write(body); err != nil {
			return err
		}
	}
	return s.out.Flush()
}

// sendLarge writes each message with writev.
func (s *socket) sendLarge(n int, header, body []byte) error {
	var parts [2][]byte
	for range n {
		parts = [2][]byte{header, body}
		buffers := net.Buffers(parts[:])
		if _, err := buffers.WriteTo(s.conn); err != nil {
			return err
		}
	}
	return nil
}

func (s *socket) Receive(n int) error {
	if err := s.accept(); err != nil {
		return err
	}
	for want := n*s.frame() - s.extra; ; {
		if want <= 0 {
			s.extra = -want
			return nil
		}
		got, err := s.conn.Read(s.buffer[s.at:])
		if err != nil {
			return err
		}
		want -= got
		if s.library.Whole {
			s.at = (s.at + got) % len(s.buffer)
		}
	}
}

func (s *socket) Echo(n int) error {
	if err := s.accept(); err != nil {
		return err
	}
	buffer := make([]byte, s.frame())
	for range n {
		if _, err := io.ReadFull(s.conn, buffer); err != nil {
			return err
		}
		if _, err := s.conn.Write(buffer); err != nil {
			return err
		}
	}
	return nil
}
