package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/zeroactor/zmq/proptest/internal/orders"
)

// mostSilence is how long a process may take for a round, and to make a history shorter, which is a minute on a machine
// that has nothing else to do: if it takes this long it goes round in circles.
const mostSilence = time.Hour

// A crew plays what is in virtual time, in processes of which the numbers decide everything.
type crew struct {
	size    int
	pattern string
	orders  int
	working sync.WaitGroup
}

// engage has the crew play what it can, if there is one, and keeps the other games.
func (s *soak) engage(t *testing.T) {
	exact := make(map[string]bool) // transports
	var others []game
	for _, g := range s.games {
		if g.medium.Virtual {
			exact[g.medium.Name] = true
		} else {
			others = append(others, g)
		}
	}
	if s.crew == nil || len(exact) == 0 {
		s.crew = nil
		return
	}
	began := time.Now()
	program, err := orders.Build(t.TempDir(), "proptest/soak")
	s.end = s.end.Add(time.Since(began)) // nothing was played meanwhile
	if errors.Is(err, orders.ErrVersion) {
		fmt.Fprintln(os.Stderr, "soak: goroutines go on in whichever order comes about, and what fails may not fail again:", err)
		s.crew = nil
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	transport := ""
	if len(exact) == 1 {
		for transport = range exact {
		}
	}
	s.games = others
	for i := range s.crew.size {
		p := exec.Command(program, fmt.Sprint("-for=", time.Until(s.end)), "-transport="+transport, "-pattern="+s.crew.pattern,
			fmt.Sprint("-seed=", s.seed+int64(i)<<40), fmt.Sprint("-orders=", s.crew.orders))
		p.Env, p.Stderr = orders.Env(), os.Stderr
		s.crew.working.Go(func() { s.attend(p) })
	}
}

// wait waits for the crew, if there is one.
func (c *crew) wait() {
	if c != nil {
		c.working.Wait()
	}
}

// attend runs a process and hears what it says. If it ends in another way than it should, what it played then has
// failed.
func (s *soak) attend(p *exec.Cmd) {
	out, err := p.StdoutPipe()
	if err == nil {
		err = p.Start()
	}
	if err != nil {
		s.hear(word{Failed: "nothing", Report: err.Error()})
		return
	}
	silent := time.AfterFunc(mostSilence, func() { _ = p.Process.Kill() }) // it may have ended
	defer silent.Stop()
	round, failed := "", false
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			break
		}
		silent.Reset(mostSilence)
		var w word
		if json.Unmarshal([]byte(line), &w) != nil {
			continue // of package testing's
		}
		if w.Round != "" {
			round = w.Round
		}
		failed = failed || w.Failed != ""
		s.hear(w)
	}
	if err := p.Wait(); err != nil && !failed {
		s.hear(word{Failed: "a process", Report: fmt.Sprintf("a process has ended: %v\nplay again what it played: go run ./proptest/exact %s", err, round)})
	}
}

// tell is how a process of a crew says something.
func tell(w word) {
	line, err := json.Marshal(w)
	if err == nil {
		_, err = fmt.Println(string(line))
	}
	if err != nil {
		os.Exit(1) // nobody listens any more
	}
}
