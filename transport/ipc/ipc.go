// Package ipc is the transport of "ipc://" endpoints: stream sockets of the
// UNIX family, between processes of one host.
//
// The address is the path of a socket file, absolute or relative, of at most
// [MaxPath] bytes; on Linux also "@name" for a name in the abstract namespace,
// that no file stands for; and to listen also "*", for a file "socket" in a
// new directory that nobody else can enter, below os.TempDir.
//
// # Files
//
// A listener makes its file, and Close removes that one file, and for "*" its
// directory: not one that somebody has put in its place since. A process that
// dies leaves its file behind, so that Listen takes over a socket file that
// nobody listens on. It finds out by connecting, which a live server sees as a
// connection that says nothing. It never removes a live server's file, nor
// anything that is not a socket.
//
// To look, to remove and to make anew are three steps, between which another
// server could take them as well: both find a dead file, one replaces it, and
// the other removes what is now alive. The steps are therefore taken under a
// lock (flock(2)) on the directory itself, which leaves no lock file behind and
// which the kernel drops with its holder. Where the directory cannot be locked
// (it is not readable, the file system has no locks, somebody does not let go)
// Listen still makes new files, but takes none over. Servers that do not know
// the lock have a file that nobody listens on for the moment between bind and
// listen; a refused file is therefore left alone while it is new.
//
// # Credentials
//
// On Linux a listener can be told which users, groups and processes to let
// in, and [PeerCredentials] says who a peer is.
//
// Everything here may be used by several goroutines at once.
package ipc

import (
	"context"
	"fmt"
	"net"
	"runtime"
	"strings"
	"syscall"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/transport"
)

// Scheme is the part of an ipc endpoint before "://".
const Scheme = "ipc"

// MaxPath is the length of the longest path or abstract name, in bytes, with
// the "@" of the latter: one less than the system's structure has, for the
// zero byte at the end. 107 on Linux.
const MaxPath = sunPath - 1

// wildcard is the address that lets Listen choose.
const wildcard = "*"

// Transport is the ipc transport. The zero value is ready for use.
type Transport struct{}

var _ transport.Transport = Transport{}

// Scheme returns "ipc".
func (Transport) Scheme() string { return Scheme }

// CheckDial reports whether address is one to connect to. The error wraps a
// *zmq.EndpointError, and if the path is too long, zmq.ErrTooLarge.
func (Transport) CheckDial(address string, _ *transport.Options) error {
	if address == wildcard {
		return badEndpoint(address, `"*" is not an address to connect to`)
	}
	return checkAddress(address, runtime.GOOS)
}

// Dial connects to address. The connection is a *net.UnixConn. A server that
// lets too many wait for its Accept gives an EAGAIN at once: try again later.
func (t Transport) Dial(ctx context.Context, address string, o *transport.Options) (net.Conn, error) {
	if err := t.CheckDial(address, o); err != nil {
		return nil, err
	}
	opts := o.Clone()
	d := net.Dialer{Control: func(_, _ string, c syscall.RawConn) error { return prepare(c, &opts) }}
	conn, err := d.DialContext(ctx, "unix", address)
	if err == nil {
		return conn, nil
	}
	if cause := context.Cause(ctx); cause != nil {
		return nil, fmt.Errorf("%w: %w", cause, err)
	}
	return nil, err
}

// checkAddress checks a path or abstract name for the system named goos.
func checkAddress(address, goos string) error {
	switch {
	case address == "":
		return badEndpoint(address, "the path is missing")
	case strings.IndexByte(address, 0) >= 0:
		return badEndpoint(address, "the path has a zero byte")
	case len(address) > MaxPath:
		reason := fmt.Sprintf("the path has %d bytes, at most %d fit", len(address), MaxPath)
		return fmt.Errorf("%w: %w", zmq.ErrTooLarge, badEndpoint(address, reason))
	case address == "@":
		return badEndpoint(address, "the abstract name is missing")
	case isAbstract(address) && goos != "linux":
		return badEndpoint(address, "abstract names exist on Linux only")
	}
	return nil
}

func isAbstract(address string) bool { return strings.HasPrefix(address, "@") }

func badEndpoint(address, reason string) error {
	return &zmq.EndpointError{Endpoint: Scheme + "://" + address, Reason: reason}
}
