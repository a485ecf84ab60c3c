package engine

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// The bytes of each command that RFC 37 defines, and what is read from them.
func TestCommandBytes(t *testing.T) {
	for _, tt := range []struct {
		name  string
		frame []byte
		want  string
		kind  CommandKind
		data  string
		text  string
	}{
		// "subscribe = command-size %d9 "SUBSCRIBE" subscription"
		// "cancel = command-size %d6 "CANCEL" subscription"
		// https://rfc.zeromq.org/spec/37/#the-publish-subscribe-pattern
		{"SUBSCRIBE", AppendSubscribe(nil, "ab"), "\x04\x0c\x09SUBSCRIBEab", CommandSubscribe, "ab", `SUBSCRIBE "ab"`},
		{"SUBSCRIBE all", AppendSubscribe(nil, ""), "\x04\x0a\x09SUBSCRIBE", CommandSubscribe, "", `SUBSCRIBE ""`},
		{"CANCEL", AppendCancel(nil, []byte{0}), "\x04\x08\x06CANCEL\x00", CommandCancel, "\x00", `CANCEL "\x00"`},
		// "join = command-size %d4 "JOIN" group"
		// "leave = command-size %d5 "LEAVE" group"
		// https://rfc.zeromq.org/spec/37/#the-radio-dish-pattern
		{"JOIN", AppendJoin(nil, "movies"), "\x04\x0b\x04JOINmovies", CommandJoin, "movies", `JOIN "movies"`},
		{"LEAVE", AppendLeave(nil, "tv"), "\x04\x08\x05LEAVEtv", CommandLeave, "tv", `LEAVE "tv"`},
		// "ping = command-size %d4 "PING" ping-ttl ping-context"
		// "pong = command-size %d4 "PONG" ping-context"
		// https://rfc.zeromq.org/spec/37/#connection-heartbeating
		{"PING", AppendPing(nil, 30*time.Second, []byte("ctx")), "\x04\x0a\x04PING\x01\x2cctx", CommandPing, "\x01\x2cctx", `PING ttl=30s "ctx"`},
		{"PONG", AppendPong(nil, []byte("ctx")), "\x04\x08\x04PONGctx", CommandPong, "ctx", `PONG "ctx"`},
		// "ready = command-size %d5 "READY" metadata"
		// "error = command-size %d5 "ERROR" error-reason"
		// https://rfc.zeromq.org/spec/37/#the-null-security-mechanism
		{"READY", AppendReady(nil, Properties{{Name: "A", Value: []byte("bc")}}), "\x04\x0e\x05READY\x01A\x00\x00\x00\x02bc", CommandReady, "\x01A\x00\x00\x00\x02bc", `READY A="bc"`},
		{"ERROR", AppendError(nil, "400"), "\x04\x0a\x05ERROR\x03400", CommandError, "\x03400", `ERROR "400"`},
		{"other", AppendCommand(nil, "HELLO", "x"), "\x04\x07\x05HELLOx", CommandUnknown, "x", `unknown command "HELLO" "x"`},
		{"case", AppendCommand(nil, "ping", ""), "\x04\x05\x04ping", CommandUnknown, "", `unknown command "ping" ""`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if string(tt.frame) != tt.want {
				t.Fatalf("%q, want %q", tt.frame, tt.want)
			}
			flags, body, n, err := ConsumeFrame(tt.frame, -1)
			if flags != FlagCommand || n != len(tt.frame) || err != nil {
				t.Fatalf("frame: %#x %d %v", flags, n, err)
			}
			c, n := ConsumeCommand(body)
			if n != len(body) || c.Kind != tt.kind || string(c.Data) != tt.data {
				t.Errorf("%+v, %d", c, n)
			}
			if got := (Frame{flags, body}).String(); got != tt.text {
				t.Errorf("String is %s, want %s", got, tt.text)
			}
			if !bytes.Equal(AppendCommandBody(nil, string(c.Name), c.Data), body) {
				t.Errorf("AppendCommandBody differs from %q", body)
			}
		})
	}
}

// "If the body is 256 or more octets, the command SHOULD use a long size field".
// https://rfc.zeromq.org/spec/37/#authentication-and-confidentiality
func TestCommandGrowsLong(t *testing.T) {
	for topic, want := range map[int]string{245: "\x04\xff\x09S", 246: "\x06\x00\x00\x00\x00\x00\x00\x01\x00\x09S"} {
		if got := AppendSubscribe(nil, strings.Repeat("x", topic)); !strings.HasPrefix(string(got), want) {
			t.Errorf("topic of %d bytes: %q", topic, got[:12])
		}
	}
}

// "command-name = short-size 1*255command-name-char"
// https://rfc.zeromq.org/spec/37/#formal-grammar
func TestMalformedCommands(t *testing.T) {
	for _, body := range []string{"", "\x00", "\x00PING", "\x05PING", "\xff", "\x01"} {
		if c, n := ConsumeCommand([]byte(body)); n >= 0 {
			t.Errorf("%q: %+v, %d", body, c, n)
		}
	}
	long := "\xff" + strings.Repeat("N", 255)
	if c, n := ConsumeCommand([]byte(long)); n != 256 || len(c.Name) != 255 || c.Kind != CommandUnknown {
		t.Errorf("name of 255 bytes: %d %d", len(c.Name), n)
	}
}

