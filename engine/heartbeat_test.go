package engine

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// at returns the time s seconds into a test.
func at(s float64) time.Time {
	return time.Unix(1_000_000, 0).Add(time.Duration(s * float64(time.Second)))
}

// wantVerdict checks what h says at a time, in seconds.
func wantVerdict(t *testing.T, h *Heartbeat, s float64, want Verdict) {
	t.Helper()
	if got := h.Check(at(s)); got != want {
		t.Errorf("at %gs: %v, want %v", s, got, want)
	}
}

func wantNext(t *testing.T, h *Heartbeat, want float64) {
	t.Helper()
	if got, ok := h.Next(); !ok || !got.Equal(at(want)) {
		t.Errorf("next at %v %v, want %v", got, ok, at(want))
	}
}

// "When a peer does not receive a reply after a reasonable interval, it MAY
// consider the connection dead, and close it."
// https://rfc.zeromq.org/spec/37/#connection-heartbeating
func TestHeartbeatPings(t *testing.T) {
	h := &Heartbeat{Interval: 2 * time.Second, Timeout: 5 * time.Second}
	h.Start(at(0))
	wantNext(t, h, 2)
	wantVerdict(t, h, 1.9, Wait)
	wantVerdict(t, h, 2, SendPing)
	wantVerdict(t, h, 2.1, SendPing) // until it is sent
	h.PingSent(at(2))
	wantNext(t, h, 4)
	h.Received()
	wantVerdict(t, h, 4, SendPing)
	h.PingSent(at(4))
	h.Received()
	wantVerdict(t, h, 5.9, Wait)
	wantVerdict(t, h, 6, SendPing)
	h.PingSent(at(6))
	wantVerdict(t, h, 8, SendPing)
	h.PingSent(at(8)) // the timeout runs since the first that wasn't answered
	wantNext(t, h, 10)
	wantVerdict(t, h, 10, SendPing)
	h.PingSent(at(10))
	wantNext(t, h, 11)
	wantVerdict(t, h, 10.9, Wait)
	wantVerdict(t, h, 11, PeerSilent)
}

// "a peer SHOULD treat any incoming traffic (not just a PONG reply) as a sign of
// life"
// https://rfc.zeromq.org/spec/37/#connection-heartbeating
func TestAnyBytesAreLife(t *testing.T) {
	h := &Heartbeat{Interval: time.Second, Timeout: 3 * time.Second}
	h.Start(at(0))
	for s := 1.0; s < 100; s++ { // a long message, in pieces
		wantVerdict(t, h, s, SendPing)
		h.PingSent(at(s))
		h.Received()
	}
}

// Timeout's default, and none.
func TestHeartbeatTimeouts(t *testing.T) {
	h := &Heartbeat{Interval: 2 * time.Second, Timeout: -1}
	h.Start(at(0))
	h.PingSent(at(2))
	wantVerdict(t, h, 4, PeerSilent)

	h = &Heartbeat{Interval: 2 * time.Second}
	h.Start(at(0))
	h.PingSent(at(2))
	wantVerdict(t, h, 1e6, SendPing)
}

// "To avoid PONG storms, a peer should not send more than a small number of PING
// commands without receiving PONG replies."
// https://rfc.zeromq.org/spec/37/#connection-heartbeating
func TestPingsUnansweredAreFew(t *testing.T) {
	for ttl, want := range map[time.Duration]int{0: maxUnanswered, time.Second: 100} {
		h := &Heartbeat{Interval: time.Second, TTL: ttl}
		h.Start(at(0))
		pings := 0
		for s := 1.0; s <= 100; s++ {
			wantNext(t, h, s)
			if h.Check(at(s)) == SendPing {
				pings++
				h.PingSent(at(s))
			}
		}
		if pings != want {
			t.Errorf("ttl %v: %d PINGs, want %d", ttl, pings, want)
		}
		h.Received()
		wantVerdict(t, h, 101, SendPing)
	}
}

