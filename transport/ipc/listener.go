package ipc

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"sync"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/transport"
)

// A listener accepts connections, and keeps track of its file.
type listener struct {
	ln       *net.UnixListener
	opts     transport.Options // only read
	endpoint zmq.Endpoint      // only read

	// What is to be removed: set before the listener is handed out, and only
	// read since.
	file     string      // the socket's absolute path, or ""
	fileInfo fs.FileInfo // of that file as it was made
	dir      string      // the directory that was made for it, or ""

	closeOnce sync.Once
	closeErr  error // what the first Close returned; after closeOnce
}

func newListener(ln *net.UnixListener, address string, o *transport.Options) *listener {
	return &listener{ln: ln, opts: *o, endpoint: zmq.Endpoint{Scheme: Scheme, Address: address}}
}

// Endpoint implements [transport.Listener].
func (l *listener) Endpoint() zmq.Endpoint { return l.endpoint }

// Accept implements [transport.Listener].
func (l *listener) Accept() (net.Conn, error) {
	for {
		conn, err := l.ln.AcceptUnix()
		if err != nil {
			return nil, err
		}
		ok, err := admits(&l.opts, conn)
		if ok {
			err = prepareAccepted(conn, &l.opts)
		}
		if ok && err == nil {
			return conn, nil
		}
		conn.Close()
		if err != nil {
			return nil, err
		}
	}
}

// Close implements [transport.Listener]. The error may also be about the file.
func (l *listener) Close() error {
	l.closeOnce.Do(func() {
		// The file goes first: an open socket keeps the inode from being given
		// to another file, and keeps others from taking the path over. Nobody
		// who finds the path free before the socket is closed is harmed.
		l.closeErr = errors.Join(l.unlink(), l.ln.Close())
	})
	return l.closeErr
}

// unlink removes the file that the listener made, if it is there still.
func (l *listener) unlink() error {
	if l.file == "" {
		return nil
	}
	info, err := os.Lstat(l.file)
	if err == nil && os.SameFile(info, l.fileInfo) {
		err = os.Remove(l.file)
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if l.dir == "" {
		return err
	}
	if dirErr := os.Remove(l.dir); !errors.Is(dirErr, fs.ErrNotExist) {
		err = errors.Join(err, dirErr)
	}
	return err
}
