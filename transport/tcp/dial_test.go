package tcp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/zeroactor/zmq/transport"
)

// fields returns the words of a printed list.
func fields(list string) []string { return strings.Fields(strings.Trim(list, "[]")) }

func listen(t *testing.T, tr Transport, address string, o *transport.Options) transport.Listener {
	t.Helper()
	l, err := tr.Listen(t.Context(), address, o)
	if err != nil {
		t.Fatalf("Listen %s: %v", address, err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func dial(t *testing.T, tr Transport, address string, o *transport.Options) net.Conn {
	t.Helper()
	conn, err := tr.Dial(t.Context(), address, o)
	if err != nil {
		t.Fatalf("Dial %s: %v", address, err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func accept(t *testing.T, l transport.Listener) *net.TCPConn {
	t.Helper()
	conn, err := l.Accept()
	if err != nil {
		t.Fatalf("Accept: %v", err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn.(*net.TCPConn)
}

func TestDialTriesEveryAddress(t *testing.T) {
	l := listen(t, Transport{}, "127.0.0.3:*", nil)
	port := portOf(t, l.Endpoint().Address)
	tr := Transport{Resolver: names{
		"peer":   addrs("127.0.0.1", "127.0.0.2", "::ffff:127.0.0.3"),
		"nobody": addrs("127.0.0.1", "127.0.0.2"),
		"six":    addrs("::1"),
	}}
	conn := dial(t, tr, fmt.Sprintf("peer:%d", port), nil)
	if got := conn.RemoteAddr().String(); got != l.Endpoint().Address {
		t.Errorf("connected to %s, want %s", got, l.Endpoint().Address)
	}

	_, err := tr.Dial(t.Context(), fmt.Sprintf("nobody:%d", port), nil)
	if !errors.Is(err, syscall.ECONNREFUSED) || !strings.Contains(err.Error(), "127.0.0.1:") || !strings.Contains(err.Error(), "127.0.0.2:") {
		t.Errorf("error %q, want the refusals of both addresses", err)
	}
	for _, name := range []string{"unknown", "six"} {
		_, err = tr.Dial(t.Context(), fmt.Sprintf("%s:%d", name, port), nil)
		if dns, ok := errors.AsType[*net.DNSError](err); !ok || dns.Name != name || !dns.IsNotFound {
			t.Errorf("error %v, want a DNSError about %s", err, name)
		}
	}
}

func TestDialResolvesOnEachCall(t *testing.T) {
	l := listen(t, Transport{}, "127.0.0.1:*", nil)
	known := names{}
	tr := Transport{Resolver: known}
	address := fmt.Sprintf("peer:%d", portOf(t, l.Endpoint().Address))
	if err := tr.CheckDial(address, nil); err != nil {
		t.Errorf("CheckDial asks the resolver: %v", err)
	}
	if _, err := tr.Dial(t.Context(), address, nil); err == nil {
		t.Error("Dial finds an unknown name")
	}
	known["peer"] = addrs("127.0.0.1")
	dial(t, tr, address, nil)
}

func TestTooManyAddresses(t *testing.T) {
	var many []netip.Addr
	for i := range 200 {
		many = append(many, netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}))
	}
	many = append(many, many...) // doubles do not count
	tr := Transport{Resolver: names{"many": many, "doubles": addrs("10.0.0.1", "10.0.0.1")}}
	for name, want := range map[string]int{"many": maxAddresses, "doubles": 1} {
		ips, err := tr.lookup(t.Context(), hostPort{kind: hostName, name: name}, false)
		if err != nil || len(ips) != want {
			t.Errorf("%s: %d addresses, %v; want %d", name, len(ips), err, want)
		}
	}
}

func TestResolverIsBoundToContext(t *testing.T) {
	cause := errors.New("a cause")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	_, err := Transport{Resolver: names{}}.Dial(ctx, "peer:1", nil)
	if !errors.Is(err, cause) || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the cause and the resolver's error", err)
	}
}

func TestDialSource(t *testing.T) {
	l := listen(t, Transport{}, "127.0.0.1:*", nil)
	to := l.Endpoint().Address
	for _, c := range []struct{ source, wantIP string }{
		{"127.0.0.2:*", "127.0.0.2"},
		{"127.0.0.2:0", "127.0.0.2"},
		{"*:*", "127.0.0.1"},
		{loopback(t) + ":*", "127.0.0.1"},
	} {
		conn := dial(t, Transport{}, c.source+";"+to, nil)
		if got := conn.LocalAddr().(*net.TCPAddr).IP.String(); got != c.wantIP {
			t.Errorf("from %s: connected from %s, want %s", c.source, got, c.wantIP)
		}
		accept(t, l)
	}
	if _, err := (Transport{}).Dial(t.Context(), "nosuchnic:*;"+to, nil); err == nil {
		t.Error("Dial from an interface that is not there")
	}
}

// TestDialSourcePort holds that a fixed source port can be used again at once,
// while the kernel still remembers the connection before.
func TestDialSourcePort(t *testing.T) {
	l := listen(t, Transport{}, "127.0.0.1:*", nil)
	source := deadAddress(t, "127.0.0.2:0")
	for range 3 {
		conn, err := (Transport{}).Dial(t.Context(), source+";"+l.Endpoint().Address, nil)
		if err != nil {
			t.Fatal(err)
		}
		if conn.LocalAddr().String() != source {
			t.Errorf("connected from %s, want %s", conn.LocalAddr(), source)
		}
		// The end that closes first is the one that has to remember.
		peer := accept(t, l)
		conn.Close()
		if _, err := io.ReadAll(peer); err != nil {
			t.Error(err)
		}
		peer.Close()
	}
}

func TestSourceAddrFollowsDestination(t *testing.T) {
	for _, c := range []struct {
		source, dest string
		want         string // or "" for an error
	}{
		{"*:7", "1.2.3.4", "0.0.0.0:7"},
		{"*:7", "2001:db8::1", "[::]:7"},
		{"127.0.0.1:0", "1.2.3.4", "127.0.0.1:0"},
		{"127.0.0.1:0", "2001:db8::1", ""},
		{"[::1]:0", "2001:db8::1", "[::1]:0"},
		{"[::1]:0", "1.2.3.4", ""},
	} {
		hp, reason := parseHostPort(c.source, roleSource, true)
		if reason != "" {
			t.Fatal(reason)
		}
		addr, err := sourceAddr(&hp, netip.MustParseAddr(c.dest))
		if c.want == "" {
			if err == nil {
				t.Errorf("from %s to %s: %s, want an error", c.source, c.dest, addr)
			}
			continue
		}
		if err != nil || addr.String() != c.want {
			t.Errorf("from %s to %s: %s, %v; want %s", c.source, c.dest, addr, err, c.want)
		}
	}
}

// loopback returns the name of the loopback interface.
func loopback(t *testing.T) string {
	t.Helper()
	nics, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, nic := range nics {
		if nic.Flags&net.FlagLoopback != 0 && nic.Flags&net.FlagUp != 0 {
			return nic.Name
		}
	}
	t.Skip("no loopback interface")
	return ""
}

// TestConnectTimeout takes its time: the kernel's clock is not ours to set.
func TestConnectTimeout(t *testing.T) {
	address := silentAddress(t, "127.0.0.1:0")
	begin := time.Now()
	_, err := (Transport{}).Dial(t.Context(), address, &transport.Options{ConnectTimeout: 30 * time.Millisecond})
	if took := time.Since(begin); !errors.Is(err, os.ErrDeadlineExceeded) && !isTimeout(err) || took < 30*time.Millisecond {
		t.Errorf("Dial: %v after %v, want a timeout after 30ms", err, took)
	}
	l := listen(t, Transport{}, "127.0.0.1:*", nil)
	conn := dial(t, Transport{}, l.Endpoint().Address, &transport.Options{ConnectTimeout: time.Minute})
	peer := accept(t, l)
	peer.Write([]byte{1})
	if n, err := conn.Read(make([]byte, 1)); n != 1 {
		t.Errorf("the timeout is of the connection, not of connecting: %v", err)
	}
}

func isTimeout(err error) bool {
	nerr, ok := errors.AsType[net.Error](err)
	return ok && nerr.Timeout()
}
