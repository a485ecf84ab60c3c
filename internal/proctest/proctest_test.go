package proctest

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq/internal/leaktest"
)

// roleVar makes the test binary say its arguments, and end with 3, or never.
const roleVar = "PROCTEST_ROLE"

func TestMain(m *testing.M) {
	role := os.Getenv(roleVar)
	if role == "" {
		leaktest.Main(m)
	}
	fmt.Println("printed")
	for _, a := range os.Args[1:] {
		fmt.Fprintln(os.Stderr, a)
	}
	if role == "stays" {
		time.Sleep(time.Hour) // until it is killed; the runtime would not let it wait for nothing
	}
	os.Exit(3)
}

func TestProcessEnds(t *testing.T) {
	p := Spawn(t, time.Minute, []string{roleVar + "=ends"}, "first", "port 5555", "last")
	if got := p.Await(t, "port "); got != "5555" {
		t.Errorf("port %q", got)
	}
	if code := p.End(); code != 3 || p.Output() != "printed\n" || p.Log() != "first\nport 5555\nlast" {
		t.Errorf("ended with %d, printed %q, said %q", code, p.Output(), p.Log())
	}
}

// TestProcessSaysMuch has more lines than anybody listens to.
func TestProcessSaysMuch(t *testing.T) {
	lines := append(slices.Repeat([]string{"x"}, 5000), "last")
	p := Spawn(t, time.Minute, []string{roleVar + "=ends"}, lines...)
	if code := p.End(); code != 3 {
		t.Errorf("ended with %d", code)
	}
	if got := p.Await(t, "la"); got != "st" {
		t.Errorf("said %q", got)
	}
}

func TestProcessIsKilled(t *testing.T) {
	p := Spawn(t, time.Minute, []string{roleVar + "=stays"}, "here")
	p.Await(t, "here")
	p.Kill(t)
	if code := p.End(); code >= 0 {
		t.Errorf("ended with %d", code)
	}
	late := Spawn(t, 10*time.Millisecond, []string{roleVar + "=stays"})
	if code := late.End(); code >= 0 || !strings.Contains(late.Log(), "killed by the test") {
		t.Errorf("ended with %d, said %q", code, late.Log())
	}
}
