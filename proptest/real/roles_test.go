//go:build unix

package real

import (
	"bufio"
	"context"
	"fmt"
	"hash/fnv"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

func again() patterns.Option { return patterns.ReconnectInterval(10 * time.Millisecond) }

// endpointer is what roles do with a socket before they use it.
type endpointer interface {
	Bind(string) (zmq.Endpoint, error)
	Connect(string) error
}

// place binds or connects a socket, as how says, and tells where.
func place(s endpointer, how, endpoint string) error {
	if how == "connect" {
		return s.Connect(endpoint)
	}
	ep, err := s.Bind(endpoint)
	fmt.Println("bound", ep)
	return err
}

// message returns message number n of a sender: both, something that follows
// from them, of a size that does as well, and its sum.
func message(sender, n int) *zmq.Message {
	body := strings.Repeat(fmt.Sprint(sender, " ", n, ";"), 1+(n*n*31)%4000)
	return zmq.NewMessage(fmt.Sprint(sender), fmt.Sprint(n), body, sum(body))
}

func sum(s string) string {
	h := fnv.New64a()
	h.Write([]byte(s))
	return strconv.FormatUint(h.Sum64(), 16)
}

// parse returns what message was given, and an error if that is not whole.
func parse(m *zmq.Message) (sender, n int, err error) {
	if m.Len() != 4 {
		return 0, 0, fmt.Errorf("%d frames", m.Len())
	}
	sender, err1 := strconv.Atoi(string(m.Frame(0)))
	n, err2 := strconv.Atoi(string(m.Frame(1)))
	want := message(sender, n)
	for i := range 4 {
		if string(want.Frame(i)) != string(m.Frame(i)) {
			return sender, n, fmt.Errorf("frame %d of message %d.%d is not as it was sent (%v, %v)", i, sender, n, err1, err2)
		}
	}
	return sender, n, nil
}

// pullRole says of each message what it is.
func pullRole(args []string) error {
	pull, err := patterns.NewPull(again())
	if err != nil {
		return err
	}
	if err := place(pull, args[0], args[1]); err != nil {
		return err
	}
	out := bufio.NewWriter(os.Stdout)
	for {
		m, err := pull.Recv(context.Background())
		if err != nil {
			return err
		}
		sender, n, err := parse(m)
		if err != nil {
			fmt.Fprintln(out, "wrong:", err)
		}
		fmt.Fprintln(out, "got", sender, n)
		if err := out.Flush(); err != nil {
			return err
		}
	}
}

// pushRole sends messages, as fast as it can, until it is killed.
func pushRole(args []string) error {
	push, err := patterns.NewPush(again())
	if err != nil {
		return err
	}
	if err := place(push, args[0], args[1]); err != nil {
		return err
	}
	sender, err := strconv.Atoi(args[2])
	for n := 0; err == nil; n++ {
		err = push.Send(context.Background(), message(sender, n))
	}
	return err
}

// repRole answers what is asked with itself, but for "wait".
func repRole(args []string) error {
	rep, err := patterns.NewRep(again())
	if err != nil {
		return err
	}
	if err := place(rep, args[0], args[1]); err != nil {
		return err
	}
	for {
		m, err := rep.Recv(context.Background())
		if err != nil {
			return err
		}
		if string(m.Frame(0)) == "wait" {
			fmt.Println("asked")
			select {} // until it is killed
		}
		if err := rep.Send(context.Background(), m); err != nil {
			return err
		}
	}
}