// "The ping-ttl is a 16-bit unsigned integer in network order that MAY be zero
// or MAY contain a time-to-live measured in tenths of seconds. [...] the maximum
// TTL is 6553.5 seconds."
// https://rfc.zeromq.org/spec/37/#connection-heartbeating
func TestPingTTL(t *testing.T) {
	for ttl, want := range map[time.Duration]time.Duration{
		0:                          0,
		-time.Second:               0,
		1:                          100 * time.Millisecond,
		100 * time.Millisecond:     100 * time.Millisecond,
		101 * time.Millisecond:     200 * time.Millisecond,
		65500 * time.Millisecond:   65500 * time.Millisecond,
		65600 * time.Millisecond:   65600 * time.Millisecond, // 64 ms in libzmq
		6553500 * time.Millisecond: 6553500 * time.Millisecond,
		24 * time.Hour:             6553500 * time.Millisecond,
		1<<63 - 1:                  6553500 * time.Millisecond,
	} {
		_, body, _, _ := ConsumeFrame(AppendPing(nil, ttl, nil), -1)
		c, _ := ConsumeCommand(body)
		if got, context, n := ConsumePing(c.Data); got != want || len(context) != 0 || n != 2 {
			t.Errorf("ttl %v: %v %q %d, want %v", ttl, got, context, n, want)
		}
	}
}

// "it SHALL respond with a PONG command that echoes the ping-context, which may
// be empty and MUST not exceed 16 octets"
// https://rfc.zeromq.org/spec/37/#connection-heartbeating
func TestPingContext(t *testing.T) {
	for size := range 20 {
		context := bytes.Repeat([]byte{'c'}, size)
		data := append([]byte{0, 1}, context...)
		_, got, n := ConsumePing(data)
		if size <= 16 != (n == len(data)) || n > 0 && !bytes.Equal(got, context) {
			t.Errorf("context of %d bytes: %q %d", size, got, n)
		}
		if _, n := ConsumePong(context); size <= 16 != (n == size) {
			t.Errorf("PONG of %d bytes: %d", size, n)
		}
		_, body, _, _ := ConsumeFrame(AppendPong(nil, context), -1)
		if want := "\x04PONG" + string(context[:min(size, 16)]); string(body) != want {
			t.Errorf("PONG of %d bytes: %q", size, body)
		}
		_, body, _, _ = ConsumeFrame(AppendPing(nil, 0, context), -1)
		if want := "\x04PING\x00\x00" + string(context[:min(size, 16)]); string(body) != want {
			t.Errorf("PING of %d bytes: %q", size, body)
		}
	}
	for _, data := range []string{"", "\x00"} { // libzmq reads beyond their end
		if _, _, n := ConsumePing([]byte(data)); n >= 0 {
			t.Errorf("PING with data %q: %d", data, n)
		}
	}
}

// "group = 0*255group-char", "group-char = %d1-255"
// https://rfc.zeromq.org/spec/37/#the-radio-dish-pattern
func TestConsumeGroup(t *testing.T) {
	for group, ok := range map[string]bool{
		"": true, "\x01\xff": true, strings.Repeat("g", 255): true,
		strings.Repeat("g", 256): false, "a\x00": false,
	} {
		got, n := ConsumeGroup([]byte(group))
		if ok && (n != len(group) || string(got) != group) || !ok && n >= 0 {
			t.Errorf("%.10q: %d", group, n)
		}
	}
}

// "error-reason = short-size 0*255VCHAR"
// https://rfc.zeromq.org/spec/37/#the-null-security-mechanism
func TestErrorReason(t *testing.T) {
	long := strings.Repeat("r", 300)
	for reason, want := range map[string]string{
		"":                  "",
		"!~":                "!~",
		"two words\x00\xe4": "two_words__",
		long:                long[:255],
	} {
		_, body, _, err := ConsumeFrame(AppendError(nil, reason), -1)
		if err != nil {
			t.Fatal(err)
		}
		c, _ := ConsumeCommand(body)
		if got, n := ConsumeError(c.Data); string(got) != want || n != 1+len(want) {
			t.Errorf("%.20q: %q %d", reason, got, n)
		}
	}
	for _, data := range []string{"", "\x01", "\x04abc"} {
		if _, n := ConsumeError([]byte(data)); n >= 0 {
			t.Errorf("data %q: %d", data, n)
		}
	}
	if got, n := ConsumeError([]byte("\x01\xffrest")); string(got) != "\xff" || n != 2 {
		t.Errorf("rest: %q %d", got, n)
	}
}

// The decoders on the way of every message take no memory.
func TestDecodersDoNotAllocate(t *testing.T) {
	short, long := AppendFrame(nil, 0, []byte("x")), AppendFrame(nil, 0, make([]byte, 300))
	ping := []byte("\x04PING\x00\x01context")
	metadata := AppendProperty(nil, PropertySocketType, "ROUTER")
	v1 := append(appendV1Header(nil, 0, 300), make([]byte, 300)...)
	out := make([]byte, 0, 1000)
	var sum int
	check := func(name string, f func()) {
		t.Helper()
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	check("ConsumeHeader", func() {
		_, _, n := ConsumeHeader(short)
		_, _, m := ConsumeHeader(long)
		sum += n + m
	})
	check("ConsumeFrame", func() {
		_, body, _, _ := ConsumeFrame(long, -1)
		sum += len(body)
	})
	check("ConsumeCommand", func() {
		c, _ := ConsumeCommand(ping)
		_, context, _ := ConsumePing(c.Data)
		sum += len(context)
	})
	check("ConsumeProperty", func() {
		_, value, _ := ConsumeProperty(metadata)
		sum += len(value)
	})
	check("consumeV1Frame", func() {
		_, body, _, _ := consumeV1Frame(v1, -1)
		sum += len(body)
	})
	check("Append", func() {
		out = AppendPing(out[:0], time.Second, nil)
		out = AppendPong(out, ping)
		out = AppendSubscribe(out, "topic")
		out, _ = legacySubscriptions{}.Encode(out, FlagCommand, ping)
		out, _ = v1Framing{}.Encode(out, 0, ping)
	})
	if sum == 0 {
		t.Error("nothing read")
	}
}
