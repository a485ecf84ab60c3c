package engine_test

import (
	"fmt"
	"time"

	"github.com/zeroactor/zmq/engine"
)

// Two handshakes talk without a network between them.
func ExampleHandshake() {
	client := engine.NewHandshake(engine.HandshakeConfig{SocketType: "REQ", RoutingID: []byte("joe"), SendIdentity: true})
	server := engine.NewHandshake(engine.HandshakeConfig{SocketType: "ROUTER", Server: true})
	for done := false; !done; {
		_, _, err := server.Input(client.Output())
		if err != nil {
			panic(err)
		}
		if _, done, err = client.Input(server.Output()); err != nil {
			panic(err)
		}
	}
	p := server.Peer()
	fmt.Printf("a %s that is called %s speaks ZMTP %d.%d\n", p.SocketType, p.RoutingID, p.Major, p.Minor)
	// Output: a REQ that is called joe speaks ZMTP 3.1
}

// A heartbeat is told the time, and says what is due.
func ExampleHeartbeat() {
	h := engine.Heartbeat{Interval: time.Second, Timeout: 3 * time.Second}
	now := time.Unix(0, 0)
	h.Start(now)
	for !h.Check(now).Dead() {
		if h.Check(now) == engine.SendPing {
			h.PingSent(now)
			fmt.Println("PING at", now.Unix())
		}
		now, _ = h.Next()
	}
	fmt.Println("given up at", now.Unix())
	// Output:
	// PING at 1
	// PING at 2
	// PING at 3
	// given up at 4
}
