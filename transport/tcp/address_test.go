package tcp

import (
	"errors"
	"strings"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/transport"
)

func TestParseBind(t *testing.T) {
	for _, c := range []struct {
		address string
		ipv6    bool
		want    string // the address in its usual form, or
		reason  string // why it is none
	}{
		{"*:5555", false, "*:5555", ""},
		{"*:*", false, "*:*", ""},
		{"*:0", false, "*:*", ""},
		{"*:00080", false, "*:80", ""},
		{"*:65535", false, "*:65535", ""},
		{"127.0.0.1:1", false, "127.0.0.1:1", ""},
		{"eth0:5555", false, "eth0:5555", ""},
		{"eth0.100:5555", false, "eth0.100:5555", ""},
		{"Ethernet 2:5555", false, "Ethernet 2:5555", ""},
		{"example.com:*", false, "example.com:*", ""},
		{"[::]:*", true, "[::]:*", ""},
		{"::1:5555", true, "[::1]:5555", ""},
		{"[fe80::1%eth0]:5555", true, "[fe80::1%eth0]:5555", ""},
		{"fe80::1%eth0:5555", true, "[fe80::1%eth0]:5555", ""},
		{"[::ffff:127.0.0.1]:5", true, "127.0.0.1:5", ""},

		{"", false, "", `want "host:port"`},
		{"5555", false, "", `want "host:port"`},
		{":5555", false, "", "the host is missing"},
		{"*:", false, "", "the port is missing"},
		{"*:65536", false, "", "the port is over 65535"},
		{"*:99999", false, "", "the port is over 65535"},
		{"*:000080", false, "", "the port is over 65535"},
		{"*:12abc", false, "", "the port is not a number"},
		{"*:-1", false, "", "the port is not a number"},
		{"*:+1", false, "", "the port is not a number"},
		{"*: 1", false, "", "the port is not a number"},
		{"*:http", false, "", "the port is not a number"},
		{"1.2.3:5", false, "", "not an IPv4 address"},
		{"1.2.3.256:5", false, "", "not an IPv4 address"},
		{"[::1]:5555", false, "", "an IPv6 address needs the IPv6 option"},
		{"::1:5555", false, "", "an IPv6 address needs the IPv6 option"},
		{"[::1:5555", true, "", "brackets are for one IPv6 address"},
		{"[127.0.0.1]:5555", true, "", "brackets are for one IPv6 address"},
		{"[eth0]:5555", true, "", "brackets are for one IPv6 address"},
		{"[:::1]:5555", true, "", "not an IPv6 address"},
		{"[fe80::1%]:5555", true, "", "not an IPv6 address"},
		{"a*:5", false, "", "not the name of an interface or a host"},
		{"a\nb:5", false, "", "not the name of an interface or a host"},
		{"a;b:5", false, "", "not the name of an interface or a host"},
		{strings.Repeat("a", 254) + ":5", false, "", "the host name is too long"},
	} {
		hp, err := parseBind(c.address, c.ipv6)
		checkParsed(t, c.address, hp, err, c.want, c.reason)
	}
}

