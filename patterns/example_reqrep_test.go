package patterns_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

func ExamplePair() {
	ctx := context.Background()
	a, err := patterns.NewPair()
	if err != nil {
		log.Fatal(err)
	}
	defer a.Close()
	b, err := patterns.NewPair()
	if err != nil {
		log.Fatal(err)
	}
	defer b.Close()
	if _, err := a.Bind("inproc://example-pair"); err != nil {
		log.Fatal(err)
	}
	if err := b.Connect("inproc://example-pair"); err != nil {
		log.Fatal(err)
	}
	if err := b.SendBytes(ctx, []byte("hello")); err != nil {
		log.Fatal(err)
	}
	m, err := a.Recv(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", m.Frame(0))
	// Output: hello
}

// A request that is not answered in time is given up, and may be sent again:
// the late reply is never taken for another one's.
func ExampleReq_Do() {
	rep, err := patterns.NewRep()
	if err != nil {
		log.Fatal(err)
	}
	defer rep.Close()
	ep, err := rep.Bind("tcp://127.0.0.1:*")
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		for q, err := range rep.Requests(context.Background()) {
			if err != nil {
				return // the socket is closed
			}
			q.ReplyBytes(append([]byte("hello, "), q.Frame(0)...))
		}
	}()

	req, err := patterns.NewReq(patterns.ReqCorrelate(true))
	if err != nil {
		log.Fatal(err)
	}
	defer req.Close()
	if err := req.Connect(ep.String()); err != nil {
		log.Fatal(err)
	}
	question := zmq.NewMessage("world")
	for range 3 { // attempts
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		answer, err := req.Do(ctx, question)
		cancel()
		if err == nil {
			fmt.Printf("%s\n", answer.Frame(0))
			break
		}
	}
	// Output: hello, world
}

func ExampleRep() {
	ctx := context.Background()
	rep, err := patterns.NewRep()
	if err != nil {
		log.Fatal(err)
	}
	defer rep.Close()
	if _, err := rep.Bind("inproc://example-rep"); err != nil {
		log.Fatal(err)
	}
	req, err := patterns.NewReq()
	if err != nil {
		log.Fatal(err)
	}
	defer req.Close()
	if err := req.Connect("inproc://example-rep"); err != nil {
		log.Fatal(err)
	}

	if err := req.SendBytes(ctx, []byte("2 + 2?")); err != nil {
		log.Fatal(err)
	}
	question, err := rep.Recv(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", question.Frame(0))
	if err := rep.SendBytes(ctx, []byte("4")); err != nil {
		log.Fatal(err)
	}
	answer, err := req.Recv(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", answer.Frame(0))
	// Output:
	// 2 + 2?
	// 4
}

// Requests may be answered in any order, and by other goroutines.
func ExampleRep_Requests() {
	rep, err := patterns.NewRep()
	if err != nil {
		log.Fatal(err)
	}
	defer rep.Close()
	if _, err := rep.Bind("inproc://example-requests"); err != nil {
		log.Fatal(err)
	}
	go func() {
		for q, err := range rep.Requests(context.Background()) {
			if err != nil {
				return // the socket is closed
			}
			go func() {
				if err := q.Reply(zmq.NewMessage("done with", string(q.Frame(0)))); err != nil {
					log.Print(err)
				}
			}()
		}
	}()

	req, err := patterns.NewReq()
	if err != nil {
		log.Fatal(err)
	}
	defer req.Close()
	if err := req.Connect("inproc://example-requests"); err != nil {
		log.Fatal(err)
	}
	answer, err := req.Do(context.Background(), zmq.NewMessage("work"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s %s\n", answer.Frame(0), answer.Frame(1))
	// Output: done with work
}

// A DEALER talks to a REP as a REQ does if it puts an empty frame before each
// request, but need not wait for one reply before the next request.
func ExampleDealer() {
	ctx := context.Background()
	rep, err := patterns.NewRep()
	if err != nil {
		log.Fatal(err)
	}
	defer rep.Close()
	if _, err := rep.Bind("inproc://example-dealer"); err != nil {
		log.Fatal(err)
	}
	go func() {
		for q, err := range rep.Requests(ctx) {
			if err != nil {
				return // the socket is closed
			}
			q.Reply(&q.Message)
		}
	}()

	dealer, err := patterns.NewDealer()
	if err != nil {
		log.Fatal(err)
	}
	defer dealer.Close()
	if err := dealer.Connect("inproc://example-dealer"); err != nil {
		log.Fatal(err)
	}
	for _, question := range []string{"1", "2", "3"} {
		if err := dealer.SendBytes(ctx, nil, []byte(question)); err != nil {
			log.Fatal(err)
		}
	}
	for range 3 {
		m, err := dealer.Recv(ctx)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%q %q\n", m.Frame(0), m.Frame(1))
	}
	// Output:
	// "" "1"
	// "" "2"
	// "" "3"
}

func ExampleRouter() {
	ctx := context.Background()
	router, err := patterns.NewRouter(patterns.RouterMandatory(true))
	if err != nil {
		log.Fatal(err)
	}
	defer router.Close()
	if _, err := router.Bind("inproc://example-router"); err != nil {
		log.Fatal(err)
	}
	worker, err := patterns.NewDealer(patterns.RoutingID([]byte("worker-7")))
	if err != nil {
		log.Fatal(err)
	}
	defer worker.Close()
	if err := worker.Connect("inproc://example-router"); err != nil {
		log.Fatal(err)
	}

	if err := worker.SendBytes(ctx, []byte("ready")); err != nil {
		log.Fatal(err)
	}
	m, err := router.Recv(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s is %s\n", m.Frame(0), m.Frame(1))
	if err := router.SendTo(ctx, m.Frame(0), zmq.NewMessage("a task")); err != nil {
		log.Fatal(err)
	}
	task, err := worker.Recv(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", task.Frame(0))
	fmt.Println(router.SendTo(ctx, []byte("worker-8"), zmq.NewMessage("a task")))
	// Output:
	// worker-7 is ready
	// a task
	// zmq: ROUTER send: zmq: host unreachable
}

// A STREAM serves peers that know nothing of ZeroMQ.
func ExampleStream() {
	ctx := context.Background()
	stream, err := patterns.NewStream()
	if err != nil {
		log.Fatal(err)
	}
	defer stream.Close()
	ep, err := stream.Bind("tcp://127.0.0.1:*")
	if err != nil {
		log.Fatal(err)
	}
	visitor, err := net.Dial("tcp", ep.Address)
	if err != nil {
		log.Fatal(err)
	}
	defer visitor.Close()
	m, err := stream.Recv(ctx) // an id and an empty frame: somebody has connected
	if err != nil {
		log.Fatal(err)
	}
	id := m.Frame(0)
	if err := stream.SendBytes(ctx, id, []byte("welcome, "), []byte("and goodbye")); err != nil {
		log.Fatal(err)
	}
	if err := stream.SendBytes(ctx, id, nil); err != nil { // ends the connection
		log.Fatal(err)
	}
	text, err := io.ReadAll(visitor)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", text)
	// Output: welcome, and goodbye
}
