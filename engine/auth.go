package engine

import (
	"context"
	"errors"
	"strconv"

	"github.com/zeroactor/zmq"
)

// A Claim is what a peer says of itself, for an authenticator to judge
// (27/ZAP, "Message Format").
type Claim struct {
	// Mechanism is the security mechanism's name, such as "NULL".
	Mechanism string

	// RoutingID is the identity that the peer has announced: empty if it has
	// none, or has not told it yet.
	RoutingID []byte

	// Credentials are as the mechanism has them: none with NULL.
	Credentials [][]byte
}

// An Admission is what an authenticator tells of a peer that it lets in.
type Admission struct {
	UserID   string     // "" if it knows none
	Metadata Properties // counts more than what the peer says of itself
}

// An Authenticator decides whether a peer is let in. It may take its time, but
// returns when ctx is over. An error that is a [*zmq.AuthError] is the
// authenticator's no, and the peer is told its status; but for 300, "a
// temporary error", and errors of other kinds: then the connection is just
// closed, so that the peer tries again.
type Authenticator func(ctx context.Context, c Claim) (Admission, error)

// authenticate asks about the peer on behalf of a mechanism.
func (h *Handshake) authenticate(routingID []byte, credentials ...[]byte) (err error) {
	h.admission, err = h.cfg.Authenticate(Claim{
		Mechanism:   h.mechanism.Name(),
		RoutingID:   routingID,
		Credentials: credentials,
	})
	return err
}

// authenticate calls Authenticate if there is one, and appends to dst what a peer
// that is not let in is told.
func (c *MechanismConfig) authenticate(dst, routingID []byte, credentials ...[]byte) ([]byte, error) {
	if c.Authenticate == nil {
		return dst, nil
	}
	err := c.Authenticate(routingID, credentials...)
	if no, ok := errors.AsType[*zmq.AuthError](err); ok && no.Status != zmq.AuthTemporary {
		dst = AppendError(dst, strconv.Itoa(no.Status))
	}
	return dst, err
}

// authenticator binds an Authenticator to the time that a handshake has: it ends when
// the connection does, or with ctx.
func (c *Conn) authenticator(ctx context.Context, judge Authenticator) func(Claim) (Admission, error) {
	return func(claim Claim) (Admission, error) {
		asking, cancel := context.WithCancel(ctx)
		defer cancel()
		if t := c.cfg.HandshakeTimeout; t > 0 {
			asking, cancel = context.WithTimeout(asking, t)
			defer cancel()
		}
		over := c.await(&c.over)
		go func() {
			select {
			case <-over:
				cancel()
			case <-asking.Done():
			}
		}()
		return judge(asking, claim)
	}
}
