// Command pebbe is a peer of bench over github.com/pebbe/zmq4, which is libzmq
// called through cgo.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/pebbe/zmq4"

	"github.com/zeroactor/zmq/bench/internal/peer"
)

func main() { os.Exit(peer.Run(library{})) }

type library struct{}

// Name returns the library's name, and libzmq's version.
func (library) Name() string {
	major, minor, patch := zmq4.Version()
	return fmt.Sprintf("pebbe/zmq4 (libzmq %d.%d.%d)", major, minor, patch)
}

// Open opens a socket.
func (l library) Open(_ context.Context, typ string, j peer.Job) (peer.Socket, error) {
	types := map[string]zmq4.Type{
		"PUSH": zmq4.PUSH, "PULL": zmq4.PULL, "REQ": zmq4.REQ, "REP": zmq4.REP,
		"DEALER": zmq4.DEALER, "ROUTER": zmq4.ROUTER, "PAIR": zmq4.PAIR,
	}
	t, ok := types[typ]
	if !ok {
		return nil, peer.Unsupported(l.Name(), typ)
	}
	s, err := zmq4.NewSocket(t)
	if err != nil {
		return nil, err
	}
	return &peer.Plain{
		Library: l.Name(), Job: j,
		OnBind: func(endpoint string) (string, error) {
			if err := s.Bind(endpoint); err != nil {
				return "", err
			}
			return s.GetLastEndpoint()
		},
		OnConnect: s.Connect,
		OnSend: func(frames ...[]byte) error {
			for i, f := range frames {
				flags := zmq4.SNDMORE
				if i == len(frames)-1 {
					flags = 0
				}
				if _, err := s.SendBytes(f, flags); err != nil {
					return err
				}
			}
			return nil
		},
		OnReceive: receiver(s, j.Prefix),
		OnClose:   s.Close,
	}, nil
}

// receiver returns a function that receives messages of prefix frames and a body.
func receiver(s *zmq4.Socket, prefix int) func() ([][]byte, error) {
	frames := make([][]byte, prefix+1)
	return func() (_ [][]byte, err error) {
		for i := range frames {
			if frames[i], err = s.RecvBytes(0); err != nil {
				return nil, err
			}
		}
		return frames, nil
	}
}
