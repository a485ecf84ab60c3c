package zmq

import "strings"

// An Endpoint is the address of a socket's end: a scheme that names the
// transport, and an address in that transport's own syntax, as in
// "tcp://127.0.0.1:5555", "ipc:///run/app.sock" or "inproc://stage-1".
type Endpoint struct {
	Scheme  string // case-sensitive, never empty
	Address string // never empty
}

// ParseEndpoint splits text into scheme and address. The address is checked
// by the transport, at Bind and Connect. The error is an [*EndpointError].
func ParseEndpoint(text string) (Endpoint, error) {
	scheme, address, ok := strings.Cut(text, "://")
	switch {
	case !ok:
		return Endpoint{}, &EndpointError{text, `want "transport://address"`}
	case scheme == "":
		return Endpoint{}, &EndpointError{text, "the transport is missing"}
	case address == "":
		return Endpoint{}, &EndpointError{text, "the address is missing"}
	}
	return Endpoint{scheme, address}, nil
}

// String returns the endpoint's text, or "" for the zero Endpoint.
func (e Endpoint) String() string {
	if e == (Endpoint{}) {
		return ""
	}
	return e.Scheme + "://" + e.Address
}