// "If it receives a PING command with a non-zero TTL and then does not receive
// any further traffic within that TTL."
// https://rfc.zeromq.org/spec/37/#connection-heartbeating
func TestPeersTTL(t *testing.T) {
	h := &Heartbeat{} // sends none itself
	h.Start(at(0))
	if at, ok := h.Next(); ok {
		t.Errorf("next at %v, want none", at)
	}
	h.PingReceived(at(10), 3*time.Second)
	wantNext(t, h, 13)
	wantVerdict(t, h, 12.9, Wait)
	wantVerdict(t, h, 13, PeerExpired)
	h.Received() // further traffic, of which nothing says that more will come
	wantVerdict(t, h, 1000, Wait)
	h.PingReceived(at(1000), 3*time.Second)
	h.Received()
	h.PingReceived(at(1001), 0) // announces none any more
	wantVerdict(t, h, 2000, Wait)

	// 656 tenths of a second are 64 ms in libzmq, which counts in 16 bits.
	for _, ttl := range []time.Duration{65600 * time.Millisecond, MaxTTL} {
		h.PingReceived(at(3000), ttl)
		wantVerdict(t, h, 3000+ttl.Seconds()-0.1, Wait)
		wantVerdict(t, h, 3000+ttl.Seconds(), PeerExpired)
	}
}

// While we don't read, because the receive high-water mark is reached, the peer
// isn't silent: we don't listen. Our own PINGs go on, as the peer may count on
// them. Then it has its full time again.
func TestHeartbeatSuspended(t *testing.T) {
	h := &Heartbeat{Interval: time.Second, Timeout: 2 * time.Second, TTL: time.Second}
	h.Start(at(0))
	h.PingSent(at(1))
	h.PingReceived(at(1), 3*time.Second)
	h.Suspend()
	for s := 2.0; s < 100; s++ {
		wantNext(t, h, s)
		wantVerdict(t, h, s, SendPing)
		h.PingSent(at(s))
	}
	h.Resume(at(99.5))
	wantNext(t, h, 100)
	h.PingSent(at(100))
	wantVerdict(t, h, 100.5, Wait)
	h.PingSent(at(101))
	wantVerdict(t, h, 101.5, PeerSilent)
	h.answerBy = time.Time{}
	wantVerdict(t, h, 101.9, Wait)
	wantVerdict(t, h, 102.5, PeerExpired)
	h.Received()
	h.Suspend()
	h.Resume(at(103)) // nothing was waited for: nothing is
	h.PingSent(at(103))
	h.Received()
	wantVerdict(t, h, 103.9, Wait)
}

// Whatever happens in whatever order: a Check before Next has nothing to say,
// one at Next does or moves on, Received never makes Next earlier, and a peer
// that was heard of within the shortest limit is never dead.
func TestHeartbeatProperties(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for range 2000 {
		h := &Heartbeat{
			Interval: time.Duration(rng.IntN(4)) * time.Second,
			Timeout:  time.Duration(rng.IntN(5)-1) * time.Second,
			TTL:      time.Duration(rng.IntN(2)) * time.Second,
		}
		now := at(0)
		h.Start(now)
		var events string
		heard := now
		for range 30 {
			now = now.Add(time.Duration(rng.IntN(1500)) * time.Millisecond)
			next, ok := h.Next()
			switch rng.IntN(6) {
			case 0:
				h.Received()
				heard = now
				if n, ok2 := h.Next(); ok2 && (!ok || n.Before(next)) {
					t.Fatalf("%+v after %s: Received made Next earlier", h, events)
				}
				events += "r"
			case 1:
				h.Received()
				heard = now
				h.PingReceived(now, time.Duration(rng.IntN(3))*time.Second)
				events += "p"
			case 2:
				h.Suspend()
				events += "s"
			case 3:
				h.Resume(now)
				heard = now
				events += "R"
			default:
				v := h.Check(now)
				events += fmt.Sprintf("[%v]", v)
				if v != Wait && (!ok || now.Before(next)) {
					t.Fatalf("%+v after %s: %v, but Next was %v", h, events, v, next)
				}
				if v.Dead() && (h.suspended || now.Sub(heard) < time.Second) {
					t.Fatalf("%+v after %s: %v, heard %v ago", h, events, v, now.Sub(heard))
				}
				if v == SendPing {
					h.PingSent(now)
				}
				if n, ok := h.Next(); ok && !v.Dead() && !n.After(now) {
					t.Fatalf("%+v after %s: Next %v is not after %v", h, events, n, now)
				}
			}
		}
	}
}

func TestVerdictStrings(t *testing.T) {
	for v, want := range map[Verdict]string{
		Wait: "wait", SendPing: "send PING", PeerSilent: "peer does not answer PING",
		PeerExpired: "peer's time to live is over", 99: "unknown verdict",
	} {
		if v.String() != want || v.Dead() != (v == PeerSilent || v == PeerExpired) {
			t.Errorf("%d: %q, dead %v", v, v, v.Dead())
		}
	}
}
