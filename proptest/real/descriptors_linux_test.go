package real

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// fullRole is a PULL that says what it gets and what it cannot accept. At
// "limit" on its standard input it is left one descriptor more than it has.
func fullRole(args []string) error {
	pull, err := patterns.NewPull()
	if err != nil {
		return err
	}
	events := pull.Monitor(context.Background())
	go func() {
		for ev := range events {
			if ev.Kind == patterns.AcceptFailed {
				fmt.Println("failed", time.Now().UnixNano(), errors.Is(ev.Err, unix.EMFILE), ev.Err)
			}
		}
	}()
	go func() {
		for in := bufio.NewScanner(os.Stdin); in.Scan(); {
			fmt.Println("limited", limit())
		}
	}()
	if err := place(pull, "bind", args[0]); err != nil {
		return err
	}
	for {
		m, err := pull.Recv(context.Background())
		if err != nil {
			return err
		}
		fmt.Println("got", string(m.Frame(0)))
	}
}

// limit makes the table of descriptors have room for one more: numbers are given
// from the lowest that is free.
func limit() error {
	free, err := unix.Dup(0)
	if err != nil {
		return err
	}
	if err := unix.Close(free); err != nil {
		return err
	}
	return unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: uint64(free) + 1, Max: uint64(free) + 1})
}

// TestNoDescriptors fills a process's table of descriptors by connections. Its
// listener says so, pauses instead of spinning, harms nobody who is connected,
// and goes on when descriptors are free.
func TestNoDescriptors(t *testing.T) {
	for _, transport := range []string{"ipc", "tcp"} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			endpoint := free(t, transport)
			p := start(t, "full", endpoint)
			p.hear(t, "bound")
			before := pushTo(t, endpoint)
			sendText(t, before, "before")
			p.hear(t, "got before")

			p.say(t, "limit")
			if answer := p.hear(t, "limited"); answer != "<nil>" {
				t.Fatal(answer)
			}
			leave := crowd(t, endpoint)
			sendText(t, pushTo(t, endpoint), "late")
			p.failsSlowly(t)
			sendText(t, before, "meanwhile")
			p.hear(t, "got meanwhile")
			leave()
			p.hear(t, "got late")
		})
	}
}

// failsSlowly waits for the next few times that the process cannot accept.
func (p *process) failsSlowly(t *testing.T) {
	t.Helper()
	const failures, pause = 6, 90 * time.Millisecond
	var first, last int64
	for i := range failures {
		full := false
		line := p.hear(t, "failed")
		fmt.Sscan(line, &last, &full)
		if !full {
			t.Fatalf("accepting fails with another error: %s", line)
		}
		if i == 0 {
			first = last
		}
	}
	// A machine that is slow can only make it more.
	if took := time.Duration(last - first); took < (failures-1)*pause {
		t.Errorf("the listener has tried %d times in %v", failures, took)
	}
}

// crowd makes connections that say nothing, more than are accepted.
func crowd(t *testing.T, endpoint string) (leave func()) {
	t.Helper()
	network, address, _ := strings.Cut(strings.Replace(endpoint, "ipc", "unix", 1), "://")
	var all []net.Conn
	leave = func() {
		for _, nc := range all {
			nc.Close()
		}
		all = nil
	}
	t.Cleanup(func() { leave() })
	for range 20 {
		nc, err := net.Dial(network, address)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, nc)
	}
	return leave
}

func pushTo(t *testing.T, endpoint string) *patterns.Push {
	t.Helper()
	push, err := patterns.NewPush(again())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { push.CloseNow() })
	if err := push.Connect(endpoint); err != nil {
		t.Fatal(err)
	}
	return push
}

func sendText(t *testing.T, push *patterns.Push, text string) {
	t.Helper()
	if err := push.Send(patient(t), zmq.NewMessage(text)); err != nil {
		t.Fatal(err)
	}
}
