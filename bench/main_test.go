package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/zeroactor/zmq/bench/internal/own"
	"github.com/zeroactor/zmq/internal/leaktest"
)

// TestMain is also the way in for the peers and the measurement of wake-ups: bench
// starts its own executable, which under test is this one.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "-peer" || os.Args[1] == wakeProgram) {
		main()
		return
	}
	// A program built with -race sleeps for a second before it exits, and our
	// peers are dozens of those.
	os.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0")
	leaktest.Main(tidied{m})
}

// libzmqDir is where the C peer is built, once for all tests.
var libzmqDir string

// tidied runs the tests with a libzmqDir.
type tidied struct{ m *testing.M }

func (t tidied) Run() int {
	var err error
	if libzmqDir, err = os.MkdirTemp("", "bench"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(libzmqDir)
	return t.m.Run()
}

func TestParseRejects(t *testing.T) {
	for _, args := range []string{
		"-rounds 0", "-count -1", "-limit 1ms", "push", "-nonsense",
		"-case pull", "-sizes 10,", "-sizes -1", "-transport udp", "-subject none",
		"-vs zmq", "-subject zmq", "-cpuprofile x -subject libzmq", "-transport inproc,tcp,",
		"-procs 3", "-batch -1", "-peers 0", "-subs 0", "-case pub -sizes 8", "-case pub -sizes 10 -peers 1000 -subs 100000",
		"-topics 0", "-topics 100000", "-case pub -topics 5 -batch 2", "-case pub -topics 5 -ref", "-case pub -topics 60000 -sizes 1000000", "-case proxy -procs 1", "-case connections -transport inproc", "-targets -only nonsense", "-only rtt", "-case push,rtt -batch 2",
		"-update", "-gate x -plant 2s", "-gate x -vs libzmq", "-targets -vs libzmq", "-targets -vs self=x,net",
		"-vs self=", "-vs self=no/such/program", "-vs self=.",
		"-case tell,push", "-case tell -vs mangos,nobody", "-case tell -source push=x", "-case tell -source ergo",
		"wake now", "wake -nonsense", "actors -only nonsense", "actors -vs nobody", "actors -source hollywood=",
	} {
		err := run(t.Context(), &gallery{}, strings.Fields(args), nil, io.Discard, io.Discard)
		if err == nil {
			t.Errorf("bench %s gave no error", args)
		}
	}
}

func TestHelpHidesPeer(t *testing.T) {
	var help strings.Builder
	_, err := parse([]string{"-h"}, &help)
	if err == nil || strings.Contains(help.String(), "-peer ") || !strings.Contains(help.String(), "-rounds") {
		t.Errorf("help, error %v:\n%s", err, help.String())
	}
}

// Without a compiler, a libzmq that was asked for is an error, and one that was
// not is missed aloud; so is a library that cannot be built.
func TestWithoutLibzmq(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for _, test := range []struct {
		vs, notice string
		err        error
	}{
		{"", "NOTHING TO COMPARE WITH", nil},
		{"libzmq", "", errNoLibzmq},
		{"pebbe", "NOT COMPARED WITH pebbe: pebbe could not be fetched or built", nil},
		{"none", "", nil},
	} {
		var notice strings.Builder
		_, vs, err := options{subject: own.Name, vs: test.vs}.contenders(t.Context(), &gallery{dir: t.TempDir()}, false, &notice)
		if !errors.Is(err, test.err) || len(vs) != 0 {
			t.Errorf("-vs %q: %d libraries, error %v, want none and %v", test.vs, len(vs), err, test.err)
		}
		if !strings.HasPrefix(notice.String(), test.notice) {
			t.Errorf("-vs %q: said %q, want %q", test.vs, notice.String(), test.notice)
		}
	}
}
