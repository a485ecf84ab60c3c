package engine

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq"
)

// A side that has an authenticator sends no READY before that has let the peer in,
// and tells a peer that is not let in the status, if it is final.
func TestNullAsksBeforeReady(t *testing.T) {
	theirs := Command{
		Kind: CommandReady, Name: []byte(NameReady),
		Data: Properties{{Name: PropertyIdentity, Value: []byte("joe")}}.Append(nil),
	}
	for _, c := range []struct {
		err  error
		sent string
	}{
		{nil, "READY \n"},
		{&zmq.AuthError{Status: zmq.AuthFailure}, "ERROR \"400\"\n"},
		{&zmq.AuthError{Status: zmq.AuthInternal}, "ERROR \"500\"\n"},
		{&zmq.AuthError{Status: zmq.AuthTemporary}, ""},
		{errors.New("nobody to ask"), ""},
	} {
		for _, server := range []bool{false, true} {
			asked := []string{}
			m := NewNull(MechanismConfig{Server: server, Authenticate: func(id []byte, credentials ...[]byte) error {
				if len(credentials) > 0 {
					t.Errorf("credentials %q", credentials)
				}
				asked = append(asked, string(id))
				return c.err
			}})
			sent, err := m.Begin(nil)
			if server {
				if len(sent) > 0 || len(asked) > 0 || err != nil {
					t.Errorf("the server begins: %q, asks %q, %v", sent, asked, err)
				}
				sent, err = m.Receive(nil, theirs)
			} else if err == nil {
				if b, err := m.Receive(nil, theirs); len(b) > 0 || err != nil {
					t.Errorf("the client answers %q, %v", b, err)
				}
			}
			if got := FramesString(sent); strings.TrimSpace(got) != strings.TrimSpace(c.sent) || !errors.Is(err, c.err) {
				t.Errorf("server %v, %v: sent %q, %v", server, c.err, got, err)
			}
			want := ""
			if server {
				want = "joe"
			}
			if len(asked) != 1 || asked[0] != want {
				t.Errorf("server %v: asked about %q, want %q once", server, asked, want)
			}
			if m.Done() != (c.err == nil) {
				t.Errorf("server %v, %v: done %v", server, c.err, m.Done())
			}
		}
	}
}

// What the authenticator says of a peer counts more than what the peer does, and
// peers that cannot be refused are not let in.
func TestAdmission(t *testing.T) {
	admit := func(Claim) (Admission, error) {
		return Admission{UserID: "joe", Metadata: Properties{{Name: "X-Role", Value: []byte("guest")}}}, nil
	}
	client := HandshakeConfig{SocketType: "PUSH", Metadata: Properties{{Name: "x-role", Value: []byte("admin")}}}
	c, s := NewHandshake(client), NewHandshake(HandshakeConfig{SocketType: "PULL", Server: true, Authenticate: admit})
	meet(t, c, s, 7)
	p := s.Peer()
	if role, _ := p.Properties.Get("X-ROLE"); p.UserID != "joe" || string(role) != "guest" {
		t.Errorf("peer %+v", p)
	}
	for _, old := range [][2]int{{1, 0}, {2, 0}} {
		client.MaxVersion = old
		c, s := NewHandshake(client), NewHandshake(HandshakeConfig{SocketType: "PULL", Server: true, Authenticate: admit})
		s.Input(c.Output())
		c.Input(s.Output())
		_, done, err := s.Input(c.Output())
		if done {
			t.Errorf("%v: let in", old)
		}
		wantRule(t, err, "37/ZMTP Version Negotiation")
	}
}

// An authenticator is not waited for longer than the handshake may take, nor when
// the connection has ended.
func TestAuthenticatorIsNotWaitedFor(t *testing.T) {
	for name, test := range map[string]struct {
		end   func(*Conn, context.CancelFunc)
		after time.Duration
	}{
		"timeout":   {func(*Conn, context.CancelFunc) {}, time.Minute},
		"closed":    {func(c *Conn, _ context.CancelFunc) { c.Close(zmq.ErrClosed) }, time.Second},
		"cancelled": {func(_ *Conn, cancel context.CancelFunc) { cancel() }, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				nc, peer := net.Pipe()
				defer peer.Close()
				cfg := testConfig("PULL", nil)
				cfg.Handshake.Server = true
				cfg.HandshakeTimeout = time.Minute
				cfg.judge = func(ctx context.Context, _ Claim) (Admission, error) {
					<-ctx.Done()
					return Admission{}, context.Cause(ctx)
				}
				c := cfg.newConn(nc)
				time.AfterFunc(time.Second, func() { test.end(c, cancel) })
				h := NewHandshake(HandshakeConfig{SocketType: "PUSH"})
				go func() {
					buf := make([]byte, 512)
					for {
						if _, err := peer.Write(h.Output()); err != nil {
							return
						}
						n, err := peer.Read(buf)
						if err != nil {
							return
						}
						h.Input(buf[:n])
					}
				}()
				if err := c.Run(ctx); err == nil {
					t.Error("no error")
				}
				if took := time.Since(began); took != test.after {
					t.Errorf("ended after %v, want %v", took, test.after)
				}
			})
		})
	}
}
