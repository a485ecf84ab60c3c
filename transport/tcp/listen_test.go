package tcp

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/transport"
)

func TestListenHosts(t *testing.T) {
	tr := Transport{Resolver: names{
		"self":  addrs("127.0.0.2", "127.0.0.3"),
		"mixed": addrs("::1", "127.0.0.2"),
		"six":   addrs("::1"),
		"far":   addrs("192.0.2.1"), // RFC 5737: nobody's
	}}
	for _, c := range []struct {
		host string
		ipv6 bool
		want string // the host bound, or
		err  string // a part of the error
	}{
		{"*", false, "0.0.0.0", ""},
		{"*", true, "[::]", ""},
		{"0.0.0.0", true, "0.0.0.0", ""},
		{"[::]", true, "[::]", ""},
		{"[::ffff:127.0.0.1]", true, "127.0.0.1", ""},
		{loopback(t), false, "127.0.0.1", ""},
		{loopback(t), true, "127.0.0.1", ""},
		{"self", false, "127.0.0.2", ""},
		{"mixed", false, "127.0.0.2", ""},
		{"mixed", true, "127.0.0.2", ""},
		{"six", true, "[::1]", ""},
		{"six", false, "", "no suitable address"},
		{"nobody", false, "", "neither an interface nor a host"},
		{"192.0.2.1", false, "", "assign requested address"},
		{"far", false, "", "assign requested address"},
	} {
		if c.ipv6 {
			needIPv6(t)
		}
		l, err := tr.Listen(t.Context(), c.host+":*", &transport.Options{IPv6: c.ipv6})
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: error %v, want %q", c.host, err, c.err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.host, err)
			continue
		}
		if got := l.Endpoint().String(); !strings.HasPrefix(got, "tcp://"+c.want+":") || strings.HasSuffix(got, ":0") {
			t.Errorf("%s (IPv6 %t): bound %s, want %s and a port", c.host, c.ipv6, got, c.want)
		}
		l.Close()
	}
}

// TestDualStack holds that a listener on all addresses takes both versions of
// IP precisely with the IPv6 option.
func TestDualStack(t *testing.T) {
	needIPv6(t)
	for _, c := range []struct {
		host     string
		ipv6     bool
		from     string
		reaching bool
	}{
		{"*", false, "127.0.0.1", true},
		{"*", false, "[::1]", false},
		{"*", true, "127.0.0.1", true},
		{"*", true, "[::1]", true},
		{"[::]", true, "127.0.0.1", true},
		{"0.0.0.0", true, "[::1]", false},
	} {
		l := listen(t, Transport{}, c.host+":*", &transport.Options{IPv6: c.ipv6})
		to := fmt.Sprintf("%s:%d", c.from, portOf(t, l.Endpoint().Address))
		conn, err := (Transport{}).Dial(t.Context(), to, &transport.Options{IPv6: true})
		if (err == nil) != c.reaching {
			t.Errorf("%s (IPv6 %t) from %s: %v", c.host, c.ipv6, c.from, err)
		}
		if err == nil {
			conn.Close()
		}
	}
}

func TestFixedPort(t *testing.T) {
	address := deadAddress(t, "127.0.0.1:0")
	l := listen(t, Transport{}, address, nil)
	if got := l.Endpoint(); got != (zmq.Endpoint{Scheme: "tcp", Address: address}) {
		t.Errorf("bound %v, want %s", got, address)
	}
	_, err := (Transport{}).Listen(t.Context(), address, nil)
	if !errors.Is(err, zmq.ErrAddrInUse) || !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("Listen: %v, want both of our error and the system's", err)
	}
}

func TestAcceptFilters(t *testing.T) {
	needIPv6(t)
	prefixes := func(texts ...string) []netip.Prefix {
		var ps []netip.Prefix
		for _, text := range texts {
			ps = append(ps, netip.MustParsePrefix(text))
		}
		return ps
	}
	for _, c := range []struct {
		host    string
		filters []netip.Prefix
		source  string
		to      string
		in      bool
	}{
		{"127.0.0.1", nil, "127.0.0.2", "127.0.0.1", true},
		{"127.0.0.1", prefixes("127.0.0.2/32"), "127.0.0.2", "127.0.0.1", true},
		{"127.0.0.1", prefixes("127.0.0.2/32"), "127.0.0.3", "127.0.0.1", false},
		{"127.0.0.1", prefixes("10.0.0.0/8", "127.0.0.3/30"), "127.0.0.2", "127.0.0.1", true},
		{"*", prefixes("127.0.0.2/32"), "127.0.0.2", "127.0.0.1", true}, // over IPv6, as the system has it
		{"*", prefixes("::/0"), "127.0.0.2", "127.0.0.1", false},
		{"*", prefixes("::1/128"), "[::1]", "[::1]", true},
		{"*", prefixes("127.0.0.0/8"), "[::1]", "[::1]", false},
	} {
		o := &transport.Options{IPv6: true, AcceptFilters: c.filters}
		l := listen(t, Transport{}, c.host+":*", o)
		to := fmt.Sprintf("%s:%d", c.to, portOf(t, l.Endpoint().Address))
		conn := dial(t, Transport{}, c.source+":*;"+to, o)
		accepted := make(chan struct{})
		go func() {
			defer close(accepted)
			if peer, err := l.Accept(); err == nil {
				peer.Write([]byte{1})
				peer.Close()
			}
		}()
		got, _ := io.ReadAll(conn)
		if in := len(got) == 1; in != c.in {
			t.Errorf("filters %v, peer %s: let in: %t", c.filters, c.source, in)
		}
		l.Close()
		<-accepted
	}
}

func TestListenFile(t *testing.T) {
	inherited, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	file, err := inherited.(*net.TCPListener).File()
	if err != nil {
		t.Skipf("this system hands out no descriptors: %v", err)
	}
	defer file.Close()
	inherited.Close()
	l := listen(t, Transport{}, "*:5555", &transport.Options{ListenFile: file})
	if got := l.Endpoint().Address; got != inherited.Addr().String() {
		t.Errorf("the endpoint is %s, want that of the socket, %s", got, inherited.Addr())
	}
	dial(t, Transport{}, l.Endpoint().Address, nil)
	accept(t, l)
	l.Close()
	// The file is still the caller's, and listening.
	dial(t, Transport{}, inherited.Addr().String(), nil)

	if _, err := (Transport{}).Listen(t.Context(), "*:", &transport.Options{ListenFile: file}); err == nil {
		t.Error("the address is not checked")
	}
}

func TestListenFileOfAnotherKind(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	udp, err := conn.(*net.UDPConn).File()
	if err != nil {
		t.Skipf("this system hands out no descriptors: %v", err)
	}
	defer udp.Close()
	unix, err := net.Listen("unix", t.TempDir()+"/s")
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close()
	unixFile, err := unix.(*net.UnixListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer unixFile.Close()
	l := listen(t, Transport{}, "127.0.0.1:*", nil)
	client := dial(t, Transport{}, l.Endpoint().Address, nil).(*net.TCPConn)
	connected, err := client.File()
	if err != nil {
		t.Fatal(err)
	}
	defer connected.Close()

	for name, file := range map[string]*os.File{"udp": udp, "unix": unixFile, "connected": connected} {
		_, err := (Transport{}).Listen(t.Context(), "*:*", &transport.Options{ListenFile: file})
		if bad, ok := errors.AsType[*transport.OptionError](err); !ok || bad.Option != "ListenFile" {
			t.Errorf("%s: error %v, want an OptionError about ListenFile", name, err)
		}
	}
}
