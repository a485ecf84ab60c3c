package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
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
// end; everything else belongs to the caller of startProcess.
type process struct {
	name   string
	stdin  io.Closer
	lines  chan []byte // closed at the end of its output
	done   chan struct{}
	stderr headBuffer // to be read after done
}

// startProcess runs argv until it ends by itself or ctx is done, which kills it.
// fail is told if it ends badly.
func startProcess(ctx context.Context, fail context.CancelCauseFunc, name string, argv []string) (*process, error) {
	p := &process{name: name, lines: make(chan []byte), done: make(chan struct{})}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.WaitDelay = killGrace
	cmd.Stderr = &p.stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	p.stdin = stdin
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	go func() {
		defer close(p.done)
		p.readLines(ctx, stdout)
		if err := cmd.Wait(); err != nil {
			fail(fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(string(p.stderr.kept))))
		}
	}()
	return p, nil
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

// A headBuffer keeps the first maxStderr bytes written to it.
type headBuffer struct{ kept []byte }

func (b *headBuffer) Write(p []byte) (int, error) {
	b.kept = append(b.kept, p[:min(len(p), maxStderr-len(b.kept))]...)
	return len(p), nil
}
