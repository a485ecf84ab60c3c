//go:build unix

package interop

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is how long anything may take that must happen.
const patience = 10 * time.Second

// python returns an interpreter that has libzmq.
var python = sync.OnceValues(func() (string, error) {
	candidates := []string{"/usr/bin/python3", "python3"}
	if name := os.Getenv("ZMQ_INTEROP_PYTHON"); name != "" {
		candidates = []string{name}
	}
	var errs []error
	for _, name := range candidates {
		out, err := exec.Command(name, "-c", "import zmq").CombinedOutput()
		if err == nil {
			return name, nil
		}
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		errs = append(errs, fmt.Errorf("%s: %w: %s", name, err, lines[len(lines)-1]))
	}
	return "", errors.Join(errs...)
})

// A peer is a process of testdata/peer.py.
type peer struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	log   bytes.Buffer  // standard error; read it when the process has ended
	over  chan struct{} // closed when the process answers no more

	mu      sync.Mutex
	last    int // id of a request
	pending map[int]chan answer
	ended   bool
}

type request struct {
	ID       int            `json:"id"`
	Op       string         `json:"op"`
	Sock     int            `json:"sock,omitempty"`
	Type     string         `json:"type,omitempty"`
	Options  map[string]any `json:"options,omitempty"`
	Name     string         `json:"name,omitempty"`
	Names    []string       `json:"names,omitempty"`
	Values   []any          `json:"values,omitempty"`
	Endpoint string         `json:"endpoint,omitempty"`
	Frames   []wireFrame    `json:"frames,omitempty"`
	N        int            `json:"n,omitempty"`
	Size     int            `json:"size,omitempty"`
	Delay    int64          `json:"delay,omitempty"`
	Linger   int            `json:"linger,omitempty"`
	Timeout  int64          `json:"timeout"`
}

type answer struct {
	ID  int    `json:"id"`
	Err string `json:"err"`
	OK  struct {
		Version  string      `json:"version"`
		Endpoint string      `json:"endpoint"`
		Frames   []wireFrame `json:"frames"`
		Event    string      `json:"event"`
		Value    int         `json:"value"`
		Seen     []string    `json:"seen"`
	} `json:"ok"`
}

type wireFrame struct {
	Hex  *string `json:"hex,omitempty"`
	Size *int    `json:"size,omitempty"`
	Seed int     `json:"seed,omitempty"`
	Sum  string  `json:"sum,omitempty"`
}

func toWire(f frame) wireFrame {
	if f.patterned {
		return wireFrame{Size: &f.size, Seed: f.seed}
	}
	h := hex.EncodeToString(f.body)
	return wireFrame{Hex: &h}
}

func fromWire(w wireFrame) (frame, error) {
	if w.Size == nil {
		return frame{}, errors.New("answer without a size")
	}
	f := frame{size: *w.Size, sum: w.Sum}
	if w.Hex == nil {
		return f, nil
	}
	var err error
	f.body, err = hex.DecodeString(*w.Hex)
	return f, err
}

var errPeerEnded = errors.New("the peer has ended")

// startPeer starts a process that ends with t. Several subtests may share it.
func startPeer(t testing.TB) *peer {
	t.Helper()
	name, err := python()
	if err != nil {
		if os.Getenv("ZMQ_REQUIRE_INTEROP") == "1" {
			t.Fatalf("no libzmq to test against; install python3-zmq (Debian, Ubuntu): %v", err)
		}
		t.Skipf("SKIPPED, NOTHING IS TESTED AGAINST LIBZMQ: install python3-zmq (Debian, Ubuntu): %v", err)
	}
	p := &peer{cmd: exec.Command(name, "testdata/peer.py"), over: make(chan struct{}), pending: map[int]chan answer{}}
	p.cmd.Stderr = &p.log
	stdout, err := p.cmd.StdoutPipe()
	if err == nil {
		p.stdin, err = p.cmd.StdinPipe()
	}
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	go p.read(stdout)
	t.Cleanup(func() { p.end(t) })
	return p
}

// end tells the process to end, and kills it if it does not.
func (p *peer) end(t testing.TB) {
	p.stdin.Close()
	select {
	case <-p.over:
	case <-time.After(patience):
		t.Error("the peer does not end")
		p.kill()
	}
	_ = p.cmd.Wait() // it may have been killed by the test
	if p.log.Len() > 0 {
		t.Errorf("the peer says:\n%s", p.log.String())
	}
}

// kill ends the process as a crash does.
func (p *peer) kill() {
	_ = p.cmd.Process.Kill() // it fails if the process has ended already
	<-p.over
}

func (p *peer) read(stdout io.Reader) {
	defer close(p.over)
	lines := bufio.NewReader(stdout)
	for {
		line, err := lines.ReadBytes('\n')
		var a answer
		if err == nil {
			err = json.Unmarshal(line, &a)
		}
		p.mu.Lock()
		if err != nil {
			p.ended = true
			for _, c := range p.pending {
				close(c)
			}
			p.mu.Unlock()
			return
		}
		c := p.pending[a.ID]
		delete(p.pending, a.ID)
		p.mu.Unlock()
		if c != nil {
			c <- a
		}
	}
}

// start sends a request; its answer will come over the channel, which is closed
// instead if the process ends.
func (p *peer) start(r request) (<-chan answer, error) {
	c := make(chan answer, 1)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return nil, errPeerEnded
	}
	p.last++
	r.ID = p.last
	line, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	p.pending[r.ID] = c
	_, err = p.stdin.Write(append(line, '\n'))
	return c, err
}

// call does a request.
func (p *peer) call(r request) (answer, error) {
	if r.Timeout == 0 {
		r.Timeout = patience.Milliseconds()
	}
	c, err := p.start(r)
	if err != nil {
		return answer{}, err
	}
	select {
	case a, ok := <-c:
		if !ok {
			return a, errPeerEnded
		}
		if a.Err != "" {
			return a, errors.New("libzmq: " + r.Op + ": " + a.Err)
		}
		return a, nil
	case <-time.After(time.Duration(r.Timeout)*time.Millisecond + patience):
		return answer{}, errors.New("libzmq: " + r.Op + ": no answer")
	}
}
