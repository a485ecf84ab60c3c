package engine

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/zeroactor/zmq"
)

// "property = name value", "name = short-size 1*255name-char",
// "value = 4OCTET *OCTET"
// https://rfc.zeromq.org/spec/37/#the-null-security-mechanism
func TestPropertiesBytes(t *testing.T) {
	p := Properties{
		{Name: "Socket-Type", Value: []byte("REQ")},
		{Name: "Identity", Value: nil},
		{Name: "X-" + strings.Repeat("n", 253), Value: []byte{0}},
	}
	b := p.Append([]byte("."))
	want := ".\x0bSocket-Type\x00\x00\x00\x03REQ\x08Identity\x00\x00\x00\x00" +
		"\xff" + p[2].Name + "\x00\x00\x00\x01\x00"
	if string(b) != want || p.size() != len(want)-1 {
		t.Fatalf("%q, size %d", b, p.size())
	}
	got, err := ParseProperties(b[1:])
	if err != nil || fmt.Sprint(got) != fmt.Sprint(p) {
		t.Errorf("%v, %v", got, err)
	}
	// They are copies.
	clear(b)
	if v, _ := got.Get("socket-type"); string(v) != "REQ" {
		t.Errorf("value became %q", v)
	}
}

// "Metadata names SHALL be case-insensitive."
// https://rfc.zeromq.org/spec/37/#connection-metadata
func TestPropertyNamesIgnoreCase(t *testing.T) {
	p := Properties{{Name: "IDENTITY", Value: []byte("a")}, {Name: "identity", Value: []byte("b")}}
	for _, name := range []string{"Identity", "identity", "IDENTITY"} {
		if v, ok := p.Get(name); !ok || string(v) != "a" {
			t.Errorf("%s: %q %v", name, v, ok)
		}
	}
	if v, ok := p.Get("Identit"); ok {
		t.Errorf("found %q", v)
	}
}

// "The name SHALL be 1 to 255 characters. Zero-sized names are not valid."
// "The value SHALL be 0 to 2,147,483,647 (2^31-1 or INT32_MAX in C/C++) octets".
// https://rfc.zeromq.org/spec/37/#the-null-security-mechanism
func TestMalformedProperties(t *testing.T) {
	for _, in := range []string{
		"\x00\x00\x00\x00\x00",
		"\x01",
		"\x01a",
		"\x01a\x00\x00\x00",
		"\x01a\x00\x00\x00\x01",
		"\x01a\x80\x00\x00\x00",
		"\x01a\xff\xff\xff\xff",
		"\x02a\x00\x00\x00\x00",
		"\x01a\x00\x00\x00\x00\x01",
	} {
		if p, err := ParseProperties([]byte(in)); err == nil {
			t.Errorf("%q: %v", in, p)
		} else {
			wantRule(t, err, "37/ZMTP Connection Metadata")
		}
	}
	// The size of the value "SHALL be four octets, in network byte order".
	if p, err := ParseProperties([]byte("\x01a\x00\x00\x00\x02bc\x01d\x00\x00\x00\x00")); err != nil || len(p) != 2 || string(p[0].Value) != "bc" {
		t.Errorf("two that are well-formed: %v %v", p, err)
	}
	if _, _, n := ConsumeProperty(nil); n >= 0 {
		t.Errorf("nothing: %d", n)
	}
	if p, err := ParseProperties(nil); len(p) != 0 || err != nil {
		t.Errorf("no metadata: %v %v", p, err)
	}
}

func TestPropertiesAreBounded(t *testing.T) {
	one := AppendProperty(nil, "a", "")
	if p, err := ParseProperties(bytes.Repeat(one, MaxProperties)); len(p) != MaxProperties || err != nil {
		t.Errorf("%d properties: %v", len(p), err)
	}
	_, err := ParseProperties(bytes.Repeat(one, MaxProperties+1))
	wantRule(t, err, "37/ZMTP Connection Metadata")

	large := func(n int) []byte {
		return AppendProperty(nil, "a", make([]byte, n-1-1-4))
	}
	if p, err := ParseProperties(large(MaxMetadata)); len(p) != 1 || err != nil {
		t.Errorf("%d properties: %v", len(p), err)
	}
	_, err = ParseProperties(large(MaxMetadata + 1))
	wantRule(t, err, "37/ZMTP Connection Metadata")
}

// A message's Peer takes the properties as they are.
func TestPropertiesAreThePeers(t *testing.T) {
	p := zmq.Peer{Properties: Properties{{Name: "X-a", Value: []byte("b")}}}
	if v, ok := p.Property("x-A"); !ok || string(v) != "b" {
		t.Errorf("%q %v", v, ok)
	}
}
