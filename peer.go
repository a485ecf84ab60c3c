package zmq

import "strings"

// A Peer is what is known of the other end of a connection, from the
// connection itself and from its handshake (37/ZMTP, "Connection Metadata").
// It is immutable.
type Peer struct {
	Address    string     // remote address as the transport prints it
	SocketType string     // "PUSH", "ROUTER", ...; "" before ZMTP 3.0
	RoutingID  []byte     // identity that the peer announced; may be empty
	UserID     string     // set by the authenticator; "" without one
	Version    [2]int     // ZMTP version, major and minor
	Properties []Property // the authenticator's, then those that the peer sent, in their order
}

// A Property is one entry of a handshake's metadata.
type Property struct {
	Name  string // compared without regard to case
	Value []byte
}

// Property returns the value of the first property with that name.
// Case does not matter (37/ZMTP: "names are case-insensitive").
func (p *Peer) Property(name string) (value []byte, ok bool) {
	for _, q := range p.Properties {
		if strings.EqualFold(q.Name, name) {
			return q.Value, true
		}
	}
	return nil, false
}
