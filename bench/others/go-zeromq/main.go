// Command go-zeromq is a peer of bench over github.com/go-zeromq/zmq4, a ZeroMQ
// in pure Go.
package main

import (
	"context"
	"net"
	"os"
	"strings"
	"time"

	"github.com/go-zeromq/zmq4"

	"github.com/zeroactor/zmq/bench/internal/peer"
)

func main() { os.Exit(peer.Run(library{})) }

type library struct{}

// Name returns the library's name.
func (library) Name() string { return "go-zeromq/zmq4" }

// Open opens a socket.
func (l library) Open(ctx context.Context, typ string, j peer.Job) (peer.Socket, error) {
	types := map[string]func(context.Context, ...zmq4.Option) zmq4.Socket{
		"PUSH": zmq4.NewPush, "PULL": zmq4.NewPull, "REQ": zmq4.NewReq, "REP": zmq4.NewRep,
		"DEALER": zmq4.NewDealer, "ROUTER": zmq4.NewRouter, "PAIR": zmq4.NewPair,
	}
	open, ok := types[typ]
	if !ok {
		return nil, peer.Unsupported(l.Name(), typ)
	}
	s := open(ctx)
	return &peer.Plain{
		Library: l.Name(), Job: j,
		OnBind: func(endpoint string) (string, error) {
			if free, ok := strings.CutSuffix(endpoint, ":*"); ok {
				endpoint = free + ":0"
			}
			if err := s.Listen(endpoint); err != nil {
				return "", err
			}
			scheme, address, _ := strings.Cut(endpoint, "://")
			if scheme == "tcp" {
				address = s.Addr().String()
			}
			return scheme + "://" + address, nil
		},
		OnConnect: s.Dial,
		OnSend: waitForPeer(ctx, func(frames ...[]byte) error {
			if len(frames) == 1 {
				return s.Send(zmq4.NewMsg(frames[0]))
			}
			return s.SendMulti(zmq4.NewMsgFrom(frames...))
		}),
		OnReceive: func() ([][]byte, error) {
			m, err := s.Recv()
			return m.Frames, err
		},
		OnClose: func() error {
			// What its peer has closed it closes on its own, and Close then fails
			// now and then because that is closed; the error does not unwrap.
			err := s.Close()
			if err != nil && strings.Contains(err.Error(), net.ErrClosed.Error()) {
				return nil
			}
			return err
		},
	}, nil
}

// waitForPeer returns send, which until it first succeeds is tried again: without
// a peer a REQ of this library fails at once.
func waitForPeer(ctx context.Context, send func(frames ...[]byte) error) func(frames ...[]byte) error {
	begun := false
	return func(frames ...[]byte) error {
		err := send(frames...)
		for again := time.NewTicker(time.Millisecond); err != nil && !begun; err = send(frames...) {
			select {
			case <-again.C:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		begun = true
		return err
	}
}
