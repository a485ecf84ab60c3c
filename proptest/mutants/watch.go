package main

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// A test hangs if it is as good as asleep for a long time, or if it is busy for long,
// without a line of what it has done. The time of the processor, and not that of the
// clock, is what tells the latter from a test that others keep waiting.
const (
	mostAsleep = 45 * time.Second // of the clock; the tests themselves give up sooner
	asleep     = time.Second      // of the processor's time, in all that
	mostBusy   = 60 * time.Second // of the processor's time; a line takes one second at most
	look       = time.Second
)

// A watched is how a command has ended.
type watched struct {
	out  string
	hang string // how it hangs, if it does; it was killed then
	err  error  // how it ended, if it did
}

// watch runs a command that says now and then how far it is, until it ends or hangs.
// If it is busy for longer than a limit there is an error: nothing is known of it.
func watch(cmd *exec.Cmd, limit time.Duration) (w watched, err error) {
	said := &progress{}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return w, err
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		return w, err
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		said.listen(out)
	}()
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	j, began, late := judge{}, time.Now(), false
	for over := false; !over; {
		select {
		case <-ended:
			over = true
		case now := <-ticker.C:
			used, known := processorTime(cmd.Process.Pid)
			w.hang = j.look(said.count(), now, used, known)
			late = now.Sub(began) > limit
			if over = w.hang != "" || late; over {
				_ = cmd.Process.Kill() // it may have ended in this moment
			}
		}
	}
	<-ended
	w.err = cmd.Wait()
	w.out = said.text()
	if late && w.hang == "" {
		return w, fmt.Errorf("its tests are busy for more than %v: nothing is known of it", limit)
	}
	return w, nil
}

// A judge tells what hangs from what is slow.
type judge struct {
	lines   int
	at      time.Time     // when there was a new line last
	used    time.Duration // of the processor's time, by then
	started bool
}

// look is told how many lines there are, and how much of the processor's time was used,
// if that is known. It says how the test hangs, or "".
func (j *judge) look(lines int, now time.Time, used time.Duration, known bool) string {
	if !j.started || lines != j.lines {
		*j = judge{lines: lines, at: now, used: used, started: true}
		return ""
	}
	passed, busy := now.Sub(j.at), used-j.used
	switch {
	case !known && passed > 10*mostAsleep:
		return "does not go on"
	case known && passed > mostAsleep && busy < asleep:
		return "sleeps for ever"
	case known && busy > mostBusy:
		return "goes round in circles"
	}
	return ""
}

// progress is what a command has said so far.
type progress struct {
	mu    sync.Mutex
	lines []string // guarded by mu
}

func (p *progress) listen(from io.Reader) {
	for s := bufio.NewReader(from); ; {
		line, err := s.ReadString('\n')
		p.mu.Lock()
		p.lines = append(p.lines, line)
		p.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (p *progress) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.lines)
}

func (p *progress) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.lines, "")
}
