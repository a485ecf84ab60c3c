package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

const (
	// maxLine bounds what is read of one line of a peer's output, in bytes.
	maxLine = 1 << 16

	// maxStderr bounds what is kept of a peer's complaints, in bytes.
	maxStderr = 4096

	// killGrace is how long a killed peer's pipes may stay open.
	killGrace = time.Second
)

// A process is a running peer. One goroutine reads its lines and waits for its
// end; everything else belongs to the caller of startProcess. Two peers in one
// process of the system are two of these.
type process struct {
	name   string
	stdin  io.WriteCloser
	lines  chan []byte // closed at the end of its output
	done   chan struct{}
	stderr headBuffer // to be read after done
}

// startProcess runs argv until it ends by itself or ctx is done, which kills it.
// fail is told if it ends badly. With a second name there is a second peer in
// the process, which talks over the file descriptors 3 and 4. What it complains of is
// written to notes as well, if they are not nil.
func startProcess(ctx context.Context, fail context.CancelCauseFunc, name, second string, argv []string, notes io.Writer) (one, two *process, err error) {
	one = &process{name: name, lines: make(chan []byte), done: make(chan struct{})}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.WaitDelay = killGrace
	cmd.Stderr = &one.stderr
	if notes != nil {
		cmd.Stderr = io.MultiWriter(&one.stderr, notes)
	}
	if one.stdin, err = cmd.StdinPipe(); err != nil {
		return nil, nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	read := func() { one.readLines(ctx, stdout) }
	if second != "" {
		two = &process{name: second, lines: make(chan []byte), done: one.done}
		out, err := two.extraPipes(cmd)
		if err != nil {
			return nil, nil, err
		}
		read = func() {
			var both sync.WaitGroup
			both.Go(func() { one.readLines(ctx, stdout) })
			both.Go(func() { two.readLines(ctx, out); out.Close() })
			both.Wait()
		}
	}
	err = cmd.Start()
	for _, f := range cmd.ExtraFiles {
		f.Close() // the child has its own
	}
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	go func() {
		defer close(one.done)
		read()
		if err := cmd.Wait(); err != nil {
			fail(fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(string(one.stderr.kept))))
		}
	}()
	return one, two, nil
}

// extraPipes makes the second peer's pipes, and returns what it writes to.
func (p *process) extraPipes(cmd *exec.Cmd) (out *os.File, err error) {
	childIn, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	out, childOut, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, childIn.Close(), in.Close())
	}
	p.stdin = in
	cmd.ExtraFiles = []*os.File{childIn, childOut}
	return out, nil
}

// say writes a line to the peer. If that has gone, the error is what it ended
// with, which says more than that it does not listen.
func (p *process) say(ctx context.Context, line string) error {
	_, err := io.WriteString(p.stdin, line+"\n")
	if err == nil {
		return nil
	}
	select {
	case <-p.done:
	case <-ctx.Done():
	}
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return fmt.Errorf("%s: %w", p.name, err)
}

func (p *process) readLines(ctx context.Context, r io.Reader) {
	defer close(p.lines)
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, maxLine)
	for scanner.Scan() {
		select {
		case p.lines <- []byte(scanner.Text()):
		case <-ctx.Done():
			return
		}
	}
}

// readJSON waits for the next line and decodes it into v.
func (p *process) readJSON(ctx context.Context, v any) error {
	var line []byte
	select {
	case line = <-p.lines:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if line == nil {
		// The exit code, if it is bad, says more than the silence.
		<-p.done
		return errors.Join(context.Cause(ctx), fmt.Errorf("%s: ended without a report", p.name))
	}
	if err := json.Unmarshal(line, v); err != nil {
		return fmt.Errorf("%s: bad report %q: %w", p.name, line, err)
	}
	return nil
}

// A sharedWriter is written to by several goroutines.
type sharedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *sharedWriter) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}

// A headBuffer keeps the first maxStderr bytes written to it.
type headBuffer struct{ kept []byte }

func (b *headBuffer) Write(p []byte) (int, error) {
	b.kept = append(b.kept, p[:min(len(p), maxStderr-len(b.kept))]...)
	return len(p), nil
}
