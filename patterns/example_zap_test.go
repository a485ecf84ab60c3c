package patterns_test

import (
	"context"
	"fmt"
	"log"

	"github.com/zeroactor/zmq/patterns"
)

// A handler that lets in who comes from this host.
func ExampleZAPDomain() {
	c := patterns.NewContext()
	defer c.Close()
	in, ctx := patterns.InContext(c), context.Background()

	handler, err := patterns.NewRep(in)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := handler.Bind(patterns.ZAPEndpoint); err != nil {
		log.Fatal(err)
	}
	go func() {
		for {
			m, err := handler.Recv(ctx) // version, request id, domain, address, identity, mechanism
			if err != nil {
				return // the context is closed
			}
			status, user := "400", ""
			if string(m.Frame(3)) == "127.0.0.1" {
				status, user = "200", "a neighbour"
			}
			frames := [][]byte{m.Frame(0), m.Frame(1), []byte(status), nil, []byte(user), nil}
			if err := handler.SendBytes(ctx, frames...); err != nil {
				return
			}
		}
	}()

	pull, err := patterns.NewPull(in, patterns.ZAPDomain("example"))
	if err != nil {
		log.Fatal(err)
	}
	ep, err := pull.Bind("tcp://127.0.0.1:*")
	if err != nil {
		log.Fatal(err)
	}
	push, err := patterns.NewPush(in)
	if err != nil {
		log.Fatal(err)
	}
	if err := push.Connect(ep.String()); err != nil {
		log.Fatal(err)
	}
	if err := push.SendBytes(ctx, []byte("hello")); err != nil {
		log.Fatal(err)
	}
	m, err := pull.Recv(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s from %s\n", m.Frame(0), m.Peer().UserID)
	// Output: hello from a neighbour
}
