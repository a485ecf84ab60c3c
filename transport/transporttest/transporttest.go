// Package transporttest checks that a [transport.Transport] does what its
// interfaces promise. A transport's own test calls [Run]:
//
//	transporttest.Run(t, transporttest.Config{
//		Transport: tcp.Transport{},
//		Address:   func(transporttest.T) string { return "127.0.0.1:*" },
//		...
//	})
//
// Each check has the sentence of the contract that it is about, and says it
// when it fails.
package transporttest

import (
	"testing"
	"time"

	"github.com/zeroactor/zmq/transport"
)

// DefaultPatience is how long a check waits for what must happen, before it
// takes it for not happening at all. Only a failure waits so long.
const DefaultPatience = 10 * time.Second

// Config says what to check. All but Transport, Address and Dead may be left
// out.
type Config struct {
	Transport transport.Transport

	// Options returns the options of every call. Nil: none.
	Options func() *transport.Options

	// Address returns an address to listen on that nobody has. It may be a
	// wildcard.
	Address func(t T) string

	// Dead returns an address to connect to where nobody listens, but could.
	Dead func(t T) string

	// OneTime says that what Address returns is a wildcard for what goes with
	// the listener, so that nobody can listen on its endpoint again.
	OneTime bool

	// Silent returns an address to connect to where, for as long as the
	// check runs, a connection is neither made nor refused. Nil: the
	// transport has none.
	Silent func(t T) string

	// Virtual says that bytes do not go through a descriptor, so that
	// connections may be of any type that has CloseWrite.
	Virtual bool

	// BadDial and BadListen are texts that are no address to connect to and
	// to listen on.
	BadDial, BadListen []string

	// Patience replaces DefaultPatience if it is over zero.
	Patience time.Duration
}

// T is what the checks use of *testing.T, so that a test of them can have one
// that records. Fatalf and Skipf do not return.
type T interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Skipf(format string, args ...any)
	Cleanup(func())
}

var _ T = (*testing.T)(nil)

// A Case is one check.
type Case struct {
	Name     string
	Contract string // what is promised, in a sentence
	Check    func(t T, cfg Config)
}

// Cases returns all checks, in the order of Run.
func Cases() []Case {
	var all []Case
	all = append(all, dialCases...)
	all = append(all, listenCases...)
	all = append(all, connCases...)
	return all
}

// Run checks a transport, each case in a subtest. It must not run beside
// parallel tests, as it counts goroutines.
func Run(t *testing.T, cfg Config) {
	t.Helper()
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("the contract: %s", c.Contract)
				}
			})
			c.Check(t, cfg)
		})
	}
}
