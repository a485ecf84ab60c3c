package engine

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/zeroactor/zmq"
)

// long returns the header of a long frame that claims a size, whatever it is.
func long(flags byte, size uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{flags | FlagLong}, size)
}

// A badEnd is bytes that end a connection, and a part of the error.
type badEnd struct {
	wire []byte
	want string
}

// badTraffic are such bytes for a PUB that takes frames of up to 1000 bytes.
func badTraffic() map[string]badEnd {
	command := func(name, data string) []byte { return AppendCommand(nil, name, data) }
	return map[string]badEnd{
		"reserved bit":      {[]byte{0x08, 0}, "37/ZMTP Framing: reserved bits"},
		"all bits":          {[]byte{0xFF}, "37/ZMTP Framing: reserved bits"},
		"greeting again":    {greetingOf("SUB"), "37/ZMTP Framing: reserved bits"},
		"HTTP":              {[]byte("GET / HTTP/1.1\r\n\r\n"), "37/ZMTP Framing: reserved bits"},
		"TLS":               {[]byte("\x16\x03\x01\x02\x00\x01"), "37/ZMTP Framing: reserved bits"},
		"MORE on command":   {[]byte{FlagMore | FlagCommand, 1}, "37/ZMTP Framing: command frame with MORE"},
		"MORE on long one":  {long(FlagMore|FlagCommand, 1), "37/ZMTP Framing: command frame with MORE"},
		"2^63 bytes":        {long(0, 1<<63), "37/ZMTP Framing: frame of more than"},
		"2^64-1 bytes":      {long(FlagMore, 1<<64-1), "37/ZMTP Framing: frame of more than"},
		"command of 2^63":   {long(FlagCommand, 1<<63), "37/ZMTP Framing: frame of more than"},
		"one over":          {long(0, 1001), "too large: frame of 1001 bytes, MaxMessageSize is 1000"},
		"2^62 bytes":        {long(0, 1<<62), "too large: frame of 4611686018427387904 bytes"},
		"2^63-1 bytes":      {long(FlagMore, 1<<63-1), "too large"},
		"large command":     {long(FlagCommand, maxCommand+1), "too large: command of 1048577 bytes"},
		"command of 2^62":   {long(FlagCommand, 1<<62), "too large: command"},
		"empty command":     {[]byte{FlagCommand, 0}, "37/ZMTP Commands: malformed"},
		"no name":           {[]byte{FlagCommand, 1, 0}, "37/ZMTP Commands: malformed"},
		"name cut off":      {[]byte{FlagCommand, 3, 3, 'a', 'b'}, "37/ZMTP Commands: malformed"},
		"PING of nothing":   {command(NamePing, ""), "37/ZMTP Connection Heartbeating: malformed PING"},
		"half a TTL":        {command(NamePing, "\x00"), "37/ZMTP Connection Heartbeating: malformed PING"},
		"context too long":  {command(NamePing, "\x00\x0001234567890123456"), "37/ZMTP Connection Heartbeating: malformed PING"},
		"SUBSCRIBE inside":  {append(AppendFrame(nil, FlagMore, nil), AppendSubscribe(nil, "a")...), "37/ZMTP Traffic: subscription inside"},
		"CANCEL inside":     {append(AppendFrame(nil, FlagMore, nil), AppendCancel(nil, "a")...), "37/ZMTP Traffic: subscription inside"},
		"refusal":           {AppendError(nil, "go-away"), `peer refused the connection: "go-away"`},
		"refusal, cut off":  {command(NameError, "\x07go"), "peer refused the connection"},
		"behind a PING":     {append(AppendPing(nil, 0, nil), 0x80, 0), "37/ZMTP Framing: reserved bits"},
		"behind an unknown": {append(command("NOVELTY", ""), 0x80, 0), "37/ZMTP Framing: reserved bits"},
	}
}

// checkEnd says what is wrong with the reason that a connection ended for, which
// must be what the peer has done.
func checkEnd(err error, want string) error {
	var protocol *zmq.ProtocolError
	var peer *zmq.PeerError
	switch {
	case err == nil || !strings.Contains(err.Error(), want):
		return fmt.Errorf("ended with %v, want %s", err, want)
	case errors.As(err, &protocol) && protocol.Rule != "" && protocol.Detail != "":
	case errors.As(err, &peer), errors.Is(err, zmq.ErrTooLarge):
	default:
		return fmt.Errorf("ended with %v, a %T", err, err)
	}
	return nil
}

// Whatever a peer sends, it ends its own connection at once, for a reason that
// names the rule it broke, after what came before was delivered. Another
// connection of the same socket does not notice.
func TestMalformedTraffic(t *testing.T) {
	for name, c := range badTraffic() {
		for _, piece := range []int{1, 3, 100_000} {
			t.Run(fmt.Sprint(name, piece), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					e, other := newEnd(0, 0), newEnd(0, 0)
					cfg := testConfig("PUB", e.Port)
					cfg.Limits.MaxMessageSize, cfg.Subscriptions = 1000, true
					a, b := newMemConns(64 << 10)
					r := established(t, cfg, a, b)
					neighbour := *cfg
					neighbour.attach = func(*zmq.Peer) (*Port, error) { return other.Port, nil }
					x, y := newMemConns(64 << 10)
					established(t, &neighbour, x, y)
					a.in.end(func() { a.in.piece = piece })
					good := message{[]byte("good"), make([]byte, 1000)}
					b.Write(append(appendMessage(nil, good), c.wire...))
					b.Write(appendMessage(nil, message{[]byte("never")}))
					if err := checkEnd(r.wait(), c.want); err != nil {
						t.Error(err)
					}
					e.want(t, good)
					if m, ok := e.next(); ok {
						t.Errorf("there came %s", m)
					}
					y.Write(appendMessage(nil, good))
					other.want(t, good)
				})
			})
		}
	}
}

