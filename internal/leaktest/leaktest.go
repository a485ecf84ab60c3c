// Package leaktest finds goroutines of this module that outlive the code that
// started them. Every package's tests begin with
//
//	func TestMain(m *testing.M) { leaktest.Main(m) }
//
// and a single test may look after itself with [Check].
//
// A goroutine is of this module if a function of ours is on its stack or
// started it; the runtime's, the testing package's and other libraries' own
// goroutines are left alone. One that is on its way out is waited for.
package leaktest

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	// module is the prefix of the import path of all our packages.
	module = "github.com/zeroactor/zmq"

	// defaultGrace is how long a goroutine may take to end after the test has.
	// Only a leak ever waits that long, so that it can suit the slowest machine.
	defaultGrace = 5 * time.Second

	// pauses between two looks at the goroutines grow from first to last: most
	// goroutines end within microseconds, and a dump stops the world.
	firstPause = time.Millisecond
	lastPause  = 100 * time.Millisecond
)

// Main runs the tests of a package and ends the process: with the tests' exit
// code, or with 1 if they passed and left goroutines behind, whose stacks then
// go to standard error. After a failed test nothing is checked, as a test that
// is given up halfway is expected to leave something. m is the [testing.M], or
// what cleans up after it.
func Main(m interface{ Run() int }) {
	os.Exit(run(m, nil, defaultGrace, os.Stderr))
}

// Check fails t if goroutines that start after this call are still there some
// seconds after t and its subtests are over. It looks at the whole process, and
// must therefore not be used in tests that run in parallel with others. Cleanups
// registered before Check run after it has looked.
func Check(t testing.TB) {
	t.Helper()
	check(t, defaultGrace)
}

// run is Main, but returns the exit code and overlooks the known goroutines.
func run(m interface{ Run() int }, known map[int64]bool, grace time.Duration, out io.Writer) int {
	code := m.Run()
	if code != 0 {
		return code
	}
	if left := await(known, grace); len(left) > 0 {
		fmt.Fprint(out, report(left))
		return 1
	}
	return 0
}

func check(t testing.TB, grace time.Duration) {
	t.Helper()
	before := present()
	t.Cleanup(func() {
		t.Helper()
		if t.Failed() {
			return
		}
		if left := await(before, grace); len(left) > 0 {
			t.Error(report(left))
		}
	})
}

// present returns the ids of all goroutines there are.
func present() map[int64]bool {
	ids := make(map[int64]bool)
	for _, g := range goroutines() {
		ids[g.id] = true
	}
	return ids
}

// await returns our goroutines that are not in known, once there are none or
// the grace is over.
func await(known map[int64]bool, grace time.Duration) []goroutine {
	end := time.Now().Add(grace)
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		left := leaked(goroutines(), known)
		if len(left) == 0 || !time.Now().Before(end) {
			return left
		}
		// A goroutine's end cannot be waited for from outside: a real sleep.
		time.Sleep(pause)
	}
}

// leaked picks our goroutines out of all, except the caller's, which is the
// first, and the known ones.
func leaked(all []goroutine, known map[int64]bool) []goroutine {
	var left []goroutine
	for i, g := range all {
		if i > 0 && !known[g.id] && g.ours() {
			left = append(left, g)
		}
	}
	return left
}

func report(left []goroutine) string {
	var b strings.Builder
	fmt.Fprintf(&b, "leaktest: %d goroutines left behind\n", len(left))
	for _, g := range left {
		fmt.Fprintf(&b, "\n%s\n", g.stack)
	}
	return b.String()
}

// A goroutine is one entry of the runtime's dump.
type goroutine struct {
	id    int64
	stack string // the entry as the runtime writes it, with its first line
}

// ours reports whether a function of this module is on the stack or has
// started the goroutine.
func (g goroutine) ours() bool {
	for line := range strings.Lines(g.stack) {
		line = strings.TrimPrefix(line, "created by ")
		rest, found := strings.CutPrefix(line, module)
		// ".F" is the root package, "_test.F" its external test, "/" a package below.
		if found && rest != "" && strings.IndexByte("._/", rest[0]) >= 0 {
			return true
		}
	}
	return false
}

// goroutines returns all goroutines, the calling one first.
func goroutines() []goroutine {
	dump := make([]byte, 64<<10)
	for {
		n := runtime.Stack(dump, true)
		if n < len(dump) {
			return parse(dump[:n])
		}
		dump = make([]byte, 2*len(dump))
	}
}

// parse splits a dump into its entries, which are separated by empty lines and
// begin with "goroutine 17 [select]:".
func parse(dump []byte) []goroutine {
	var all []goroutine
	for entry := range bytes.SplitSeq(dump, []byte("\n\n")) {
		stack := strings.TrimSpace(string(entry))
		rest, found := strings.CutPrefix(stack, "goroutine ")
		if !found {
			continue
		}
		number, _, _ := strings.Cut(rest, " ")
		id, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			continue
		}
		all = append(all, goroutine{id, stack})
	}
	return all
}
