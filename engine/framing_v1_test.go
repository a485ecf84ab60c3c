package engine

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/zeroactor/zmq"
)

// "For frames with a length of 1 to 254 octets, the length SHOULD BE encoded as a
// single octet." "For frames with lengths of 255 and greater, the length SHALL BE
// encoded as a single octet with the value 255, followed by the length encoded
// as a 64-bit unsigned integer in network byte order."
// https://rfc.zeromq.org/spec/13/#the-framing-layer
func TestV1Bytes(t *testing.T) {
	framing := v1Framing{max: -1}
	for _, tt := range []struct {
		flags byte
		size  int
		want  string
	}{
		{0, 0, "\x01\x00"},
		{FlagMore, 1, "\x02\x01"},
		{0, 253, "\xfe\x00"},
		{FlagMore, 254, "\xff\x00\x00\x00\x00\x00\x00\x00\xff\x01"},
		{0, 255, "\xff\x00\x00\x00\x00\x00\x00\x01\x00\x00"},
		{0, 70000, "\xff\x00\x00\x00\x00\x00\x01\x11\x71\x00"},
	} {
		body := bytes.Repeat([]byte("b"), tt.size)
		got, err := framing.Encode([]byte("x"), tt.flags, body)
		if want := "x" + tt.want + string(body); string(got) != want || err != nil {
			t.Errorf("%d bytes: %.12q, want %.12q, %v", tt.size, got, want, err)
			continue
		}
		wire := got[1:]
		flags, b, n, err := framing.Decode(append(wire, 1))
		if flags != tt.flags || !bytes.Equal(b, body) || n != len(wire) || err != nil {
			t.Errorf("%d bytes: decoded %#x, %d bytes, %d %v", tt.size, flags, len(b), n, err)
		}
		for i := range wire[:min(len(wire), 300)] {
			if _, _, n, err := framing.Decode(wire[:i]); n != 0 || err != nil {
				t.Errorf("%d of %d bytes: %d %v", i, len(wire), n, err)
			}
		}
	}
}

// "For frames with lengths of 1 to 254 octets this encoding MAY be also used."
// "Bits 1-7 are reserved for future use and SHOULD be zero."
// https://rfc.zeromq.org/spec/13/#the-framing-layer
func TestV1DecodesWhatPeersMaySend(t *testing.T) {
	flags, body, n, err := v1Framing{max: -1}.Decode([]byte("\xff\x00\x00\x00\x00\x00\x00\x00\x03\xffab"))
	if flags != FlagMore || string(body) != "ab" || n != 12 || err != nil {
		t.Errorf("%#x %q %d %v", flags, body, n, err)
	}
}

// "The minimum valid length of a frame is 1 octet, thus a length of 0 is invalid".
// https://rfc.zeromq.org/spec/13/#the-framing-layer
func TestV1Malformed(t *testing.T) {
	for _, in := range []string{
		"\x00",
		"\xff\x00\x00\x00\x00\x00\x00\x00\x00",
		"\xff\x80\x00\x00\x00\x00\x00\x00\x01",
		"\xff\xff\xff\xff\xff\xff\xff\xff\xff",
	} {
		_, _, n, err := v1Framing{max: -1}.Decode([]byte(in))
		if n != 0 {
			t.Errorf("%x: n = %d", in, n)
		}
		wantRule(t, err, "13/ZMTP Framing")
	}
}

// What is too large is refused when its header is there, before its body.
func TestV1RefusesBeforeBuffering(t *testing.T) {
	header := func(size int) []byte { return appendV1Header(nil, 0, size) }
	if _, _, _, err := (v1Framing{max: 1000}).Decode(header(1001)); !errors.Is(err, zmq.ErrTooLarge) {
		t.Errorf("over the limit: %v", err)
	}
	if _, _, n, err := (v1Framing{max: 1000}).Decode(header(1000)); n != 0 || err != nil {
		t.Errorf("at the limit: %d %v", n, err)
	}
	huge := binary.BigEndian.AppendUint64([]byte{v1Escape}, 1<<63)
	if _, _, _, err := (v1Framing{max: -1}).Decode(append(huge, 0)); !errors.Is(err, zmq.ErrTooLarge) {
		t.Errorf("2^63-1 bytes: %v", err)
	}
}

// Subscriptions are messages in ZMTP 1.0, the header made for all of them; other
// commands don't exist.
func TestV1Commands(t *testing.T) {
	framing := v1Framing{max: -1}
	long := strings.Repeat("t", 253)
	for _, tt := range []struct {
		body []byte
		want string
	}{
		{AppendCommandBody(nil, NameSubscribe, "ab"), "\x04\x00\x01ab"},
		{AppendCommandBody(nil, NameCancel, ""), "\x02\x00\x00"},
		{AppendCommandBody(nil, NameSubscribe, long), "\xff\x00\x00\x00\x00\x00\x00\x00\xff\x00\x01" + long},
		{AppendCommandBody(nil, NameSubscribe, long[1:]), "\xfe\x00\x01" + long[1:]},
		{AppendCommandBody(nil, NamePing, "\x00\x00"), ""},
		{AppendCommandBody(nil, "OTHER", ""), ""},
	} {
		got, err := framing.Encode(nil, FlagCommand, tt.body)
		if string(got) != tt.want || err != nil {
			t.Errorf("%s: %.20q %v", CommandString(tt.body), got, err)
		}
		if len(got) == 0 {
			continue
		}
		if flags, _, n, err := framing.Decode(got); flags != 0 || n != len(got) || err != nil {
			t.Errorf("%s: decoded %#x %d %v", CommandString(tt.body), flags, n, err)
		}
	}
}