func TestParseDial(t *testing.T) {
	label := strings.Repeat("a", 63)
	for _, c := range []struct {
		address string
		ipv6    bool
		want    string
		reason  string
	}{
		{"127.0.0.1:5555", false, "127.0.0.1:5555", ""},
		{"localhost:1", false, "localhost:1", ""},
		{"a_b-c.example.com.:65535", false, "a_b-c.example.com.:65535", ""},
		{label + ".example:5", false, label + ".example:5", ""},
		{"[::1]:5", true, "[::1]:5", ""},
		{"127.0.0.1:7;127.0.0.1:5", false, "127.0.0.1:7;127.0.0.1:5", ""},
		{"*:*;127.0.0.1:5", false, "*:*;127.0.0.1:5", ""},
		{"eth0:0;example.com:5", false, "eth0:*;example.com:5", ""},
		{"[::1]:0;[::1]:5", true, "[::1]:*;[::1]:5", ""},

		{"localhost:0", false, "", "a port to connect to is 1 to 65535"},
		{"localhost:*", false, "", "the port is not a number"},
		{"localhost:65536", false, "", "the port is over 65535"},
		{"*:5", false, "", `"*" is not a host to connect to`},
		{"1.2.3.4.5:5", false, "", "not an IPv4 address"},
		{"example.1:5", false, "", "not an IPv4 address"},
		{"a..b:5", false, "", "the host name has an empty label"},
		{".:5", false, "", "the host name has an empty label"},
		{label + "a:5", false, "", "the host name has a label that is too long"},
		{strings.Repeat("a.", 127) + "a:5", false, "", "the host name is too long"},
		{"a b:5", false, "", "the host name has a character that is no letter, digit, hyphen or underscore"},
		{"bücher.example:5", false, "", "the host name has a character that is no letter, digit, hyphen or underscore"},
		{";127.0.0.1:5", false, "", `source address: want "host:port"`},
		{"127.0.0.1;127.0.0.1:5", false, "", `source address: want "host:port"`},
		{"127.0.0.1:0;", false, "", `want "host:port"`},
		{"127.0.0.1:0;127.0.0.1:0;127.0.0.1:5", false, "", "more than one source address"},
		{"127.0.0.1:0;[::1]:5", true, "", "source and destination are of different IP versions"},
	} {
		target, err := parseDial(c.address, c.ipv6)
		checkParsed(t, c.address, target, err, c.want, c.reason)

		o := &transport.Options{IPv6: c.ipv6}
		if got := (Transport{}).CheckDial(c.address, o); (got == nil) != (err == nil) {
			t.Errorf("CheckDial %q: %v, but parseDial: %v", c.address, got, err)
		}
	}
}

func checkParsed(t *testing.T, address string, parsed interface{ String() string }, err error, want, reason string) {
	t.Helper()
	if reason != "" {
		bad, ok := errors.AsType[*zmq.EndpointError](err)
		if !ok || bad.Reason != reason || bad.Endpoint != "tcp://"+address {
			t.Errorf("%q: error %v, want %q", address, err, reason)
		}
		return
	}
	if err != nil || parsed.String() != want {
		t.Errorf("%q: %q, %v; want %q", address, parsed, err, want)
	}
}

// FuzzParse holds that every text is an address or has an EndpointError that
// quotes it, and that what is printed of an address means the same again.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"*:*", "127.0.0.1:5555", "[fe80::1%eth0]:1", "::1:5", "eth0:0;example.com:80", "[::ffff:1.2.3.4]:9", "a:b;c:d", "[%]:1", "::%a::1:0",
	} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, text string, ipv6 bool) {
		hp, err := parseBind(text, ipv6)
		if !refused(t, text, err) {
			again, err := parseBind(hp.String(), ipv6 || hp.ip.Is6())
			if err != nil || again != hp {
				t.Errorf("%q prints as %q, which is %+v, %v; want %+v", text, hp, again, err, hp)
			}
			if hp.ip.Is6() && !ipv6 {
				t.Errorf("%q is an IPv6 address without the option", text)
			}
		}
		target, err := parseDial(text, ipv6)
		if refused(t, text, err) {
			return
		}
		again, err := parseDial(target.String(), ipv6)
		if err != nil || again.String() != target.String() || again.dest != target.dest {
			t.Errorf("%q prints as %q, which is %+v, %v; want %+v", text, target, again, err, target)
		}
		if target.dest.port == 0 || target.dest.kind == hostAny {
			t.Errorf("%q is no address to connect to", text)
		}
	})
}

// refused reports whether err is the error of a parser, and checks it.
func refused(t *testing.T, text string, err error) bool {
	t.Helper()
	if err == nil {
		return false
	}
	if bad, ok := errors.AsType[*zmq.EndpointError](err); !ok || bad.Endpoint != "tcp://"+text || bad.Reason == "" {
		t.Errorf("%q: %v, want an EndpointError that quotes it", text, err)
	}
	return true
}
