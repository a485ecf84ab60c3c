package engine

import (
	"strings"
	"testing"
)

// A peer that speaks something else is named, by as little as two bytes.
func TestNoGreetingNamesProtocol(t *testing.T) {
	for seen, want := range map[string]string{
		"GET /metrics HTTP/1.1\r\nHost: example.org\r\n": `"GET /metrics HTTP/1.1\r\nH"; looks like HTTP`,
		"GE":                       `"GE"; looks like HTTP`,
		"POST / HT":                `"POST / HT"; looks like HTTP`,
		"PRI * HTTP/2.0":           `"PRI * HTTP/2.0"; looks like HTTP`,
		"HTTP/1.1 400 Bad Request": `"HTTP/1.1 400 Bad Request"; looks like HTTP`,
		"SSH-2.0-x":                `"SSH-2.0-x"; looks like SSH`,
		"\x16\x03\x01\x02":         `"\x16\x03\x01\x02"; looks like TLS`,
		"\x16\x04":                 `"\x16\x04"`,
		"GOT":                      `"GOT"`,
		"\x00":                     `"\x00"`,
	} {
		err := noGreeting([]byte(seen))
		if !strings.HasSuffix(err.Error(), "but with "+want) {
			t.Errorf("%q: %v, want %s", seen, err, want)
		}
	}
}

// The greeting is as long as it should be, whatever the mechanism's name.
func TestGreetingSize(t *testing.T) {
	for _, name := range []string{"NULL", strings.Repeat("M", maxMechanismName)} {
		b := appendGreetingEnd(append(appendSignature(nil, 255), revisionV3), 1, name, true)
		if len(b) != greetingSize || b[asServerAt] != 1 || checkMechanism(b[mechanismAt:asServerAt], name) != nil {
			t.Errorf("%s: %d bytes, %x", name, len(b), b)
		}
		if b[8] != 0 || b[7] != 1 { // 255 + 1
			t.Errorf("signature %x", b[:signatureSize])
		}
	}
}
