package engine_test

import (
	"context"
	"fmt"
	"net"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/engine"
	"github.com/zeroactor/zmq/internal/arena"
)

// An owner lets everybody in, to its only port.
type owner struct{ port *engine.Port }

func (owner) RoutingID() []byte                        { return nil }
func (owner) Authenticator() engine.Authenticator      { return nil }
func (o owner) Attach(*zmq.Peer) (*engine.Port, error) { return o.port, nil }

// Two connections, of a PUSH and a PULL, serve their ports. A socket, which does not
// exist here, would be the other end of the ports.
func ExampleConn() {
	pool := arena.NewPool(-1)
	defer pool.Close()
	come := make(chan struct{}, 1)
	nothing := func() {}
	out := engine.NewPort(pool, 1000, 1000, nothing, nothing)
	in := engine.NewPort(pool, 1000, 1000, func() { come <- struct{}{} }, nothing)

	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer ln.Close()
	near, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		panic(err)
	}
	far, err := ln.Accept()
	if err != nil {
		panic(err)
	}
	serve := func(nc net.Conn, socketType string, p *engine.Port) chan error {
		c := engine.NewConn(nc, &engine.Config{
			Handshake: engine.HandshakeConfig{SocketType: socketType},
			Limits:    engine.Limits{MaxMessageSize: -1},
			Pool:      pool,
		}, owner{p})
		end := make(chan error, 1)
		go func() { end <- c.Run(context.Background()) }()
		return end
	}
	sender, receiver := serve(near, "PUSH", out), serve(far, "PULL", in)

	out.Out.Append(0, []byte("hello"))
	out.Out.EndMessage()
	out.Out.Flush()
	_, body, ok := in.In.Next()
	for !ok { // asleep until it is called
		<-come
		_, body, ok = in.In.Next()
	}
	fmt.Printf("%s\n", body)

	out.Finish() // the other side sees the end of what is sent, and ends as well
	fmt.Println(<-receiver)
	<-sender
	in.Finish()
	// Output:
	// hello
	// EOF
}
