package engine

// Unversioned is the revision of peers that send none: ZMTP 1.0.
const Unversioned = -1

// PeerInfo is what a handshake has found out about the peer.
type PeerInfo struct {
	// Major and Minor are the version of ZMTP that is spoken with the peer,
	// the lower of its and ours: 1.0, 2.0, 3.0 or 3.1.
	Major, Minor int

	// Revision is the octet with which the peer announced its version, which
	// may be newer than ours; or [Unversioned].
	Revision int

	// SocketType is the peer's, "ROUTER" for one; "" if it didn't say, as none
	// does before ZMTP 3.0.
	SocketType string

	// RoutingID is the identity that the peer gave itself: empty if none, and
	// at most 255 bytes.
	RoutingID []byte

	// UserID is who the peer is, as the authenticator has found; "" without one.
	UserID string

	// Properties are those that the authenticator gave, and behind them all
	// that the peer sent, the two above among them.
	Properties Properties

	// AsServer says that the peer calls itself the mechanism's server. libzmq
	// never does.
	AsServer bool
}

// FiltersItself says that the peer, if it is a subscriber, may send no
// subscriptions, and that a publisher has to send it everything: "A subscriber
// SHALL NOT send any content", "The recipient MAY filter messages".
// https://rfc.zeromq.org/spec/13/#the-content-layer
//
// That is so of peers without a signature, which are of the time of libzmq 2. A
// peer that has one and announces revision 0 has 13/ZMTP's framing, but is of
// the time when publishers began to filter, and asks for what it wants; libzmq
// draws the line there as well.
//
// The other way round a subscriber does not keep silent, though it "SHALL NOT
// send any content": publishers with the same greeting that do filter (libzmq
// 3.0 and 3.1) would send it nothing, and those of libzmq 2 take no notice.
func (p *PeerInfo) FiltersItself() bool { return p.Revision == Unversioned }
