package ipc

import (
	"errors"
	"fmt"
	"net"
	"slices"

	"github.com/zeroactor/zmq/transport"
)

// Credentials are the user, group and process that a peer had when it
// connected (or, of a server, when it began to listen), as the kernel knows
// them: nothing that the peer could make up.
type Credentials struct {
	UID, GID uint32
	PID      int // 0 if the process is in a namespace that we cannot see
}

// String returns ":uid:gid:pid", as libzmq describes a peer.
func (c Credentials) String() string { return fmt.Sprintf(":%d:%d:%d", c.UID, c.GID, c.PID) }

// features says which options an operating system has at all.
type features struct{ credentials bool }

// checkOptions reports the first option that a system with these features
// lacks.
func checkOptions(o *transport.Options, f features) error {
	if f.credentials {
		return nil
	}
	for _, c := range []struct {
		option string
		set    bool
	}{
		{"PeerUIDs", len(o.PeerUIDs) > 0},
		{"PeerGIDs", len(o.PeerGIDs) > 0},
		{"PeerPIDs", len(o.PeerPIDs) > 0},
	} {
		if c.set {
			return &transport.OptionError{Option: c.option, Err: errors.ErrUnsupported}
		}
	}
	return nil
}

// admits reports whether the filters, if there are any, let the peer in. One
// whose credentials cannot be told is kept out.
func admits(o *transport.Options, conn *net.UnixConn) (bool, error) {
	if len(o.PeerUIDs) == 0 && len(o.PeerGIDs) == 0 && len(o.PeerPIDs) == 0 {
		return true, nil
	}
	c, err := PeerCredentials(conn)
	if err != nil {
		return false, err
	}
	if slices.Contains(o.PeerUIDs, c.UID) || slices.Contains(o.PeerGIDs, c.GID) || slices.Contains(o.PeerPIDs, c.PID) {
		return true, nil
	}
	if len(o.PeerGIDs) == 0 {
		return false, nil
	}
	groups, err := peerGroups(conn)
	if err != nil {
		return false, err
	}
	member := func(gid uint32) bool { return slices.Contains(o.PeerGIDs, gid) }
	return slices.ContainsFunc(groups, member), nil
}
