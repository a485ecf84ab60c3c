package tcp

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"syscall"
	"testing"

	"github.com/zeroactor/zmq/transport"
	"github.com/zeroactor/zmq/transport/internal/osopt"
	"github.com/zeroactor/zmq/transport/transporttest"
)

func TestConformance(t *testing.T) {
	cfg := transporttest.Config{
		Transport: Transport{},
		Address:   func(transporttest.T) string { return "127.0.0.1:*" },
		Dead:      func(t transporttest.T) string { return deadAddress(t, "127.0.0.1:0") },
		Silent:    func(t transporttest.T) string { return silentAddress(t, "127.0.0.1:0") },
		BadDial: []string{
			"", ":", "*:5555", "localhost", "localhost:", "localhost:0", "localhost:*", "localhost:65536",
			"localhost:http", "127.0.0.1:80;", ";127.0.0.1:80", "[::1]:5555",
		},
		BadListen: []string{"", ":", "*", "*:", "*:65536", "*:12abc", "127.0.0.1:-1", "127.0.0.1:0;127.0.0.1:0", "[::1]:*"},
	}
	t.Run("IPv4", func(t *testing.T) { transporttest.Run(t, cfg) })
	t.Run("Any", func(t *testing.T) {
		cfg := cfg
		cfg.Address = func(transporttest.T) string { return "*:0" }
		transporttest.Run(t, cfg)
	})
	t.Run("IPv6", func(t *testing.T) {
		needIPv6(t)
		cfg := cfg
		cfg.Options = func() *transport.Options { return &transport.Options{IPv6: true} }
		cfg.Address = func(transporttest.T) string { return "[::1]:*" }
		cfg.Dead = func(t transporttest.T) string { return deadAddress(t, "[::1]:0") }
		cfg.Silent = func(t transporttest.T) string { return silentAddress(t, "[::1]:0") }
		cfg.BadDial = []string{"[::1]:0", "[::1]", "[::1:5555", "::1]:5555", "[]:5555", "[127.0.0.1]:5555", "127.0.0.1:0;[::1]:5555"}
		cfg.BadListen = []string{"[::1]", "[::1]:", "[:::1]:5555", "[*]:5555", "::::5555"}
		transporttest.Run(t, cfg)
	})
	t.Run("DualStack", func(t *testing.T) {
		needIPv6(t)
		cfg := cfg
		cfg.Options = func() *transport.Options { return &transport.Options{IPv6: true} }
		cfg.Address = func(transporttest.T) string { return "*:*" }
		cfg.BadDial, cfg.BadListen = nil, nil
		transporttest.Run(t, cfg)
	})
}

// needIPv6 skips a test where the system has no IPv6.
func needIPv6(t *testing.T) {
	t.Helper()
	l, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Skipf("no IPv6 here: %v", err)
	}
	l.Close()
}

// deadAddress returns the address of a listener that is gone.
func deadAddress(t transporttest.T, address string) string {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatalf("%v", err)
	}
	defer l.Close()
	return l.Addr().String()
}

// silentAddress returns the address of a listener that accepts nothing, and
// lets no more connections wait for it. The kernel then drops whoever comes:
// it neither takes nor refuses.
func silentAddress(t transporttest.T, address string) string {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() { l.Close() })
	if err := osopt.SetBacklog(l.(syscall.Conn), 0); err != nil {
		t.Fatalf("%v", err)
	}
	conn, err := net.Dial("tcp", l.Addr().String()) // one may wait in a backlog of 0
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() { conn.Close() })
	return l.Addr().String()
}

func portOf(t *testing.T, address string) uint16 {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	return uint16(n)
}

// names is a Resolver that knows what it is told.
type names map[string][]netip.Addr

func (n names) LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ips, ok := n[host]
	if !ok {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	if network == "ip" {
		return ips, nil
	}
	var v4 []netip.Addr
	for _, ip := range ips {
		if ip.Unmap().Is4() {
			v4 = append(v4, ip)
		}
	}
	return v4, nil
}

func addrs(texts ...string) []netip.Addr {
	var ips []netip.Addr
	for _, text := range texts {
		ips = append(ips, netip.MustParseAddr(text))
	}
	return ips
}
