package engine

import "slices"

// socketTypes has the socket types that exist, and for each one those that it
// may talk to. The index is the number that stands for the type in ZMTP 2.0,
// and in libzmq's API.
// https://rfc.zeromq.org/spec/37/#the-socket-type-property
var socketTypes = [...]struct {
	name  string
	peers []string
}{
	0:  {"PAIR", []string{"PAIR"}},
	1:  {"PUB", []string{"SUB", "XSUB"}},
	2:  {"SUB", []string{"PUB", "XPUB"}},
	3:  {"REQ", []string{"REP", "ROUTER"}},
	4:  {"REP", []string{"REQ", "DEALER"}},
	5:  {"DEALER", []string{"REP", "DEALER", "ROUTER"}},
	6:  {"ROUTER", []string{"REQ", "DEALER", "ROUTER"}},
	7:  {"PULL", []string{"PUSH"}},
	8:  {"PUSH", []string{"PULL"}},
	9:  {"XPUB", []string{"SUB", "XSUB"}},
	10: {"XSUB", []string{"PUB", "XPUB"}},
	11: {"STREAM", nil}, // no ZMTP: any TCP peer
	12: {"SERVER", []string{"CLIENT"}},
	13: {"CLIENT", []string{"SERVER"}},
	14: {"RADIO", []string{"DISH"}},
	15: {"DISH", []string{"RADIO"}},
	16: {"GATHER", []string{"SCATTER"}},
	17: {"SCATTER", []string{"GATHER"}},
	18: {"DGRAM", []string{"DGRAM"}}, // no ZMTP: UDP, not checked on the way
	19: {"PEER", []string{"PEER"}},
	20: {"CHANNEL", []string{"CHANNEL"}},
}

// CompatibleTypes says whether sockets of types a and b, named as in the
// Socket-Type property ("PUB", "ROUTER", ...), may talk to each other. Of types
// that don't exist none may.
func CompatibleTypes(a, b string) bool {
	for i := range socketTypes {
		if socketTypes[i].name == a {
			return slices.Contains(socketTypes[i].peers, b)
		}
	}
	return false
}

// socketTypeOctet returns the octet that stands for a socket type in ZMTP 2.0.
func socketTypeOctet(name string) byte {
	// "XPUB and XSUB sockets are implemented at the protocol level as PUB and
	// SUB sockets." libzmq sends numbers of their own, and looks at none.
	// https://rfc.zeromq.org/spec/15/#publish-subscribe
	switch name {
	case "XPUB":
		name = "PUB"
	case "XSUB":
		name = "SUB"
	}
	for i := range socketTypes {
		if socketTypes[i].name == name {
			return byte(i)
		}
	}
	return 0xFF // a type of somebody's own: no number of ours
}
