package tcp

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/zeroactor/zmq/transport"
)

// A socksServer is a SOCKS5 proxy (RFC 1928) that does for one connection after
// the other what a test says, and remembers what it was asked for.
type socksServer struct {
	t            *testing.T
	ln           net.Listener
	to           string // where it connects, whatever is asked for; "": there
	user, secret string // that it wants to know; "": nothing
	reply        byte   // its answer, if not 0: success
	silent       bool   // it answers nothing

	mu    sync.Mutex
	asked []string
	all   sync.WaitGroup
}

func newSOCKSServer(t *testing.T, s *socksServer) *socksServer {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.t, s.ln = t, ln
	s.all.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			s.all.Go(func() { s.serve(c) })
		}
	})
	t.Cleanup(func() { ln.Close(); s.all.Wait() })
	return s
}

func (s *socksServer) address() string { return s.ln.Addr().String() }

// serve talks to one client, and passes bytes on until both sides have ended.
func (s *socksServer) serve(c net.Conn) {
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second)) // of a test that hangs
	if s.silent {
		io.Copy(io.Discard, c)
		return
	}
	if !s.greet(c) {
		return
	}
	address := s.request(c)
	if s.reply != 0 || address == "" {
		c.Write([]byte{5, s.reply, 0, 1, 0, 0, 0, 0, 0, 0})
		return
	}
	if s.to != "" {
		address = s.to
	}
	far, err := net.Dial("tcp", address)
	if err != nil {
		c.Write([]byte{5, 5, 0, 1, 0, 0, 0, 0, 0, 0}) // refused
		return
	}
	defer far.Close()
	c.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	var both sync.WaitGroup
	both.Go(func() { io.Copy(far, c); far.(*net.TCPConn).CloseWrite() })
	both.Go(func() { io.Copy(c, far); c.(*net.TCPConn).CloseWrite() })
	both.Wait()
}

// greet agrees on a method, and hears who the client is.
func (s *socksServer) greet(c net.Conn) bool {
	methods := s.text(c, 1)
	if s.user == "" {
		c.Write([]byte{5, 0})
		return true
	}
	if len(methods) == 0 || methods[len(methods)-1] != 2 {
		c.Write([]byte{5, 0xFF}) // no method that will do
		return false
	}
	c.Write([]byte{5, 2})
	user, secret := s.text(c, 1), s.text(c, 0)
	ok := user == s.user && secret == s.secret
	c.Write([]byte{1, map[bool]byte{true: 0, false: 1}[ok]})
	return ok
}

// text reads a text with its length before it, behind some other bytes.
func (s *socksServer) text(c net.Conn, behind int) string {
	b := make([]byte, behind+1)
	if _, err := io.ReadFull(c, b); err != nil {
		return ""
	}
	text := make([]byte, b[behind])
	io.ReadFull(c, text)
	return string(text)
}

// request returns what address is asked for.
func (s *socksServer) request(c net.Conn) string {
	head := make([]byte, 4)
	if _, err := io.ReadFull(c, head); err != nil || head[0] != 5 || head[1] != 1 {
		return ""
	}
	host := ""
	switch head[3] {
	case 3:
		host = s.text(c, 0)
	case 1, 4:
		ip := make([]byte, map[byte]int{1: 4, 4: 16}[head[3]])
		io.ReadFull(c, ip)
		addr, _ := netip.AddrFromSlice(ip)
		host = addr.String()
	}
	port := make([]byte, 2)
	io.ReadFull(c, port)
	address := net.JoinHostPort(host, strconv.Itoa(int(binary.BigEndian.Uint16(port))))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, address)
	return address
}

