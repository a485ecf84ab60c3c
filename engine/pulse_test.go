package engine

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq"
)

// nextFrame reads a frame as a peer does.
func nextFrame(t *testing.T, nc net.Conn) []byte {
	t.Helper()
	var b []byte
	for {
		if _, _, n, err := ConsumeFrame(b, -1); err != nil || n > 0 {
			return b
		}
		one := make([]byte, 1)
		if _, err := io.ReadFull(nc, one); err != nil {
			t.Fatalf("%v behind %q", err, b)
		}
		b = append(b, one...)
	}
}

// beating starts a connection with heartbeats, whose peer is bytes only. It is
// for virtual time.
func beating(t *testing.T, interval, timeout, ttl time.Duration, recvHWM int) (*end, *running, *memConn) {
	a, b := newMemConns(256 << 10)
	e := newEnd(0, recvHWM)
	cfg := testConfig("DEALER", e.Port)
	cfg.HeartbeatInterval, cfg.HeartbeatTimeout, cfg.HeartbeatTTL = interval, timeout, ttl
	r := established(t, cfg, a, b)
	return e, r, b
}

// endsAfter wants the connection to end with a timeout, when that much time has
// passed since start.
func (r *running) endsAfter(t *testing.T, start time.Time, want time.Duration) {
	t.Helper()
	err := r.wait()
	if got := time.Since(start); got != want || !errors.Is(err, zmq.ErrTimeout) {
		t.Errorf("ended after %v with %v, want %v", got, err, want)
	}
}

func TestPingsAreSentAtTheInterval(t *testing.T) {
	for _, ttl := range []time.Duration{0, 3 * time.Second, 7000 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			_, r, b := beating(t, time.Second, -1, ttl, 0)
			start := time.Now()
			want := AppendPing(nil, min(ttl, MaxTTL), nil)
			for i := range 20 {
				got := nextFrame(t, b)
				if at := time.Since(start); at != time.Duration(i+1)*time.Second || !bytes.Equal(got, want) {
					t.Fatalf("%s at %v, want %s", FramesString(got), at, FramesString(want))
				}
				b.Write(AppendPong(nil, nil))
			}
			b.Close()
			if err := r.wait(); err != io.EOF {
				t.Error(err)
			}
		})
	}
}

// "A peer SHOULD consider the connection dead [...] if it sends a PING command
// and does not receive any traffic within some timeout."
// https://rfc.zeromq.org/spec/37/#connection-heartbeating
func TestSilentPeerIsGivenUp(t *testing.T) {
	for _, c := range []struct{ timeout, want time.Duration }{
		{-1, 2 * time.Second}, {300 * time.Millisecond, 1300 * time.Millisecond}, {10 * time.Second, 11 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			_, r, _ := beating(t, time.Second, c.timeout, 0, 0)
			r.endsAfter(t, time.Now(), c.want)
		})
		synctest.Test(t, func(t *testing.T) { // any bytes are traffic
			_, r, b := beating(t, time.Second, c.timeout, 0, 0)
			b.Write(AppendHeader(nil, 0, 1<<20))
			start := time.Now()
			for range 200 {
				time.Sleep(251 * time.Millisecond) // virtual; never with a PING
				b.Write(make([]byte, 10))
			}
			lastPing := time.Since(start).Truncate(time.Second)
			r.endsAfter(t, start, lastPing+c.want) // by the next one
		})
	}
}

// "[...] if it receives a PING command with a non-zero TTL and then does not
// receive any further traffic within that TTL."
// https://rfc.zeromq.org/spec/37/#connection-heartbeating
func TestPeerIsGivenUpAfterItsTTL(t *testing.T) {
	for _, ttl := range []time.Duration{100 * time.Millisecond, 65600 * time.Millisecond, MaxTTL} {
		synctest.Test(t, func(t *testing.T) {
			_, r, b := beating(t, 0, 0, 0, 0)
			b.Write(AppendPing(nil, ttl, nil))
			r.endsAfter(t, time.Now(), ttl)
		})
		synctest.Test(t, func(t *testing.T) { // further traffic
			_, r, b := beating(t, 0, 0, 0, 0)
			b.Write(AppendPing(nil, ttl, nil))
			time.Sleep(ttl - 1) // virtual
			b.Write([]byte{0})
			time.Sleep(10 * ttl) // virtual
			r.Close(zmq.ErrClosed)
			if err := r.wait(); err != zmq.ErrClosed {
				t.Error(err)
			}
		})
	}
}

