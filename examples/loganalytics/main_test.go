package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zeroactor/zmq/internal/leaktest"
	"github.com/zeroactor/zmq/internal/proctest"
)

const (
	// childVar makes the test binary the program itself.
	childVar = "LOGANALYTICS_CHILD"

	// stallVar makes its parsers stop for good at that chunk.
	stallVar = "LOGANALYTICS_STALL"

	// stalled is what it then says.
	stalled = "stalled"

	// limit ends a test that hangs.
	limit = 2 * time.Minute
)

func TestMain(m *testing.M) {
	if os.Getenv(childVar) == "" {
		leaktest.Main(m)
	}
	var onChunk func()
	if at, err := strconv.Atoi(os.Getenv(stallVar)); err == nil {
		var begun atomic.Int64
		onChunk = func() {
			if n := int(begun.Add(1)); n >= at {
				fmt.Fprintln(os.Stderr, stalled)
				select {}
			}
		}
	}
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr, onChunk))
}

// runHere runs the program in this process.
func runHere(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	var out, log bytes.Buffer
	code = run(ctx, args, &out, &log, nil)
	return out.String(), log.String(), code
}

// reference counts a whole log at once.
func reference(t *testing.T, r io.Reader) string {
	t.Helper()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	count(text).print(&out)
	return out.String()
}

// spawn starts the program in a process of its own.
func spawn(t *testing.T, env string, args ...string) *proctest.Process {
	t.Helper()
	return proctest.Spawn(t, limit, []string{childVar + "=1", env}, args...)
}

// One process counts as one look at the whole log does, made up or from files.
func TestOneProcess(t *testing.T) {
	stdout, stderr, code := runHere(t, "-lines", "30000", "-workers", "3")
	if want := reference(t, newMadeUp(30000)); code != 0 || stdout != want {
		t.Errorf("%d, %s\n%s\nwant\n%s", code, stderr, stdout, want)
	}
	text := strings.Repeat("192.0.2.1 - - [x] \"GET / HTTP/1.0\" 200 -\n", 3000) +
		strings.Repeat("long", chunkSize) + "\r\n" + `h - - [t] "GET /a HTTP/1.1" 404 17 "ref" "agent"`
	dir := t.TempDir()
	for _, name := range []string{"a", "b"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	stdout, stderr, code = runHere(t, filepath.Join(dir, "a"), filepath.Join(dir, "b"))
	// The long line is cut where a chunk is full, and is several to us.
	if code != 0 || !strings.Contains(stdout, " requests=6002 ") || !strings.Contains(stdout, "         2 4xx\n") || !strings.HasSuffix(stdout, " bytes=34\n") {
		t.Errorf("%d, %s\n%s", code, stderr, stdout)
	}
	if _, stderr, code = runHere(t, filepath.Join(dir, "missing")); code != 1 || !strings.Contains(stderr, "missing") {
		t.Errorf("a missing file: %d, %s", code, stderr)
	}
}

func TestCommandLine(t *testing.T) {
	for _, tt := range []struct {
		args string
		code int
		want string
	}{
		{"-help", 0, "-endpoint"},
		{"-wrong", 2, "not defined: -wrong"},
		{"-workers 0", 2, "at least 1"},
		{"-lines -1", 2, "must not be negative"},
		{"-role parse x", 2, "takes no paths"},
		{"-role parse", 1, `no endpoint for "parse"`},
		{"-role read -endpoint inproc://x", 1, `the role "read" is no stage`},
	} {
		if _, stderr, code := runHere(t, strings.Fields(tt.args)...); code != tt.code || !strings.Contains(stderr, tt.want) {
			t.Errorf("%s: %d, %s", tt.args, code, stderr)
		}
	}
}

// A parser that is killed in the middle of its work, with more waiting for it, takes
// nothing with it: the result is exact.
func TestKilledWorker(t *testing.T) {
	const lines = 60_000
	want := reference(t, newMadeUp(lines))
	c := spawn(t, "", "-endpoint", "tcp://127.0.0.1:*", "-lines", fmt.Sprint(lines))
	join := []string{"-role", "parse", "-workers", "2", "-endpoint", c.Await(t, "parse at ")}
	victim := spawn(t, stallVar+"=5", join...)
	victim.Await(t, stalled)
	heir := spawn(t, "", join...)
	c.Await(t, "parse: a worker has joined, the number 2")
	victim.Kill(t)
	if victim.End() >= 0 {
		t.Error("the victim was not killed")
	}
	c.Await(t, "parse: lost a worker with ")
	if code := c.End(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if code := heir.End(); code != 0 {
		t.Errorf("exit code of the other worker %d", code)
	}
	if got := c.Output(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
