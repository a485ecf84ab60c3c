package peer

import (
	"context"
	"fmt"
	"os"
	"os/signal"
)

// A Plain is a Socket made of a library's calls for one message, for libraries
// that take so long for one that a call through a function more does not show.
type Plain struct {
	Library string
	Job     Job

	OnBind    func(endpoint string) (bound string, err error)
	OnConnect func(endpoint string) error
	OnSend    func(frames ...[]byte) error
	OnReceive func() (frames [][]byte, err error)
	OnClose   func() error
}

// Bind calls OnBind.
func (p *Plain) Bind(endpoint string) (string, error) { return p.OnBind(endpoint) }

// Connect calls OnConnect.
func (p *Plain) Connect(endpoint string) error { return p.OnConnect(endpoint) }

// Close calls OnClose.
func (p *Plain) Close() error { return p.OnClose() }

// Send sends n messages of body.
func (p *Plain) Send(n int, body []byte) error {
	if p.Job.Batch > 0 || p.Job.Ref {
		return Unsupported(p.Library, "batches, or bodies by reference")
	}
	for range n {
		if err := p.OnSend(body); err != nil {
			return err
		}
	}
	return nil
}

// Receive receives n messages.
func (p *Plain) Receive(n int) error {
	for range n {
		if _, err := p.receiveOne(); err != nil {
			return err
		}
	}
	return nil
}

// Echo sends back n messages.
func (p *Plain) Echo(n int) error {
	for range n {
		frames, err := p.receiveOne()
		if err != nil {
			return err
		}
		if err := p.OnSend(frames...); err != nil {
			return err
		}
	}
	return nil
}

func (p *Plain) receiveOne() ([][]byte, error) {
	frames, err := p.OnReceive()
	if err != nil {
		return nil, err
	}
	if len(frames) != p.Job.Prefix+1 || len(frames[p.Job.Prefix]) != p.Job.Size {
		return nil, fmt.Errorf("received %d frames, want %d bytes in the last of %d", len(frames), p.Job.Size, p.Job.Prefix+1)
	}
	return frames, nil
}

// Run is the main function of a library's program: it plays a job of the command
// line. It returns what the process is to exit with.
func Run(library Library) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := Main(ctx, library, Profiles{}, os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", library.Name(), err)
		return 1
	}
	return 0
}
