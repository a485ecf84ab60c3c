package transporttest_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/zeroactor/zmq/transport"
	"github.com/zeroactor/zmq/transport/tcp"
	"github.com/zeroactor/zmq/transport/transporttest"
)

// config returns the configuration for tcp, with t in the place of it.
func config(t transport.Transport) transporttest.Config {
	return transporttest.Config{
		Transport: t,
		Address:   func(transporttest.T) string { return "127.0.0.1:*" },
		Dead:      dead,
		Silent:    func(transporttest.T) string { return "silent:1" },
		BadDial:   []string{"", "localhost:0"},
		BadListen: []string{"", "127.0.0.1:x"},
		Patience:  200 * time.Millisecond, // some mutants hang, which takes it in whole
	}
}

func dead(t transporttest.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("%v", err)
	}
	defer l.Close()
	return l.Addr().String()
}

// silent is a Resolver without answers: a Dial that waits for one goes on
// until its context ends it.
type silent struct{}

func (silent) LookupNetIP(ctx context.Context, _, host string) ([]netip.Addr, error) {
	<-ctx.Done()
	return nil, fmt.Errorf("looking up %s: %w", host, ctx.Err())
}

// TestEachCheckRejects holds that no check is one that cannot fail: each has
// a broken transport that it, given that one, rejects.
func TestEachCheckRejects(t *testing.T) {
	broken := mutants()
	for _, c := range transporttest.Cases() {
		if len(broken[c.Name]) == 0 {
			t.Errorf("no mutant for %s", c.Name)
		}
		for i, m := range broken[c.Name] {
			t.Run(fmt.Sprint(c.Name, i), func(t *testing.T) {
				if c.Name == "NothingLeft" && i == 1 && runtime.GOOS != "linux" {
					t.Skip("only Linux lists the descriptors of a process in /proc")
				}
				t.Cleanup(m.close)
				m.Transport.Resolver = silent{}
				r := record(c, config(m))
				if r.skipped != "" {
					t.Fatalf("skipped: %s", r.skipped)
				}
				if len(r.failures) == 0 {
					t.Fatalf("the check passes a broken transport; it is to hold that %s", c.Contract)
				}
				t.Logf("rejected: %s", r.failures[0])
			})
		}
		delete(broken, c.Name)
	}
	for name := range broken {
		t.Errorf("mutants for an unknown check %s", name)
	}
}

// TestEachCheckAccepts is the other half: what the mutants are made of passes.
func TestEachCheckAccepts(t *testing.T) {
	m := &mutant{Transport: tcp.Transport{Resolver: silent{}}}
	t.Cleanup(m.close)
	cfg := config(m)
	cfg.Patience = 0
	for _, c := range transporttest.Cases() {
		r := record(c, cfg)
		if r.skipped != "" || len(r.failures) > 0 {
			t.Errorf("%s: %s%s", c.Name, r.skipped, r.failures)
		}
		if c.Contract == "" {
			t.Errorf("%s names no contract", c.Name)
		}
	}
}

// TestFatalIsHeard holds that a check that ends early counts as failed.
func TestFatalIsHeard(t *testing.T) {
	c := transporttest.Case{Name: "Fatal", Check: func(t transporttest.T, _ transporttest.Config) {
		t.Fatalf("over")
	}}
	if r := record(c, transporttest.Config{}); len(r.failures) != 1 || r.failures[0] != "over" {
		t.Errorf("recorded %q", r.failures)
	}
}
