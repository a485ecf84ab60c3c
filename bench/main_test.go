package main

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/zeroactor/zmq/internal/leaktest"
)

// TestMain is also the way in for the peers: bench starts its own executable,
// which under test is this one.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "-role" || os.Args[1] == "-cpuprofile") {
		main()
		return
	}
	// A program built with -race sleeps for a second before it exits, and our
	// peers are dozens of those.
	os.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0")
	leaktest.Main(m)
}

func TestParseRejects(t *testing.T) {
	for _, args := range []string{
		"-rounds 0", "-count -1", "-limit 1ms", "push", "-nonsense",
		"-case pull", "-sizes 10,", "-sizes -1", "-transport udp", "-subject none",
		"-vs mangos", "-subject zmq", "-cpuprofile x", "-case rtt -sizes 1 -cpuprofile x -subject libzmq",
	} {
		err := run(t.Context(), strings.Fields(args), nil, io.Discard, io.Discard)
		if err == nil {
			t.Errorf("bench %s gave no error", args)
		}
	}
}

func TestHelpHidesRole(t *testing.T) {
	var help strings.Builder
	_, err := parse([]string{"-h"}, &help)
	if err == nil || strings.Contains(help.String(), "-role") || !strings.Contains(help.String(), "-rounds") {
		t.Errorf("help, error %v:\n%s", err, help.String())
	}
}

// Without a compiler, a libzmq that was asked for is an error, and one that
// was not is missed aloud.
func TestWithoutLibzmq(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	var notice strings.Builder
	_, vs, err := options{subject: ownName}.contenders(t.Context(), t.TempDir(), &notice)
	if err != nil || vs.name != "" || !strings.Contains(notice.String(), "NOTHING TO COMPARE WITH") {
		t.Errorf("by default: vs %q, error %v, said %q", vs.name, err, notice.String())
	}
	_, _, err = options{subject: ownName, vs: "libzmq"}.contenders(t.Context(), t.TempDir(), io.Discard)
	if !errors.Is(err, errNoLibzmq) {
		t.Errorf("with -vs libzmq: error %v, want %v", err, errNoLibzmq)
	}
}