// A peer is not silent because we do not listen: the high-water mark is reached,
// for messages of all kinds.
func TestNobodyIsGivenUpWhileBlocked(t *testing.T) {
	for _, size := range []int{10, 20 << 10, 70 << 10} {
		synctest.Test(t, func(t *testing.T) {
			e, r, b := beating(t, time.Second, 2*time.Second, 10*time.Second, 1)
			var wire []byte
			for range 3 {
				wire = AppendPing(wire, time.Second, nil)
				wire = appendMessage(wire, message{make([]byte, size)})
			}
			b.Write(wire)
			start := time.Now()
			pings := 0
			for time.Since(start) < time.Minute {
				if bytes.Equal(nextFrame(t, b), AppendPing(nil, 10*time.Second, nil)) {
					pings++ // the peer may rely on them
				}
			}
			if pings < 59 {
				t.Errorf("%d PINGs", pings)
			}
			go io.Copy(io.Discard, b)
			e.recv()
			time.Sleep(time.Minute) // virtual; one message is still too many
			e.recv()
			e.recv()
			start = time.Now()
			if size < 64<<10 {
				r.endsAfter(t, start, time.Second) // by the TTL of the peer's last PING
			} else if err := r.wait(); !errors.Is(err, zmq.ErrTimeout) { // more came behind that
				t.Error(err)
			}
			b.Close()
		})
	}
}

// The same behind a transform.
func TestNobodyIsGivenUpWhileBlockedBehindTransform(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newMemConns(64 << 10)
		e := newEnd(0, 1)
		cfg := testConfig("SUB", e.Port)
		cfg.Handshake.MaxVersion, cfg.Subscribes = [2]int{3, 0}, true
		r := established(t, cfg, a, b)
		wire := AppendPing(nil, time.Second, nil)
		b.Write(append(wire, bytes.Repeat(appendMessage(nil, message{[]byte("m")}), 3)...))
		time.Sleep(time.Minute) // virtual
		e.want(t, message{[]byte("m")}, message{[]byte("m")}, message{[]byte("m")})
		r.endsAfter(t, time.Now(), time.Second)
	})
}

// A peer that does not read, but sends, is alive. What we would say to it takes
// no more memory with time.
func TestPeerThatDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, r, b := beating(t, time.Second, 2*time.Second, time.Second, 0)
		e.send(message{make([]byte, 1<<20)}) // more than is taken
		for range 20_000 {
			b.Write(AppendPing(nil, 10*time.Second, []byte("0123456789abcdef")))
			time.Sleep(time.Second) // virtual
		}
		r.writer.mu.Lock()
		if n := len(r.writer.control); n > maxControl+100 {
			t.Errorf("%d bytes wait", n)
		}
		r.writer.mu.Unlock()
		b.Close()
		r.wait()
	})
}

