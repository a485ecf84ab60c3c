package ipc

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/transport"
	"github.com/zeroactor/zmq/transport/internal/osopt"
)

const (
	// newFile is the age up to which a file that nobody listens on may be that
	// of a server between its bind and its listen. The two are microseconds
	// apart, on a machine that is not busy.
	newFile = 100 * time.Millisecond

	// maxTakeovers is how often Listen removes dead files at one path: once,
	// but for servers without our lock that come and die at the same moment.
	maxTakeovers = 3
)

// errNotRemoved says why a dead file stays.
var errNotRemoved = errors.New("nobody listens on it, but its directory cannot be locked to remove it")

// Listen binds address; see the package's text.
func (Transport) Listen(ctx context.Context, address string, o *transport.Options) (transport.Listener, error) {
	opts := o.Clone()
	if address != wildcard {
		if err := checkAddress(address, runtime.GOOS); err != nil {
			return nil, err
		}
	}
	if err := checkOptions(&opts, system); err != nil {
		return nil, err
	}
	switch {
	case opts.ListenFile != nil:
		return adopt(&opts)
	case ctx.Err() != nil:
		return nil, context.Cause(ctx) // package net would bind all the same
	case address == wildcard:
		return listenWildcard(ctx, &opts)
	case isAbstract(address):
		ln, err := bind(ctx, address, &opts)
		if err != nil {
			return nil, transport.ListenError(err)
		}
		return newListener(ln, address, &opts), nil
	}
	return listenPath(ctx, address, &opts)
}

// listenWildcard listens in a directory of its own.
func listenWildcard(ctx context.Context, o *transport.Options) (transport.Listener, error) {
	dir, err := os.MkdirTemp("", "zmq-")
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "socket")
	l, err := func() (*listener, error) {
		if err := checkAddress(path, runtime.GOOS); err != nil {
			return nil, err
		}
		return bindFile(ctx, path, o)
	}()
	if err != nil {
		os.Remove(dir)
		return nil, err
	}
	l.dir = dir
	return l, nil
}

// listenPath listens at a path, if need be in the place of a dead server.
func listenPath(ctx context.Context, path string, o *transport.Options) (transport.Listener, error) {
	unlock, lockErr := lockDir(ctx, filepath.Dir(path))
	if ctx.Err() != nil {
		if lockErr == nil {
			unlock()
		}
		return nil, context.Cause(ctx)
	}
	if lockErr == nil {
		defer unlock()
	}
	for takeovers := 0; ; takeovers++ {
		l, err := bindFile(ctx, path, o)
		if err == nil {
			return l, nil // not as an interface that holds a nil pointer
		}
		if !osopt.IsInUse(err) {
			return nil, err
		}
		reason := probe(ctx, path)
		switch {
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case reason != nil:
			return nil, fmt.Errorf("%w: %w: %w", zmq.ErrAddrInUse, reason, err)
		case lockErr != nil:
			return nil, fmt.Errorf("%w: %w (%w): %w", zmq.ErrAddrInUse, errNotRemoved, lockErr, err)
		case takeovers == maxTakeovers:
			return nil, transport.ListenError(err)
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%w: %w", zmq.ErrAddrInUse, err)
		}
	}
}

// probe returns nil if there is a socket at path that nobody listens on, or
// nothing any more, and else why what is there must stay.
func probe(ctx context.Context, path string) error {
	for {
		info, err := os.Lstat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case info.Mode().Type() != fs.ModeSocket:
			return errors.New("the file is not a socket")
		}
		var d net.Dialer
		conn, err := d.DialContext(ctx, "unix", path)
		switch {
		case err == nil:
			conn.Close()
			return errors.New("a server listens on it")
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case !osopt.IsRefused(err):
			// No right to connect, a full backlog, a datagram socket:
			// somebody has it.
			return err
		}
		age := time.Since(info.ModTime())
		if age > newFile || age < -newFile { // a clock that was set back proves nothing
			return nil
		}
		select {
		case <-time.After(newFile - age):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// bindFile listens at a path where nothing is yet.
func bindFile(ctx context.Context, path string, o *transport.Options) (*listener, error) {
	// The process may be in another directory by the time of Close.
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	ln, err := bind(ctx, path, o)
	if err != nil {
		return nil, err
	}
	keepFile(ln)
	info, err := os.Lstat(abs)
	if err != nil {
		ln.Close()
		return nil, err
	}
	l := newListener(ln, path, o)
	l.file, l.fileInfo = abs, info
	return l, nil
}

func bind(ctx context.Context, address string, o *transport.Options) (*net.UnixListener, error) {
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error { return prepare(c, o) }}
	ln, err := config.Listen(ctx, "unix", address)
	if err != nil {
		return nil, err
	}
	unix := ln.(*net.UnixListener)
	if err := osopt.SetBacklog(unix, o.ListenBacklog()); err != nil {
		unix.Close()
		return nil, err
	}
	return unix, nil
}

// adopt makes a listener of the socket that the caller has.
func adopt(o *transport.Options) (transport.Listener, error) {
	ln, err := net.FileListener(o.ListenFile)
	if err != nil {
		return nil, &transport.OptionError{Option: "ListenFile", Err: err}
	}
	unix, ok := ln.(*net.UnixListener)
	if !ok {
		ln.Close()
		return nil, &transport.OptionError{Option: "ListenFile", Err: errors.New("not a socket of the UNIX family")}
	}
	err = osopt.Control(unix, func(fd uintptr) error {
		listening, err := osopt.IsListening(fd)
		if err == nil && !listening {
			err = errors.New("the socket is not listening")
		}
		return err
	})
	if err != nil {
		ln.Close()
		return nil, &transport.OptionError{Option: "ListenFile", Err: err}
	}
	return newListener(unix, ln.Addr().String(), o), nil
}
