package tcp

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode"

	"github.com/zeroactor/zmq"
)

// The grammar of an address:
//
//	bind    = local ":" ( port / "*" )
//	dial    = [ local ":" ( port / "*" ) ";" ] remote ":" port
//	local   = "*" / ip / interface / name      ; no name in a source
//	remote  = ip / name
//	ip      = ipv4 / "[" ipv6 [ "%" zone ] "]" / ipv6 [ "%" zone ]
//	port    = 1*5DIGIT                         ; 0 is "*", and not for remote
//
// The last colon separates the port, so that the brackets of an IPv6 address
// are for the reader only.

const (
	maxNameLen  = 253 // characters of a DNS name (RFC 1035, 2.3.4: 255 octets on the wire)
	maxLabelLen = 63  // characters between two dots of it
)

// A hostKind says what the text before the port is.
type hostKind uint8

const (
	hostAny  hostKind = iota // "*"
	hostIP                   // a literal address
	hostName                 // an interface of this host, or a name in the DNS
)

// A hostPort is one end of an address.
type hostPort struct {
	kind hostKind
	ip   netip.Addr // of hostIP; never an IPv4 address mapped into IPv6
	name string     // of hostName
	port uint16     // 0: the system chooses
}

// A target is the address of a dial.
type target struct {
	source *hostPort // nil: the system chooses
	dest   hostPort  // never hostAny, never port 0
}

// A role is what a hostPort is for, which decides what it may be.
type role uint8

const (
	roleBind   role = iota // where to listen
	roleSource             // where to dial from
	roleDest               // where to dial to
)

// parseBind parses the address of a Listen.
func parseBind(address string, ipv6 bool) (hostPort, error) {
	hp, reason := parseHostPort(address, roleBind, ipv6)
	if reason != "" {
		return hostPort{}, badEndpoint(address, reason)
	}
	return hp, nil
}

// parseDial parses the address of a Dial.
func parseDial(address string, ipv6 bool) (target, error) {
	var t target
	text := address
	if source, dest, found := strings.Cut(address, ";"); found {
		hp, reason := parseHostPort(source, roleSource, ipv6)
		if reason != "" {
			return target{}, badEndpoint(address, "source address: "+reason)
		}
		t.source, text = &hp, dest
	}
	if strings.Contains(text, ";") {
		return target{}, badEndpoint(address, "more than one source address")
	}
	hp, reason := parseHostPort(text, roleDest, ipv6)
	if reason != "" {
		return target{}, badEndpoint(address, reason)
	}
	t.dest = hp
	if s := t.source; s != nil && s.kind == hostIP && hp.kind == hostIP && s.ip.Is4() != hp.ip.Is4() {
		return target{}, badEndpoint(address, "source and destination are of different IP versions")
	}
	return t, nil
}

func badEndpoint(address, reason string) error {
	return &zmq.EndpointError{Endpoint: Scheme + "://" + address, Reason: reason}
}

// parseHostPort returns what text says, or the reason why it says nothing.
func parseHostPort(text string, r role, ipv6 bool) (hp hostPort, reason string) {
	colon := strings.LastIndexByte(text, ':')
	if colon < 0 {
		return hostPort{}, `want "host:port"`
	}
	if hp, reason = parseHost(text[:colon], r, ipv6); reason != "" {
		return hostPort{}, reason
	}
	if hp.port, reason = parsePort(text[colon+1:], r); reason != "" {
		return hostPort{}, reason
	}
	return hp, ""
}

func parsePort(text string, r role) (port uint16, reason string) {
	if text == "*" && r != roleDest {
		return 0, ""
	}
	const most = "65535"
	switch {
	case text == "":
		return 0, "the port is missing"
	case strings.Trim(text, "0123456789") != "":
		return 0, "the port is not a number"
	case len(text) > len(most) || len(text) == len(most) && text > most:
		return 0, "the port is over " + most
	}
	n, _ := strconv.Atoi(text) // cannot fail: five digits
	if n == 0 && r == roleDest {
		return 0, "a port to connect to is 1 to " + most
	}
	return uint16(n), ""
}

func parseHost(text string, r role, ipv6 bool) (hp hostPort, reason string) {
	switch {
	case text == "":
		return hostPort{}, "the host is missing"
	case text == "*" && r == roleDest:
		return hostPort{}, `"*" is not a host to connect to`
	case text == "*":
		return hostPort{kind: hostAny}, ""
	}
	literal, bracketed := strings.CutPrefix(text, "[")
	if bracketed {
		inner, closed := strings.CutSuffix(literal, "]")
		if !closed || !strings.Contains(inner, ":") {
			return hostPort{}, "brackets are for one IPv6 address"
		}
		literal = inner
	}
	if bracketed || strings.Contains(literal, ":") {
		ip, err := netip.ParseAddr(literal)
		switch {
		case err != nil || strings.ContainsAny(ip.Zone(), "[]%;:"):
			return hostPort{}, "not an IPv6 address"
		case !ipv6:
			return hostPort{}, "an IPv6 address needs the IPv6 option"
		}
		return hostPort{kind: hostIP, ip: ip.Unmap()}, ""
	}
	if ip, err := netip.ParseAddr(text); err == nil {
		return hostPort{kind: hostIP, ip: ip}, ""
	}
	if reason := checkName(text, r); reason != "" {
		return hostPort{}, reason
	}
	return hostPort{kind: hostName, name: text}, ""
}

// checkName returns what keeps text from being a name for the role. An
// interface may have nearly any name ("Ethernet 2"), a host may not.
func checkName(text string, r role) (reason string) {
	if r == roleDest {
		return checkDNSName(text)
	}
	if strings.Trim(text, "0123456789.") == "" {
		return "not an IPv4 address"
	}
	for _, c := range text {
		if !unicode.IsPrint(c) || c == unicode.ReplacementChar || strings.ContainsRune("/;[]%*", c) {
			return "not the name of an interface or a host"
		}
	}
	if len(text) > maxNameLen {
		return "the host name is too long"
	}
	return ""
}

func checkDNSName(text string) (reason string) {
	name := strings.TrimSuffix(text, ".")
	if len(name) > maxNameLen {
		return "the host name is too long"
	}
	for label := range strings.SplitSeq(name, ".") {
		switch {
		case label == "":
			return "the host name has an empty label"
		case len(label) > maxLabelLen:
			return "the host name has a label that is too long"
		}
		for i := range len(label) {
			c := label[i]
			if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_') {
				return "the host name has a character that is no letter, digit, hyphen or underscore"
			}
		}
	}
	// No name ends in a number, and every mistyped address does (RFC 3696, 2).
	if strings.Trim(name[strings.LastIndexByte(name, '.')+1:], "0123456789") == "" {
		return "not an IPv4 address"
	}
	return ""
}

// String returns the text that parses to hp, with brackets where the other
// programs of the world want them.
func (hp hostPort) String() string {
	port := "*"
	if hp.port != 0 {
		port = strconv.Itoa(int(hp.port))
	}
	switch {
	case hp.kind == hostAny:
		return "*:" + port
	case hp.kind == hostName:
		return hp.name + ":" + port
	case hp.ip.Is6():
		return "[" + hp.ip.String() + "]:" + port
	}
	return hp.ip.String() + ":" + port
}

// String returns the text that parses to t.
func (t target) String() string {
	if t.source == nil {
		return t.dest.String()
	}
	return t.source.String() + ";" + t.dest.String()
}
