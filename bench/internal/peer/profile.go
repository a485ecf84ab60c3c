package peer

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	httpprof "net/http/pprof"
	"os"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
)

// Profiles are the files to write, each with the peer's role after it, and the
// address to serve net/http/pprof at. Empty ones are left out.
type Profiles struct {
	CPU, Memory, Mutex, Block, Trace string
	Serve                            string
}

// Any reports whether there is anything to write or serve.
func (pr Profiles) Any() bool { return pr != Profiles{} }

// Rates at which blocking is sampled: all of it, as a profile is made of one
// sample that is measured for nothing else.
const (
	mutexFraction  = 1
	blockRateNanos = 1
)

// A profiler writes profiles of what happens between its start and its stop. All
// methods may be called on nil, which does nothing.
type profiler struct {
	Profiles
	role   string
	files  []*os.File
	server *http.Server
}

func (pr Profiles) open(j Job) (*profiler, error) {
	if !pr.Any() {
		return nil, nil
	}
	p := &profiler{Profiles: pr, role: j.Role}
	if pr.Serve == "" {
		return p, nil
	}
	listener, err := net.Listen("tcp", pr.Serve)
	if err != nil {
		return nil, fmt.Errorf("pprof: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", httpprof.Index)
	mux.HandleFunc("/debug/pprof/profile", httpprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", httpprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", httpprof.Trace)
	p.server = &http.Server{Handler: mux}
	fmt.Fprintf(os.Stderr, "%s: http://%s/debug/pprof/\n", j.Role, listener.Addr())
	go func() { _ = p.server.Serve(listener) }()
	return p, nil
}

func (p *profiler) create(name string) (*os.File, error) {
	f, err := os.Create(name + "." + p.role)
	if err == nil {
		p.files = append(p.files, f)
	}
	return f, err
}

func (p *profiler) start() error {
	if p == nil {
		return nil
	}
	if p.Mutex != "" {
		runtime.SetMutexProfileFraction(mutexFraction)
	}
	if p.Block != "" {
		runtime.SetBlockProfileRate(blockRateNanos)
	}
	if p.Trace != "" {
		f, err := p.create(p.Trace)
		if err != nil {
			return err
		}
		if err := trace.Start(f); err != nil {
			return err
		}
	}
	if p.CPU != "" {
		f, err := p.create(p.CPU)
		if err != nil {
			return err
		}
		return pprof.StartCPUProfile(f)
	}
	return nil
}

func (p *profiler) stop() error {
	if p == nil {
		return nil
	}
	if p.CPU != "" {
		pprof.StopCPUProfile()
	}
	if p.Trace != "" {
		trace.Stop()
	}
	for _, one := range []struct{ kind, name string }{
		{"allocs", p.Memory}, {"mutex", p.Mutex}, {"block", p.Block},
	} {
		if one.name == "" {
			continue
		}
		f, err := p.create(one.name)
		if err != nil {
			return err
		}
		if err := pprof.Lookup(one.kind).WriteTo(f, 0); err != nil {
			return err
		}
	}
	var errs []error
	for _, f := range p.files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

func (p *profiler) close() {
	if p != nil && p.server != nil {
		p.server.Close()
	}
}
