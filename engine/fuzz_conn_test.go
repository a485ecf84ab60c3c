package engine

import (
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// fuzzedSockets are what FuzzConn connects to.
func fuzzedSockets() []Config {
	return []Config{
		{Handshake: HandshakeConfig{SocketType: "PULL"}},
		{Handshake: HandshakeConfig{SocketType: "ROUTER", Server: true}},
		{Handshake: HandshakeConfig{SocketType: "PUB"}, Subscriptions: true},
		{Handshake: HandshakeConfig{SocketType: "XSUB", MaxVersion: [2]int{3, 0}}, Subscribes: true},
		{Handshake: HandshakeConfig{SocketType: "REP", MaxVersion: [2]int{2, 0}}},
		{Handshake: HandshakeConfig{SocketType: "DEALER", MaxVersion: [2]int{1, 0}}},
		{Handshake: HandshakeConfig{SocketType: "STREAM"}, Raw: true},
	}
}

// FuzzConn gives a whole connection any bytes, in any pieces, and compares what
// it delivers with what a dumb reader finds in them. The connection must end
// with them, for a reason that is the peer's.
func FuzzConn(f *testing.F) {
	all := transcripts(f)
	for i, name := range slices.Sorted(maps.Keys(all)) {
		in := append(all[name].input(), all[name].rest...)
		_, wire := mixture(rand.New(rand.NewPCG(uint64(i), 0)), 5, 300)
		for kind := range fuzzedSockets() {
			f.Add(append(in, wire...), byte(kind), uint64(i))
		}
	}
	for kind, other := range []string{"PUSH", "REQ", "SUB", "PUB"} {
		for _, c := range badTraffic() {
			f.Add(append(greetingOf(other), c.wire...), byte(kind), uint64(kind))
		}
	}
	f.Fuzz(func(t *testing.T, in []byte, kind byte, seed uint64) {
		sockets := fuzzedSockets()
		rng := rand.New(rand.NewPCG(seed, 0))
		e := newEnd(0, rng.IntN(4))
		cfg := testConfig("", e.Port)
		pool := cfg.Pool
		cfg.Config = sockets[int(kind)%len(sockets)]
		cfg.Pool, cfg.Limits.MaxMessageSize = pool, 20<<10
		r, got := e.exchange(t, cfg, randomSplit(rng, in))
		checkFuzzedEnd(t, r)
		if cfg.Raw {
			for _, m := range got {
				in = in[len(m[0].body):] // any split is as good
			}
			if len(in) > 0 {
				t.Fatalf("%d bytes are missing", len(in))
			}
			return
		}
		want := twinConn(&cfg.Config, in)
		if !slices.EqualFunc(got, want, slices.Equal) {
			t.Fatalf("got\n%v\nwant\n%v", got, want)
		}
	})
}

// exchange runs a connection whose peer sends pieces and closes, and returns all
// that it delivers.
func (e *end) exchange(t *testing.T, cfg *testSocket, pieces [][]byte) (*running, [][]fuzzedFrame) {
	a, b := newMemConns(64 << 10)
	r := run(t, a, cfg)
	done := make(chan struct{})
	go func() {
		defer close(done)
		io.Copy(io.Discard, b)
	}()
	go func() {
		for _, piece := range pieces {
			b.Write(piece)
		}
		b.CloseWrite()
	}()
	got := e.recvUntil(r.done)
	<-done
	b.Close()
	return r, got
}

// A fuzzedFrame is a frame that can be compared.
type fuzzedFrame struct {
	flags byte
	body  string
}

// recvUntil returns all messages, commands among them, that come until done and
// are there then.
func (e *end) recvUntil(done chan struct{}) (ms [][]fuzzedFrame) {
	var m []fuzzedFrame
	ended := false
	for {
		flags, body, ok := e.In.Next()
		if !ok && ended {
			return ms
		}
		if !ok {
			select {
			case <-e.readable:
				continue
			case <-done:
				ended = true
			}
			select {
			case <-e.readable: // just before
				continue
			default:
				return ms
			}
		}
		m = append(m, fuzzedFrame{flags, string(body)})
		if flags&FlagMore == 0 {
			ms, m = append(ms, m), nil
		}
	}
}

// checkFuzzedEnd checks why the connection has ended.
func checkFuzzedEnd(t *testing.T, r *running) {
	t.Helper()
	err := r.wait()
	switch {
	case r.panic != nil:
		t.Fatalf("panic: %v", r.panic)
	case err == io.EOF, errors.Is(err, io.ErrUnexpectedEOF):
	case checkEnd(err, "") != nil:
		t.Fatal(checkEnd(err, ""))
	}
}

// twinConn reads what a peer sends at once, and returns the messages in it that
// are whole, up to the first thing that is wrong.
func twinConn(cfg *Config, in []byte) (ms [][]fuzzedFrame) {
	h := NewHandshake(cfg.Handshake)
	n, done, err := h.Input(in)
	if !done || err != nil {
		return nil
	}
	consume := ConsumeFrame
	if h.Peer().Major < 2 {
		consume = consumeV1Frame
	}
	if p := h.Peer(); cfg.Subscriptions && p.FiltersItself() {
		ms = append(ms, []fuzzedFrame{{0, "\x01"}})
	}
	var m []fuzzedFrame
	for in = in[n:]; ; in = in[n:] {
		flags, body, size, err := consume(in, cfg.Limits.MaxMessageSize)
		if h.Peer().Major < 2 {
			flags &= FlagMore
		} else if flags&FlagCommand != 0 && !cfg.Subscribes {
			flags, body, size, err = ConsumeFrame(in, maxCommand)
		}
		if n = size; n == 0 || err != nil {
			return ms
		}
		if flags&FlagCommand != 0 {
			subscription, bad := twinCommand(body, len(m) > 0)
			if bad {
				return ms
			}
			if !subscription || !cfg.Subscriptions {
				continue
			}
		}
		m = append(m, fuzzedFrame{flags, string(body)})
		if flags&FlagMore == 0 {
			ms, m = append(ms, m), nil
		}
	}
}

// twinCommand says whether a command is a subscription, or ends the connection.
func twinCommand(body []byte, inside bool) (subscription, bad bool) {
	if len(body) == 0 || body[0] == 0 || int(body[0]) > len(body)-1 {
		return false, true
	}
	data := body[1+int(body[0]):]
	switch string(body[1 : 1+int(body[0])]) {
	case "ERROR":
		return false, true
	case "PING":
		return false, len(data) < 2 || len(data) > 18
	case "SUBSCRIBE", "CANCEL":
		return true, inside
	}
	return false, false
}