// ZMTP 3.0 has no heartbeats, and peers that speak it may answer all the same or
// not. Before 3.0 there are no commands at all.
func TestHeartbeatsOfOldPeers(t *testing.T) {
	for _, c := range []struct {
		version [2]int
		answers bool
		ends    bool
	}{
		{[2]int{3, 1}, false, true}, {[2]int{3, 0}, false, false}, {[2]int{3, 0}, true, true}, {[2]int{2, 0}, false, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			a, b := newMemConns(64 << 10)
			e := newEnd(0, 0)
			cfg := testConfig("DEALER", e.Port)
			cfg.Handshake.MaxVersion = c.version
			cfg.HeartbeatInterval, cfg.HeartbeatTimeout = time.Second, time.Second
			r := established(t, cfg, a, b)
			greeted := a.sent()
			start := time.Now()
			if c.answers {
				nextFrame(t, b)
				b.Write(AppendPong(nil, nil))
			}
			time.Sleep(time.Minute) // virtual
			switch {
			case c.ends:
				if err := r.wait(); !errors.Is(err, zmq.ErrTimeout) {
					t.Error(c, err)
				}
			case c.version[0] < 3 && a.sent() != greeted:
				t.Errorf("a peer of %v got %d bytes", c.version, a.sent()-greeted)
			default:
				r.Close(zmq.ErrClosed)
				if err := r.wait(); err != zmq.ErrClosed {
					t.Error(c, err, time.Since(start))
				}
			}
		})
	}
}

// A peer that takes its time with the handshake, byte by byte or all at once, is
// given up when the time for all of it is over.
func TestSlowHandshakeTimesOut(t *testing.T) {
	hello := greetingOf("PUSH")
	for _, have := range []int{0, 1, 10, 11, 63, 64, 65, len(hello) - 1} {
		for _, server := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				a, b := newMemConns(64 << 10)
				e := newEnd(0, 0)
				cfg := testConfig("PULL", e.Port)
				cfg.Handshake.Server = server
				start := time.Now()
				r := run(t, a, cfg)
				b.Write(hello[:have])
				for i := have; i < len(hello)-1 && i < have+40; i++ {
					time.Sleep(time.Second / 5) // virtual
					b.Write(hello[i : i+1])
				}
				r.endsAfter(t, start, cfg.HandshakeTimeout)
				if _, err := io.ReadAll(b); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// A peer that does not read what we have to say in the handshake is no better.
func TestHandshakeWithDeafPeerTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _ := newMemConns(5)
		r := run(t, a, testConfig("PULL", nil))
		r.endsAfter(t, time.Now(), 10*time.Second)
	})
}

// One that is quick enough has all the time after it.
func TestHandshakeDeadlineEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newMemConns(64 << 10)
		e := newEnd(0, 0)
		established(t, testConfig("PULL", e.Port), a, b)
		time.Sleep(time.Hour) // virtual
		b.Write(appendMessage(nil, message{[]byte("late")}))
		e.want(t, message{[]byte("late")})
	})
}

func TestPeerOfConnection(t *testing.T) {
	a, b := newMemConns(64 << 10)
	e := newEnd(0, 0)
	cfg := testConfig("ROUTER", e.Port)
	var peer *zmq.Peer
	attached := make(chan struct{})
	cfg.attach = func(p *zmq.Peer) (*Port, error) {
		peer = p
		close(attached)
		return e.Port, nil
	}
	run(t, a, cfg)
	if _, err := greet(b, HandshakeConfig{
		SocketType: "DEALER", RoutingID: []byte("me"), SendIdentity: true,
		Metadata: Properties{{Name: "X-Key", Value: []byte("value")}},
	}); err != nil {
		t.Fatal(err)
	}
	<-attached
	got := fmt.Sprintf("%s %q %v %s %d", peer.SocketType, peer.RoutingID, peer.Version, peer.Address, len(peer.Properties))
	if want := `DEALER "me" [3 1] memory 3`; got != want {
		t.Errorf("peer is %s, want %s", got, want)
	}
}

// A socket may refuse a peer that has shaken hands; the reason is Run's error.
func TestAttachMayRefuse(t *testing.T) {
	a, b := newMemConns(64 << 10)
	reason := errors.New("no more peers")
	cfg := testConfig("PULL", nil)
	cfg.attach = func(*zmq.Peer) (*Port, error) { return nil, reason }
	r := run(t, a, cfg)
	greet(b, HandshakeConfig{SocketType: "PUSH"})
	if err := r.wait(); err != reason {
		t.Error(err)
	}
	if _, err := io.ReadAll(b); err != nil {
		t.Error(err)
	}
}
