package peer

import (
	"context"
	"errors"
	"fmt"
)

// ErrUnsupported says that a library has not got what a job asks for.
var ErrUnsupported = errors.New("not supported")

// Unsupported is ErrUnsupported with what was asked for.
func Unsupported(library, what string) error {
	return fmt.Errorf("%s: %s: %w", library, what, ErrUnsupported)
}

// A Library opens sockets for jobs.
type Library interface {
	// Name returns the library's name, with its version if it is another's.
	Name() string

	// Open opens a socket of the type for one side of the job. What the socket
	// does later ends when ctx is done.
	Open(ctx context.Context, typ string, j Job) (Socket, error)
}

// A Socket is used by one goroutine, but for Close. All options are the
// library's defaults, but that a PUB waits for slow subscribers and does not
// drop, except in the role of flood, and that the backlog is long enough for all
// peers.
type Socket interface {
	// Bind returns the endpoint with what the system chose.
	Bind(endpoint string) (bound string, err error)

	// Connect may return before there is a connection.
	Connect(endpoint string) error

	// Send sends n messages of body, which is not written to any more.
	Send(n int, body []byte) error

	// Receive receives n messages, of the job's size and number of frames.
	Receive(n int) error

	// Echo receives n messages and sends each back.
	Echo(n int) error

	// Close ends what waits in the other methods.
	Close() error
}

// A Subscriber is a SUB socket.
type Subscriber interface {
	Socket

	// Subscribe adds a topic.
	Subscribe(topic []byte) error

	// ReceiveMark receives messages until one has mark after its topic.
	ReceiveMark(mark byte) error
}

// A Gatherer is a socket that can say when its peers are there.
type Gatherer interface {
	Socket

	// Gather calls first when there is a first connection, and returns when n
	// peers have completed their handshake. It is called before Bind, on a
	// goroutine of its own.
	Gather(n int, first func()) error
}

// A Proxier can forward between two of its sockets.
type Proxier interface {
	// Proxy forwards until ctx is done, which is no error.
	Proxy(ctx context.Context, front, back Socket) error
}
