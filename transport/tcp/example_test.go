package tcp_test

import (
	"context"
	"fmt"
	"io"

	"github.com/zeroactor/zmq/transport"
	"github.com/zeroactor/zmq/transport/tcp"
)

func ExampleTransport() {
	ctx := context.Background()
	options := &transport.Options{KeepAlive: transport.KeepAliveOn}
	listener, err := tcp.Transport{}.Listen(ctx, "127.0.0.1:*", options)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer listener.Close()

	// The endpoint has the port that the system chose.
	client, err := tcp.Transport{}.Dial(ctx, listener.Endpoint().Address, options)
	if err != nil {
		fmt.Println(err)
		return
	}
	io.WriteString(client, "hello")
	client.Close()

	server, err := listener.Accept()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	text, err := io.ReadAll(server)
	fmt.Println(string(text), err)
	// Output: hello <nil>
}

func ExampleTransport_CheckDial() {
	fmt.Println(tcp.Transport{}.CheckDial("localhost:5555", nil))
	fmt.Println(tcp.Transport{}.CheckDial("localhost:0", nil))
	// Output:
	// <nil>
	// bad endpoint "tcp://localhost:0": a port to connect to is 1 to 65535
}
