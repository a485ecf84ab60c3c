//go:build unix

package real

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/internal/wait"
	"github.com/zeroactor/zmq/patterns"
)

// lives is how many processes are killed, one after the other.
const lives = 3

// overAll runs a test over each transport, with the process bound and connected.
func overAll(t *testing.T, test func(t *testing.T, how, endpoint string)) {
	for _, transport := range []string{"ipc", "tcp"} {
		for _, how := range []string{"bind", "connect"} {
			t.Run(transport+"/"+how, func(t *testing.T) {
				t.Parallel()
				test(t, how, free(t, transport))
			})
		}
	}
}

// free returns an endpoint that two processes, one after the other, can bind.
func free(t *testing.T, transport string) string {
	t.Helper()
	if transport == "ipc" {
		return "ipc://" + filepath.Join(t.TempDir(), "s")
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0") // nobody takes the port meanwhile, but by bad luck
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return "tcp://" + ln.Addr().String()
}

// patient returns a context that ends when something takes far too long.
func patient(t *testing.T) context.Context {
	ctx, end := wait.Context(context.Background(), patience)
	t.Cleanup(end)
	return ctx
}

// opposite puts our socket at the other end of the process's.
func opposite(t *testing.T, s endpointer, how, endpoint string) {
	t.Helper()
	err := error(nil)
	if how == "bind" {
		err = s.Connect(endpoint)
	} else {
		_, err = s.Bind(endpoint)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestReceiverIsKilled kills the process that receives, again and again, while
// we send as fast as we can. What arrives is whole, comes once and in order, from
// one life to the next.
func TestReceiverIsKilled(t *testing.T) {
	overAll(t, func(t *testing.T, how, endpoint string) {
		push, err := patterns.NewPush(again())
		if err != nil {
			t.Fatal(err)
		}
		defer push.CloseNow()
		opposite(t, push, how, endpoint)
		ctx, stop := context.WithCancel(patient(t))
		sent := make(chan error, 1)
		go func() {
			for n := 0; ; n++ {
				if err := push.Send(ctx, message(0, n)); err != nil {
					sent <- err
					return
				}
			}
		}()
		defer func() { stop(); <-sent }()
		last := -1
		for life := range lives {
			p := start(t, "pull", how, endpoint)
			for range 50 + 50*life {
				sender, n := 0, 0
				fmt.Sscan(p.hear(t, "got"), &sender, &n)
				if n <= last {
					t.Fatalf("message %d comes after %d", n, last)
				}
				last = n
			}
			p.kill()
			for _, line := range p.rest {
				fmt.Sscan(strings.TrimPrefix(line, "got"), new(int), &last)
			}
		}
	})
}

// TestSenderIsKilled kills the process that sends. What each has sent arrives
// whole, once, in order and without a gap up to where it was killed.
func TestSenderIsKilled(t *testing.T) {
	overAll(t, func(t *testing.T, how, endpoint string) {
		pull, err := patterns.NewPull(again())
		if err != nil {
			t.Fatal(err)
		}
		defer pull.CloseNow()
		opposite(t, pull, how, endpoint)
		next := make(map[int]int) // by sender
		take := func() (sender int) {
			m, err := pull.Recv(patient(t))
			if err != nil {
				t.Fatal(err)
			}
			sender, n, err := parse(m)
			if err != nil {
				t.Fatal(err)
			}
			if n != next[sender] {
				t.Fatalf("message %d of sender %d comes in place of %d", n, sender, next[sender])
			}
			next[sender]++
			m.Release()
			return sender
		}
		for life := range lives {
			p := start(t, "push", how, endpoint, fmt.Sprint(life))
			for range 50 + 50*life {
				for take() != life {
					continue // the last one's last
				}
			}
			p.kill()
		}
	})
}

// TestAnswererIsKilled kills the process that has a request. The REQ says so, and
// the next request goes to the next process.
func TestAnswererIsKilled(t *testing.T) {
	overAll(t, func(t *testing.T, how, endpoint string) {
		req, err := patterns.NewReq(again())
		if err != nil {
			t.Fatal(err)
		}
		defer req.CloseNow()
		opposite(t, req, how, endpoint)
		ctx := patient(t)
		for life := range lives {
			p := start(t, "rep", how, endpoint)
			question := fmt.Sprint("question ", life)
			answer, err := req.Do(ctx, zmq.NewMessage(question))
			for errors.Is(err, patterns.ErrPeerLost) { // the last one's end may come to be known only now
				answer, err = req.Do(ctx, zmq.NewMessage(question))
			}
			if err != nil || string(answer.Frame(0)) != question {
				t.Fatalf("the answer to %q is %v, %v", question, answer, err)
			}
			lost := make(chan error, 1)
			go func() {
				_, err := req.Do(ctx, zmq.NewMessage("wait"))
				lost <- err
			}()
			p.hear(t, "asked")
			p.kill()
			if err := <-lost; !errors.Is(err, patterns.ErrPeerLost) {
				t.Fatalf("the request of a process that was killed ends with %v", err)
			}
		}
	})
}
