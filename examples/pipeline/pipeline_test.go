package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var transports = [...]string{"none", "inproc", "ipc", "tcp"}

// limit ends a test that hangs, with a message.
const limit = time.Minute

// count runs the program in this process and returns what it prints.
func runHere(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	var out, err bytes.Buffer
	code = run(ctx, args, &out, &err, nil)
	return out.String(), err.String(), code
}

func TestTotalsAreExact(t *testing.T) {
	g := grow(t, newRand(t), 150)
	want, files := g.expected()
	for _, transport := range transports {
		for workers := 1; workers <= 4; workers++ {
			for _, chunk := range []int{minChunk, defaultChunk} {
				t.Run(fmt.Sprintf("%s/%d workers/%d bytes", transport, workers, chunk), func(t *testing.T) {
					stdout, stderr, code := runHere(t, "-transport", transport,
						"-workers", fmt.Sprint(workers), "-chunk", fmt.Sprint(chunk), g.root)
					checkOutput(t, stdout, want, files, 0)
					if wantEnd := fmt.Sprintf("%d of %d files\n", files, files); code != 0 || !strings.HasSuffix(stderr, wantEnd) {
						t.Errorf("exit code %d, progress:\n%s", code, stderr)
					}
				})
			}
		}
	}
}

func TestQueuesOfOne(t *testing.T) {
	g := grow(t, newRand(t), 20)
	want, files := g.expected()
	for _, transport := range transports {
		stdout, stderr, code := runHere(t, "-transport", transport, "-hwm", "1", "-workers", "3", "-chunk", fmt.Sprint(minChunk), g.root)
		if checkOutput(t, stdout, want, files, 0); code != 0 {
			t.Errorf("%s: exit code %d: %s", transport, code, stderr)
		}
	}
}

func TestNothingToCount(t *testing.T) {
	for _, transport := range transports {
		stdout, stderr, code := runHere(t, "-transport", transport, t.TempDir())
		want := "unreadable=0 lost=0 lost-bytes=0\nfiles=0 lines=0 words=0 bytes=0\n"
		if stdout != want || code != 0 {
			t.Errorf("%s: %q, exit code %d, %s", transport, stdout, code, stderr)
		}
	}
}

func TestUnreadableFilesAreNotFatal(t *testing.T) {
	g := grow(t, newRand(t), 5)
	want, files := g.expected()
	missing := filepath.Join(g.root, "missing")
	args := []string{"-workers", "2", missing, g.root}
	if f := "/proc/self/mem"; readFails(f) { // opens, and fails at the first read
		args = append(args, f)
	}
	stdout, stderr, code := runHere(t, args...)
	checkOutput(t, stdout, want, files, len(args)-3)
	if !strings.Contains(stdout, "unreadable "+missing+": ") || code != 0 {
		t.Errorf("exit code %d: %s\n%s", code, stdout, stderr)
	}
}

func readFails(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	_, err = f.Read(make([]byte, 1))
	return err != nil && err != io.EOF
}

func TestLastLine(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "a"), []byte("one two\nthree\u2003four"))
	stdout, _, _ := runHere(t, root)
	lines := linesOf(stdout)
	if got, want := lines[len(lines)-1], "files=1 lines=1 words=4 bytes=20"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if !regexp.MustCompile(`(?s)\nfiles=\d+ lines=\d+ words=\d+ bytes=\d+\n$`).MatchString(stdout) {
		t.Errorf("%q", stdout)
	}
}

// wc is somebody else's opinion. Its words are those of the C locale, so the
// text is plain.
func TestAsWC(t *testing.T) {
	wc, err := exec.LookPath("wc")
	if err != nil {
		t.Skip(err)
	}
	src := goSource(t, "strings")
	files, err := filepath.Glob(filepath.Join(src, "*.go"))
	if err != nil || len(files) == 0 {
		t.Skip("no Go source tree here")
	}
	cmd := exec.CommandContext(t.Context(), wc, append([]string{"-lc"}, files...)...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var lines, size uint64
	table := linesOf(string(out))
	if _, err := fmt.Sscan(table[len(table)-1], &lines, &size); err != nil {
		t.Fatal(err)
	}
	stdout, _, _ := runHere(t, files...)
	if !strings.HasSuffix(stdout, fmt.Sprintf(" bytes=%d\n", size)) ||
		!strings.Contains(stdout, fmt.Sprintf("\nfiles=%d lines=%d ", len(files), lines)) {
		t.Errorf("%s\nwc says %s", stdout, table[len(table)-1])
	}
}

func TestDefaultIsTheGoTree(t *testing.T) {
	p := &program{}
	paths, err := p.sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(paths[0], "strings", "strings.go")); len(paths) != 1 || err != nil {
		t.Error(paths, err)
	}
	p.paths = []string{"a", "b"}
	if paths, err := p.sources(t.Context()); err != nil || len(paths) != 2 {
		t.Error(paths, err)
	}
}

func TestInterrupted(t *testing.T) {
	g := grow(t, newRand(t), 50)
	for _, transport := range transports {
		ctx, cancel := context.WithCancelCause(t.Context())
		interrupt := errors.New("interrupted")
		var out, complaints bytes.Buffer
		code := run(ctx, []string{"-transport", transport, g.root}, &out, &complaints, func(int) { cancel(interrupt) })
		if code != 1 || !strings.Contains(complaints.String(), "interrupted") || out.Len() > 0 {
			t.Errorf("%s: exit code %d, printed %q, %q", transport, code, out.String(), complaints.String())
		}
	}
}

// Where a worker hangs, the run ends in spite of it, and says what is lost.
func TestNothingMoves(t *testing.T) {
	g := grow(t, newRand(t), 5)
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	hang := make(chan struct{})
	defer close(hang)
	var out, complaints bytes.Buffer
	code := run(ctx, []string{"-workers", "1", "-quiet", "10ms", "-patience", "100ms", g.root}, &out, &complaints, func(int) { <-hang })
	if code != 1 || !strings.Contains(complaints.String(), "nothing moves for 120ms") || !strings.Contains(out.String(), "\nlost ") ||
		!strings.HasSuffix(out.String(), lastLine(0, counts{})+"\n") {
		t.Errorf("exit code %d, printed\n%s\n%s", code, out.String(), complaints.String())
	}
}

func TestEndpointInUse(t *testing.T) {
	for _, role := range []string{"sink", "ventilator"} {
		if _, stderr, code := runHere(t, "-role", role, "-bind", "tcp://no.such.host.invalid:1"); code != 1 || stderr == "" {
			t.Errorf("%s: exit code %d, %q", role, code, stderr)
		}
	}
	if _, stderr, code := runHere(t, "-role", "worker", "-connect", "tcp://127.0.0.1:1", "-connect", "nonsense"); code != 1 || stderr == "" {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

// goSource returns a directory of Go's own source.
func goSource(t *testing.T, pkg string) string {
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Skip("no Go toolchain here: ", err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "src", pkg)
}
