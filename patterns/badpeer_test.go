package patterns_test

import (
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// greeting is a whole handshake of a PUSH that speaks ZMTP 3.1 with NULL.
const greeting = "\xff\x00\x00\x00\x00\x00\x00\x00\x00\x7f\x03\x01NULL" + zeros16 + "\x00" + zeros16 + zeros15 +
	"\x04\x1a\x05READY\x0bSocket-Type\x00\x00\x00\x04PUSH"

const (
	zeros15 = "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	zeros16 = zeros15 + "\x00"
)

// TestBadPeers connects peers that do what they must not. Each gets its
// connection ended, a monitor says why, and a good peer is served all the same.
func TestBadPeers(t *testing.T) {
	for _, c := range []struct {
		what, bytes string
		slow        bool // one byte now and then, for ever
		limited     bool // the socket has a MaxMessageSize
		is          any  // what the error is
		names       string
	}{
		{what: "HTTP", bytes: "GET / HTTP/1.1\r\nHost: x\r\n\r\n", is: new(*zmq.ProtocolError), names: "HTTP"},
		{what: "a wrong type", bytes: strings.Replace(greeting, "PUSH", "PULL", 1), is: new(*zmq.ProtocolError), names: "PULL"},
		{what: "a claim of 2^62", bytes: greeting + "\x02\x40\x00\x00\x00\x00\x00\x00\x00some", names: "too large"},
		{what: "a claim over the limit", limited: true, bytes: greeting + "\x02\x40\x00\x00\x00\x00\x00\x00\x00some", is: new(*zmq.LimitError), names: "MaxMessageSize"},
		{what: "a claim of 2^63", bytes: greeting + "\x02\x80\x00\x00\x00\x00\x00\x00\x00some", is: new(*zmq.ProtocolError), names: "37/ZMTP Framing"},
		{what: "reserved flags", bytes: greeting + "\xf0\x01x", is: new(*zmq.ProtocolError), names: "37/ZMTP"},
		{what: "a slow greeting", bytes: greeting, slow: true, names: "timed out"},
	} {
		t.Run(c.what, func(t *testing.T) {
			in, ctx := patterns.InContext(newContext(t)), testContext(t)
			limit := int64(-1)
			if c.limited {
				limit = 1 << 40
			}
			pull := must(patterns.NewPull(in, patterns.HandshakeTimeout(200*time.Millisecond), patterns.MaxMessageSize(limit)))(t)
			events := pull.Monitor(ctx)
			ep := must(pull.Bind("tcp://127.0.0.1:*"))(t)
			nc := must(net.Dial("tcp", ep.Address))(t)
			defer nc.Close()
			go func() {
				if !c.slow {
					nc.Write([]byte(c.bytes))
					return
				}
				for i := range c.bytes {
					if _, err := nc.Write([]byte{c.bytes[i]}); err != nil {
						return
					}
					time.Sleep(20 * time.Millisecond) // slowness is what is tested
				}
			}()
			for e := range events {
				if e.Kind != patterns.Disconnected {
					continue
				}
				if e.Err == nil || !strings.Contains(e.Err.Error(), c.names) {
					t.Errorf("%v does not name %q", e.Err, c.names)
				}
				if c.is != nil && !errors.As(e.Err, c.is) {
					t.Errorf("%v is not a %T", e.Err, c.is)
				}
				break
			}
			push := must(patterns.NewPush(in))(t)
			if err := push.Connect(ep.String()); err != nil {
				t.Fatal(err)
			}
			if err := push.SendBytes(ctx, []byte("good")); err != nil {
				t.Fatal(err)
			}
			if m, err := pull.Recv(ctx); err != nil || string(m.Frame(0)) != "good" {
				t.Fatal(m, err)
			}
		})
	}
}
