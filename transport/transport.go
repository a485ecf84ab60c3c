package transport

import (
	"context"
	"net"

	"github.com/zeroactor/zmq"
)

// A Transport dials and listens on the addresses of one scheme. An address is
// an endpoint's text after "://".
//
// A nil *Options is as good as a pointer to the zero [Options]. Whatever is
// wrong with the text of an address is reported as a [*zmq.EndpointError], and
// an option that cannot be obeyed as an [*OptionError]; both before anything
// is tried.
type Transport interface {
	// Scheme returns the part of an endpoint before "://".
	Scheme() string

	// CheckDial reports whether Dial could take the address: its syntax
	// only. It does no I/O, so that it is fit for a Connect that returns at
	// once. The error is, or wraps, a *zmq.EndpointError.
	CheckDial(address string, o *Options) error

	// Dial connects to the address, trying all that its host name stands
	// for. Where bytes go through a descriptor the connection is one of package
	// net's own (*net.TCPConn, *net.UnixConn), which have CloseWrite and
	// SyscallConn; others ought to have CloseWrite.
	Dial(ctx context.Context, address string, o *Options) (net.Conn, error)

	// Listen binds the address. The error is a zmq.ErrAddrInUse if somebody
	// else has it.
	Listen(ctx context.Context, address string, o *Options) (Listener, error)
}

// A Listener waits for peers.
type Listener interface {
	// Accept waits for the next peer that the options admit; the others are
	// closed without a word. The connection is of the type that Dial returns.
	//
	// After Close the error is net.ErrClosed. Any other error concerns one
	// peer or a lack that may pass (no file descriptors left, say): pause,
	// and accept again.
	Accept() (net.Conn, error)

	// Close ends the listening, and every Accept. Connections accepted
	// before live on. A second Close does nothing, and returns what the
	// first one did.
	Close() error

	// Endpoint returns where peers can reach the listener: really bound,
	// with the port or the path that the system chose for a wildcard.
	Endpoint() zmq.Endpoint
}
