//go:build unix

package interop

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// Variables that make this program a DEALER that gives back what it gets: it
// connects, or binds, to their value.
const (
	dealerOf = "ZMQ_INTEROP_DEALER_OF"
	dealerAt = "ZMQ_INTEROP_DEALER_AT"
)

// startEcho starts a process that is such a DEALER.
func startEcho(t *testing.T, how, endpoint string) (cmd *exec.Cmd, kill func()) {
	t.Helper()
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), how+"="+endpoint)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, func() {
		_ = cmd.Process.Kill() // it does not end by itself
		_ = cmd.Wait()         // with the error that it was killed
	}
}

// echoForever is the process.
func echoForever(connect, bind string) {
	dealer, err := patterns.NewDealer(patterns.ReconnectInterval(10 * time.Millisecond))
	switch {
	case err != nil:
	case connect != "":
		err = dealer.Connect(connect)
	default:
		_, err = dealer.Bind(bind)
	}
	for err == nil {
		var m *zmq.Message
		if m, err = dealer.Recv(context.Background()); err == nil {
			err = dealer.Send(context.Background(), m)
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// TestWeAreKilled kills a process with a socket of ours in the middle of a
// conversation, and starts another one in its place: libzmq finds it.
func TestWeAreKilled(t *testing.T) {
	peer := startPeer(t)
	for _, transport := range transports {
		for _, weBind := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/we bind=%v", transport, weBind), func(t *testing.T) {
				t.Parallel()
				them := newTheirs(t, peer, "DEALER", options{"RECONNECT_IVL": 10})
				them.monitor()
				how, endpoint := dealerOf, ""
				if weBind {
					how, endpoint = dealerAt, freeEndpoint(t, transport)
					them.connect(endpoint)
				} else {
					endpoint = them.bind(wildcard(t, transport))
				}
				for i := range 3 {
					_, kill := startEcho(t, how, endpoint)
					defer kill()
					them.event("HANDSHAKE_SUCCEEDED")
					for j := range 3 {
						m := texts(fmt.Sprint(i, " ", j))
						them.send(m)
						expect(t, them.recv(), m)
					}
					them.notice()
					kill()
					them.event("DISCONNECTED")
					them.notice()
				}
			})
		}
	}
}

// freeEndpoint returns one that a process may bind.
func freeEndpoint(t *testing.T, transport string) string {
	t.Helper()
	if transport == "ipc" {
		return wildcard(t, transport)
	}
	// Nobody takes the port meanwhile, but by bad luck.
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return "tcp://" + ln.Addr().String()
}