func TestMalformedTrafficOf1_0(t *testing.T) {
	for name, c := range map[string]struct{ wire, want string }{
		"length 0":      {"\x00\x00", "13/ZMTP Framing"},
		"long length 0": {"\xff\x00\x00\x00\x00\x00\x00\x00\x00\x00", "13/ZMTP Framing"},
		"2^64-1 bytes":  {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00", "13/ZMTP Framing"},
		"2^62 bytes":    {"\xff\x40\x00\x00\x00\x00\x00\x00\x00\x00", "too large"},
		"one over":      {"\xff\x00\x00\x00\x00\x00\x00\x03\xea\x00", "too large: frame of 1001 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := newMemConns(64 << 10)
			e := newEnd(0, 0)
			cfg := testConfig("PULL", e.Port)
			cfg.Handshake.MaxVersion = [2]int{1, 0}
			cfg.Limits.MaxMessageSize = 1000
			r := established(t, cfg, a, b)
			put(t, b, append([]byte("\x05\x00good"), c.wire...))
			if err := checkEnd(r.wait(), c.want); err != nil {
				t.Error(err)
			}
			e.want(t, message{[]byte("good")})
		})
	}
}

// What knocks on the wrong door is told from peers by its first bytes, and the
// connection closed.
func TestStrangersAtTheDoor(t *testing.T) {
	hello := greetingOf("PUSH")[:greetingSize:greetingSize]
	for name, c := range map[string]badEnd{
		"HTTP":       {[]byte("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"), "looks like HTTP"},
		"TLS":        {[]byte("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), "looks like TLS"},
		"SSH":        {[]byte("SSH-2.0-OpenSSH_9.6\r\n"), "looks like SSH"},
		"zeros":      {make([]byte, 100), "37/ZMTP Greeting"},
		"no command": {append(hello, "\x00\x05hello"...), "37/ZMTP Handshake: message during"},
		"2^62 bytes": {append(hello, long(FlagCommand, 1<<62)...), "37/ZMTP Handshake: command of 4611686018427387904"},
		"wrong type": {greetingOf("PUB"), "37/ZMTP Socket-Type Property: PULL does not talk to"},
		"PLAIN":      {bytes.Replace(hello, []byte("NULL\x00"), []byte("PLAIN"), 1), "37/ZMTP Greeting: the peer's mechanism"},
		"refusal":    {AppendError(hello, "go-away"), `peer refused the connection: "go-away"`},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := newMemConns(64 << 10)
			cfg := testConfig("PULL", nil)
			cfg.Handshake.Server = true
			cfg.attach = func(*zmq.Peer) (*Port, error) { panic("attached") }
			r := run(t, a, cfg)
			put(t, b, c.wire)
			if err := checkEnd(r.wait(), c.want); err != nil {
				t.Error(err)
			}
			if _, err := io.ReadAll(b); err != nil {
				t.Errorf("not closed: %v", err)
			}
		})
	}
}

// Random bytes end the connection, and so does a good start with a bad end. A
// peer that closes is told from them: that is an unexpected end.
func TestRandomGarbage(t *testing.T) {
	rng := seeded(t)
	for range 300 {
		garbage := make([]byte, rng.IntN(300))
		for i := range garbage {
			garbage[i] = byte(rng.Uint32())
		}
		hello := greetingOf("PUSH")
		wire := append(hello[:rng.IntN(len(hello)+1)], garbage...)
		a, b := newMemConns(64 << 10)
		e := newEnd(0, 0)
		r := run(t, a, testConfig("PULL", e.Port))
		b.Write(wire)
		b.CloseWrite()
		go io.Copy(io.Discard, b)
		err := r.wait()
		if r.panic != nil {
			t.Fatalf("%q: panic: %v", wire, r.panic)
		}
		if checkEnd(err, "") != nil && err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("%q: ended with %v", wire, err)
		}
		b.Close()
	}
}

// Nothing is taken for what a peer claims: a thousand that each announce 2 GiB
// or more, and send a thousand bytes of it, take what connections in use take.
func TestClaimsTakeNoMemory(t *testing.T) {
	const peers = 1000
	rng := seeded(t)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var all sync.WaitGroup
	for range peers {
		a, b := newMemConns(512)
		e := newEnd(0, 1)
		cfg := testConfig("PULL", e.Port)
		claim := append(long(byte(rng.IntN(2)), 1<<31+rng.Uint64N(1<<60)), make([]byte, 1000)...)
		if rng.IntN(10) == 0 {
			cfg.Handshake.MaxVersion = [2]int{1, 0}
			claim = append(appendV1Header(nil, 0, math.MaxInt32), make([]byte, 1000)...)
		}
		established(t, cfg, a, b)
		all.Go(func() { b.Write(claim) })
	}
	all.Wait() // all but the last 512 bytes are read
	runtime.ReadMemStats(&after)
	if took := (after.TotalAlloc - before.TotalAlloc) / peers; took > 3*trustFirst {
		t.Errorf("each took %d bytes", took)
	}
}
