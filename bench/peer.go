package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/pprof"
	"time"

	"github.com/zeroactor/zmq"
)

// A peer runs one role: what libzmq/peer.c does, step for step, over our
// sockets. The comments there say why the steps are what they are.
type peer struct {
	job
	stdin   io.Reader
	stdout  io.Writer
	profile string // file for a CPU profile of the measured part, or ""
}

// A socket is what all the roles' sockets have in common.
type socket interface {
	Bind(endpoint string) (zmq.Endpoint, error)
	Connect(endpoint string) error
	Close() error
}

// run runs the role to its end. The process is ended if that takes too long,
// even if a socket doesn't heed its context.
func (p *peer) run(ctx context.Context) error {
	watchdog := time.AfterFunc(p.limit, func() {
		fmt.Fprintf(os.Stderr, "bench: %s gave up after %v\n", p.role, p.limit)
		os.Exit(1)
	})
	defer watchdog.Stop()
	role, ok := roles()[p.role]
	if !ok {
		return fmt.Errorf("no role %q", p.role)
	}
	return role(p, ctx)
}

func roles() map[string]func(*peer, context.Context) error {
	return map[string]func(*peer, context.Context) error{
		"push": (*peer).push,
		"pull": (*peer).pull,
		"req":  (*peer).request,
		"rep":  (*peer).reply,
	}
}

// with binds or connects s, and closes it after body.
func (p *peer) with(s socket, body func() error) (err error) {
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := p.attach(s); err != nil {
		return err
	}
	return body()
}

func (p *peer) attach(s socket) error {
	if !p.bind {
		return s.Connect(p.endpoint)
	}
	bound, err := s.Bind(p.endpoint)
	if err != nil {
		return err
	}
	return json.NewEncoder(p.stdout).Encode(announcement{bound.String()})
}

func (p *peer) wrongSize(m *zmq.Message) error {
	return fmt.Errorf("received %d bytes in %d frames, want %d in one", m.Size(), m.Len(), p.size)
}

// hold waits for the end of the standard input.
func (p *peer) hold() { io.Copy(io.Discard, p.stdin) }

// A meter holds what there was when measuring began.
type meter struct {
	start   time.Time
	cpu     time.Duration
	profile *os.File // nil without a profile
}

func (p *peer) begin() (meter, error) {
	var m meter
	if p.profile != "" {
		f, err := os.Create(p.profile)
		if err != nil {
			return m, err
		}
		if err := pprof.StartCPUProfile(f); err != nil {
			return m, err
		}
		m.profile = f
	}
	cpu, err := cpuTime()
	m.cpu = cpu
	m.start = time.Now()
	return m, err
}

func (m meter) seconds() float64 { return time.Since(m.start).Seconds() }

// stop ends measuring and returns the CPU seconds since begin.
func (m meter) stop() (float64, error) {
	now, err := cpuTime()
	if m.profile != nil {
		pprof.StopCPUProfile()
		if err := m.profile.Close(); err != nil {
			return 0, err
		}
	}
	return (now - m.cpu).Seconds(), err
}

// finish stops m and prints r with the CPU time.
func (p *peer) finish(m meter, r report) error {
	cpu, err := m.stop()
	if err != nil {
		return err
	}
	r.CPUSeconds = cpu
	return p.print(r)
}

func (p *peer) print(r report) error {
	r.Library, r.Role, r.Size, r.Count = ownName, p.role, p.size, p.count
	if r.Seconds > 0 {
		r.Rate = float64(r.Count) / r.Seconds
	}
	r.MaxRSSBytes = maxRSSBytes()
	return json.NewEncoder(p.stdout).Encode(r)
}
