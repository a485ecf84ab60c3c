// Command mangos is a peer of bench over go.nanomsg.org/mangos/v3: Scalability
// Protocols, ZeroMQ's relatives with another wire protocol, in pure Go.
package main

import (
	"context"
	"os"
	"strings"

	"go.nanomsg.org/mangos/v3"
	"go.nanomsg.org/mangos/v3/protocol/pair"
	"go.nanomsg.org/mangos/v3/protocol/pull"
	"go.nanomsg.org/mangos/v3/protocol/push"
	"go.nanomsg.org/mangos/v3/protocol/rep"
	"go.nanomsg.org/mangos/v3/protocol/req"
	_ "go.nanomsg.org/mangos/v3/transport/inproc"
	_ "go.nanomsg.org/mangos/v3/transport/ipc"
	_ "go.nanomsg.org/mangos/v3/transport/tcp"

	"github.com/zeroactor/zmq/bench/internal/peer"
)

func main() { os.Exit(peer.Run(library{})) }

type library struct{}

// Name returns the library's name.
func (library) Name() string { return "mangos v3" }

// Open opens a socket.
func (l library) Open(_ context.Context, typ string, j peer.Job) (peer.Socket, error) {
	types := map[string]func() (mangos.Socket, error){
		"PUSH": push.NewSocket, "PULL": pull.NewSocket, "REQ": req.NewSocket, "REP": rep.NewSocket, "PAIR": pair.NewSocket,
	}
	open, ok := types[typ]
	if !ok {
		return nil, peer.Unsupported(l.Name(), typ)
	}
	s, err := open()
	if err != nil {
		return nil, err
	}
	// By default it refuses messages of more than a megabyte.
	if err := s.SetOption(mangos.OptionMaxRecvSize, 0); err != nil {
		return nil, err
	}
	return &peer.Plain{
		Library: l.Name(), Job: j,
		OnBind: func(endpoint string) (string, error) {
			if free, ok := strings.CutSuffix(endpoint, ":*"); ok {
				endpoint = free + ":0"
			}
			listener, err := s.NewListener(endpoint, nil)
			if err != nil {
				return "", err
			}
			if err := listener.Listen(); err != nil {
				return "", err
			}
			return listener.Address(), nil
		},
		OnConnect: s.Dial,
		OnSend:    func(frames ...[]byte) error { return s.Send(frames[0]) },
		OnReceive: receiver(s),
		OnClose:   s.Close,
	}, nil
}

// receiver returns a function that receives messages of one frame, as all are.
func receiver(s mangos.Socket) func() ([][]byte, error) {
	frames := make([][]byte, 1)
	return func() (_ [][]byte, err error) {
		frames[0], err = s.Recv()
		return frames, err
	}
}
