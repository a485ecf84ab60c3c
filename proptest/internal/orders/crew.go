package orders

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/zeroactor/zmq/internal/mutate"
)

// A Crew is some processes of one program, which play rounds: each gets a round as a line of JSON on its standard input,
// and says what has come of it in another one on its standard output. Its methods, and [Play], are for any goroutine.
type Crew struct {
	program string
	size    int
	silence time.Duration

	mu   sync.Mutex
	idle []*player // guarded by mu
}

// Hire builds the player of histories, in a directory, and returns a crew of as many processes of it as there are
// processors. The error wraps [ErrElsewhere] where there can be none. One that takes longer for a round than silence is
// ended, and says what it can of where it was. Other changes of the sources may come besides.
func Hire(ctx context.Context, dir string, silence time.Duration, besides ...mutate.Change) (*Crew, error) {
	program, err := build(ctx, dir, "proptest/internal/player", besides...)
	if err != nil {
		return nil, err
	}
	return NewCrew(program, runtime.NumCPU(), silence), nil
}

// NewCrew is [Hire] for another program, and of size processes, at least 1. They are started when there is something to
// play.
func NewCrew(program string, size int, silence time.Duration) *Crew {
	return &Crew{program: program, size: size, silence: silence}
}

// Another returns a crew of other processes of the same program, size of them.
func (c *Crew) Another(size int) *Crew { return NewCrew(c.program, size, c.silence) }

// Dismiss ends the processes. Nothing may be played then.
func (c *Crew) Dismiss() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.idle {
		_ = p.dismiss() // it has played all that it was to
	}
	c.idle = nil
}

// Play has a crew play what next returns, until there is no more. Each process takes the next round when it is done
// with one; heard is told what came of it, or how the process ended without an answer. Neither function is
// called by two goroutines at once.
func Play[R, S any](c *Crew, next func() (R, bool), heard func(R, S, error)) {
	var turn sync.Mutex
	var working sync.WaitGroup
	for range c.size {
		working.Go(func() {
			turn.Lock()
			defer turn.Unlock()
			for {
				r, ok := next()
				if !ok {
					return
				}
				turn.Unlock()
				var s S
				err := c.ask(r, &s)
				turn.Lock()
				heard(r, s, err)
			}
		})
	}
	working.Wait()
}

// ask has some process of the crew play a round.
func (c *Crew) ask(round, score any) error {
	p, err := c.take()
	if err != nil {
		return err
	}
	if err := p.ask(round, score, c.silence); err != nil {
		return errors.Join(err, p.dismiss())
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.idle = append(c.idle, p)
	return nil
}

// take returns a process that has nothing to do.
func (c *Crew) take() (*player, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if last := len(c.idle) - 1; last >= 0 {
		p := c.idle[last]
		c.idle = c.idle[:last]
		return p, nil
	}
	return start(c.program)
}

// A player is one process. It is used by one goroutine at a time.
type player struct {
	process *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	said    tail // on standard error
}

func start(program string) (p *player, err error) {
	p = &player{process: exec.Command(program)}
	p.process.Env, p.process.Stderr = Env(), &p.said
	endWithParent(p.process)
	if p.in, err = p.process.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	return p, p.process.Start()
}

// ask has the process play a round. After an error it is of no further use.
func (p *player) ask(round, score any, silence time.Duration) error {
	line, err := json.Marshal(round)
	if err != nil {
		return err
	}
	quit := time.AfterFunc(silence, func() { _ = p.process.Process.Signal(syscall.SIGQUIT) }) // it may have ended
	defer quit.Stop()
	kill := time.AfterFunc(silence+lastWords, func() { _ = p.process.Process.Kill() })
	defer kill.Stop()
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		return err
	}
	for {
		line, err := p.out.ReadBytes('\n')
		if err != nil {
			return err
		}
		if json.Unmarshal(line, score) == nil { // others are of package testing's
			return nil
		}
	}
}

// lastWords is how long a process may take to say where it is, before it is killed.
const lastWords = 10 * time.Second

// dismiss ends the process, which has nothing to play, and returns how it ended, with its last words, if not well.
func (p *player) dismiss() error {
	err := p.in.Close()
	_, _ = io.Copy(io.Discard, p.out) // package testing says how it went
	if ended := p.process.Wait(); ended != nil {
		return fmt.Errorf("%w\n%s", ended, p.said.text)
	}
	return err
}

// A tail keeps the end of what is written, up to tailSize bytes.
type tail struct{ text []byte }

const tailSize = 64 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.text = append(t.text, b...)
	t.text = t.text[max(0, len(t.text)-tailSize):]
	return len(b), nil
}
