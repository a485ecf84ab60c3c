package transporttest_test

import (
	"fmt"
	"runtime"
	"sync"

	"github.com/zeroactor/zmq/transport/transporttest"
)

// A recorder is a T that keeps to itself what a check has to say.
type recorder struct {
	mu       sync.Mutex
	failures []string
	skipped  string
	cleanups []func()
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Skipf(format string, args ...any) {
	r.mu.Lock()
	r.skipped = fmt.Sprintf(format, args...)
	r.mu.Unlock()
	runtime.Goexit()
}

func (r *recorder) Cleanup(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cleanups = append(r.cleanups, f)
}

// record runs one check to its end, cleanups included.
func record(c transporttest.Case, cfg transporttest.Config) *recorder {
	r := new(recorder)
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.Check(r, cfg)
	}()
	<-done
	for f := r.pop(); f != nil; f = r.pop() {
		f()
	}
	return r
}

// pop takes out the cleanup registered last, or nil. A check that is given up
// may have goroutines that still register some.
func (r *recorder) pop() func() {
	r.mu.Lock()
	defer r.mu.Unlock()
	last := len(r.cleanups) - 1
	if last < 0 {
		return nil
	}
	f := r.cleanups[last]
	r.cleanups = r.cleanups[:last]
	return f
}