// TestSOCKSProxy connects by a proxy, which is given names as they are: they are
// for it to look up.
func TestSOCKSProxy(t *testing.T) {
	l := listen(t, Transport{}, "127.0.0.1:*", nil)
	s := newSOCKSServer(t, &socksServer{to: l.Endpoint().Address})
	o := &transport.Options{SOCKSProxy: s.address(), IPv6: true}
	for _, address := range []string{l.Endpoint().Address, "no.such.host.invalid:5555", "[2001:db8::1]:5555", "127.0.0.1:*;10.1.2.3:77"} {
		conn := dial(t, Transport{}, address, o)
		far := accept(t, l)
		if _, ok := conn.(*net.TCPConn); !ok {
			t.Errorf("%s: the connection is a %T", address, conn)
		}
		if _, err := conn.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(far, make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		conn.Close()
		far.Close()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	want := []string{s.to, "no.such.host.invalid:5555", "[2001:db8::1]:5555", "10.1.2.3:77"}
	if len(s.asked) != len(want) {
		t.Fatalf("asked for %q", s.asked)
	}
	for i := range want {
		if s.asked[i] != want[i] {
			t.Errorf("asked for %s, want %s", s.asked[i], want[i])
		}
	}
}

// TestSOCKSUser says who we are to a proxy that asks.
func TestSOCKSUser(t *testing.T) {
	s := newSOCKSServer(t, &socksServer{user: "ann", secret: "secret"})
	l := listen(t, Transport{}, "127.0.0.1:*", nil)
	for _, c := range []struct {
		user, password string
		ok             bool
	}{{"ann", "secret", true}, {"ann", "wrong", false}, {"", "", false}} {
		o := &transport.Options{SOCKSProxy: s.address(), SOCKSUser: c.user, SOCKSPassword: c.password}
		conn, err := Transport{}.Dial(t.Context(), l.Endpoint().Address, o)
		if (err == nil) != c.ok {
			t.Errorf("%q with %q: %v", c.user, c.password, err)
		}
		if err == nil {
			conn.Close()
			accept(t, l)
		}
	}
}

// TestSOCKSFails meets proxies that refuse, that say nothing, and that are none.
func TestSOCKSFails(t *testing.T) {
	s := newSOCKSServer(t, &socksServer{reply: 2}) // "connection not allowed by ruleset"
	if conn, err := (Transport{}).Dial(t.Context(), "10.0.0.1:1", &transport.Options{SOCKSProxy: s.address()}); err == nil {
		conn.Close()
		t.Error("connected, though refused")
	}
	silent := newSOCKSServer(t, &socksServer{silent: true})
	o := &transport.Options{SOCKSProxy: silent.address(), ConnectTimeout: 30 * time.Millisecond}
	if _, err := (Transport{}).Dial(t.Context(), "10.0.0.1:1", o); !isTimeout(err) {
		t.Errorf("a silent proxy: %v", err)
	}
	because := errors.New("because")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(30*time.Millisecond, func() { cancel(because) })
	o.ConnectTimeout = 0
	if _, err := (Transport{}).Dial(ctx, "10.0.0.1:1", o); !errors.Is(err, because) {
		t.Errorf("cancelled: %v", err)
	}
	free := listen(t, Transport{}, "127.0.0.1:*", nil)
	address := free.Endpoint().Address
	free.Close()
	if _, err := (Transport{}).Dial(t.Context(), "10.0.0.1:1", &transport.Options{SOCKSProxy: address}); err == nil {
		t.Error("connected without a proxy")
	}
}

func TestSOCKSOptionsAreChecked(t *testing.T) {
	long := string(make([]byte, 256))
	for option, o := range map[string]*transport.Options{
		"SOCKSProxy": {SOCKSProxy: "nowhere"},
		"SOCKSUser":  {SOCKSProxy: "127.0.0.1:1080", SOCKSUser: "ann"},
	} {
		_, err := Transport{}.Dial(t.Context(), "127.0.0.1:1", o)
		if bad, ok := errors.AsType[*transport.OptionError](err); !ok || bad.Option != option {
			t.Errorf("%s: %v", option, err)
		}
	}
	for _, o := range []*transport.Options{
		{SOCKSProxy: "127.0.0.1:1080", SOCKSUser: long, SOCKSPassword: "x"},
		{SOCKSProxy: "127.0.0.1:1080", SOCKSUser: "x", SOCKSPassword: long},
	} {
		if checkSOCKS(o) == nil {
			t.Error("256 bytes pass")
		}
	}
}
