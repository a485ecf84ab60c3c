package zmq_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

func ExampleMessage() {
	m := zmq.NewMessage("weather.vienna")
	m.Append([]byte("sunny"))
	m.AppendString(" 24 °C\n")
	fmt.Println(m.Len(), "frames,", m.Size(), "bytes")
	for i, frame := range m.Frames() {
		fmt.Printf("%d: %q\n", i, frame)
	}
	m.WriteTo(os.Stdout)
	// Output:
	// 3 frames, 27 bytes
	// 0: "weather.vienna"
	// 1: "sunny"
	// 2: " 24 °C\n"
	// weather.viennasunny 24 °C
}

// A message that was sent is empty, and one that could not be sent is as it
// was: so it may always be released.
func ExampleMessage_Release() {
	push, _ := patterns.NewPush()
	defer push.Close()
	m := zmq.NewMessage("work")
	defer m.Release()
	err := push.TrySend(m) // nobody is connected
	fmt.Println(errors.Is(err, zmq.ErrAgain), m.Len())

	push.Connect("inproc://somebody")
	err = push.TrySend(m)
	fmt.Println(err, m.Len())
	push.SetLinger(0)
	// Output:
	// true 1
	// <nil> 0
}

// The body is not copied on its way, and the program hears when the last one
// who has it, be it a socket, is done with it.
func ExampleMessage_AppendOwned() {
	body := make([]byte, 1<<20)
	m := zmq.NewMessage("file")
	m.AppendOwned(body, func(b []byte) { fmt.Println("back:", len(b)) })
	m.Release()
	// Output: back: 1048576
}

// Two sockets get the same content: each needs a message of its own.
func ExampleMessage_Clone() {
	m := zmq.NewMessage("to both")
	c := m.Clone()
	m.Release()
	fmt.Printf("%d %q\n", m.Len(), c.Frame(0))
	// Output: 0 "to both"
}

func ExampleParseEndpoint() {
	ep, err := zmq.ParseEndpoint("tcp://127.0.0.1:5555")
	fmt.Println(ep.Scheme, ep.Address, err)
	_, err = zmq.ParseEndpoint("127.0.0.1:5555")
	fmt.Println(err)
	// Output:
	// tcp 127.0.0.1:5555 <nil>
	// bad endpoint "127.0.0.1:5555": want "transport://address"
}

func ExampleOpError() {
	pull, _ := patterns.NewPull()
	_, err := pull.Bind("carrier-pigeon://coop")
	if op, ok := errors.AsType[*zmq.OpError](err); ok {
		fmt.Println(op.Socket, op.Op, op.Endpoint)
		fmt.Println(errors.Is(err, zmq.ErrTransport))
	}
	pull.Close()
	_, err = pull.Recv(context.Background())
	fmt.Println(errors.Is(err, zmq.ErrClosed), errors.Is(err, net.ErrClosed))
	// Output:
	// PULL bind carrier-pigeon://coop
	// true
	// true true
}

func ExampleDroppedError() {
	push, _ := patterns.NewPush()
	push.Connect("inproc://nobody-comes")
	for range 3 {
		push.SendBytes(context.Background(), []byte("work"))
	}
	err := push.CloseNow()
	if dropped, ok := errors.AsType[*zmq.DroppedError](err); ok {
		fmt.Println(dropped.Messages, "messages were not handed over")
	}
	// Output: 3 messages were not handed over
}

// What a peer said of itself comes with its messages.
func ExamplePeer() {
	ctx := context.Background()
	pull, _ := patterns.NewPull()
	defer pull.Close()
	ep, _ := pull.Bind("ipc://*")
	push, _ := patterns.NewPush(patterns.Metadata("X-Job", "7"))
	push.Connect(ep.String())
	push.SendBytes(ctx, []byte("result"))

	m, _ := pull.Recv(ctx)
	job, _ := m.Peer().Property("x-job")
	fmt.Printf("%s from a %s of job %s, ZMTP %v\n", m.Frame(0), m.Peer().SocketType, job, m.Peer().Version)
	push.Close()
	// Output: result from a PUSH of job 7, ZMTP [3 1]
}

// A peer that breaks the protocol loses its connection, and monitors are told
// which clause it broke.
func ExampleProtocolError() {
	ctx := context.Background()
	pull, _ := patterns.NewPull()
	defer pull.Close()
	events := pull.Monitor(ctx)
	ep, _ := pull.Bind("tcp://127.0.0.1:*")
	conn, _ := net.Dial("tcp", ep.Address)
	defer conn.Close()
	fmt.Fprint(conn, "GET / HTTP/1.1\r\n\r\n")
	for ev := range events {
		if broken, ok := errors.AsType[*zmq.ProtocolError](ev.Err); ok {
			fmt.Println(ev.Kind, broken.Rule)
			break
		}
	}
	// Output: HandshakeFailedProtocol 37/ZMTP Greeting
}

// A peer that refuses us is not asked again: it says why.
func ExamplePeerError() {
	ctx := context.Background()
	pub, _ := patterns.NewPub()
	defer pub.Close()
	ep, _ := pub.Bind("tcp://127.0.0.1:*")
	conn, _ := net.Dial("tcp", ep.Address)
	defer conn.Close()
	events := pub.Monitor(ctx)
	// A peer that speaks ZMTP 3.1 with NULL, and answers with an ERROR.
	greeting := append([]byte("\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\x01NULL"), make([]byte, 48)...)
	conn.Write(append(greeting, "\x04\x0b\x05ERROR\x04busy"...))
	for ev := range events {
		if refused, ok := errors.AsType[*zmq.PeerError](ev.Err); ok {
			fmt.Println(ev.Kind, refused.Reason)
			break
		}
	}
	// Output: HandshakeFailedAuth busy
}

// A peer that goes over a limit loses its connection.
func ExampleLimitError() {
	ctx := context.Background()
	pull, _ := patterns.NewPull(patterns.MaxMessageSize(1000))
	defer pull.Close()
	events := pull.Monitor(ctx)
	ep, _ := pull.Bind("tcp://127.0.0.1:*")
	push, _ := patterns.NewPush(patterns.Linger(0))
	push.Connect(ep.String())
	push.SendBytes(ctx, make([]byte, 1001))
	for ev := range events {
		if over, ok := errors.AsType[*zmq.LimitError](ev.Err); ok {
			fmt.Println(ev.Kind, over.Limit, over.Max)
			break
		}
	}
	push.Close()
	// Output: Disconnected MaxMessageSize 1000
}
