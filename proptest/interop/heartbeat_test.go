//go:build unix

package interop

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// Heartbeats of these tests: frequent, but not so that a busy machine misses
// them.
const (
	beat     = 50 * time.Millisecond
	beatLost = 500 * time.Millisecond
)

func ourBeats() []any {
	return []any{patterns.HeartbeatInterval(beat), patterns.HeartbeatTimeout(beatLost), patterns.HeartbeatTTL(beatLost),
		patterns.ReconnectInterval(10 * time.Millisecond)}
}

func theirBeats() options {
	return options{"HEARTBEAT_IVL": beat.Milliseconds(), "HEARTBEAT_TIMEOUT": beatLost.Milliseconds(),
		"HEARTBEAT_TTL": beatLost.Milliseconds(), "RECONNECT_IVL": 10}
}

// TestSilenceWithHeartbeats keeps connections that nothing is said over for
// longer than each side waits for a sign of life.
func TestSilenceWithHeartbeats(t *testing.T) {
	peer := startPeer(t)
	var all []conversation
	for _, who := range []string{"ours", "theirs", "both"} {
		for _, p := range []pairing{pairings[0], dealers} {
			for _, transport := range transports {
				var beats []any
				var opts options
				if who != "theirs" {
					beats = ourBeats()
				}
				if who != "ours" {
					opts = theirBeats()
				}
				us, them := newOurs(t, p.left.typ, beats...), newTheirs(t, peer, p.right.typ, opts)
				them.monitor()
				join(t, us, them, transport)
				c := conversation{t, p, us, them}
				c.say(texts("hello"))
				all = append(all, c)
			}
		}
	}
	time.Sleep(2*beatLost + beatLost/2) // real time: that of another process
	for _, c := range all {
		c.say(texts("still there"))
		us, them := c.left.(*ours), c.right.(*theirs)
		us.close()
		if seen := us.events(); count(seen, patterns.HandshakeSucceeded.String()) != 1 {
			t.Errorf("we have seen %v", seen)
		}
		if seen := them.event("DISCONNECTED").OK.Seen; count(seen, "HANDSHAKE_SUCCEEDED") != 1 {
			t.Errorf("libzmq has seen %v", seen)
		}
	}
}

var dealers = pairing{left: side{typ: "DEALER"}, right: side{typ: "DEALER"}}

func count(list []string, what string) (n int) {
	for _, s := range list {
		if s == what {
			n++
		}
	}
	return n
}

// TestStoppedPeer stops the process of libzmq, so that its connection stays and
// only its silence tells. It is found out, and welcome when it comes back.
func TestStoppedPeer(t *testing.T) {
	for _, transport := range transports {
		for name, oursBinds := range map[string]bool{"we bind": true, "they bind": false} {
			t.Run(transport+"/"+name, func(t *testing.T) {
				t.Parallel()
				peer := startPeer(t)
				us := newOurs(t, "DEALER", ourBeats()...)
				them := newTheirs(t, peer, "DEALER", options{"RECONNECT_IVL": 10})
				c := conversation{t, dealers, us, them}
				if oursBinds {
					join(t, us, them, transport)
				} else {
					join(t, them, us, transport)
				}
				c.say(texts("hello"))
				signal(t, peer.cmd, syscall.SIGSTOP)
				if ev := us.event(patterns.Disconnected); !errors.Is(ev.Err, zmq.ErrTimeout) {
					t.Errorf("disconnected because of %v", ev.Err)
				}
				signal(t, peer.cmd, syscall.SIGCONT)
				us.event(patterns.HandshakeSucceeded)
				c.say(texts("and again"))
			})
		}
	}
}

func signal(t testing.TB, cmd *exec.Cmd, sig os.Signal) {
	t.Helper()
	if err := cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

// TestTheyFindUsStopped stops a process with a socket of ours.
func TestTheyFindUsStopped(t *testing.T) {
	peer := startPeer(t)
	for _, transport := range transports {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			them := newTheirs(t, peer, "DEALER", theirBeats())
			them.monitor()
			cmd, kill := startEcho(t, dealerOf, them.bind(wildcard(t, transport)))
			defer kill()
			echo := func(s string) {
				t.Helper()
				them.send(texts(s))
				expect(t, them.recv(), texts(s))
			}
			echo("hello")
			signal(t, cmd, syscall.SIGSTOP)
			them.event("DISCONNECTED")
			signal(t, cmd, syscall.SIGCONT)
			them.event("HANDSHAKE_SUCCEEDED")
			echo("and again")
		})
	}
}
