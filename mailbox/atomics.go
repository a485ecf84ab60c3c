//go:build !ypipemodel

package mailbox

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zeroactor/zmq/internal/release"
)

// The types and functions behind which all synchronization of this package
// happens. The model build, which exists for tests only, replaces them, and the
// size below, and nothing else.
type (
	atomicInt32          = atomic.Int32
	atomicUint64         = atomic.Uint64
	atomicPointer[T any] = atomic.Pointer[T]
	released             = release.Uint64
	mutex                = sync.Mutex
)

// firstRing is the capacity that a ring begins with: the queue of an actor that
// gets a message now and then is to be small.
const firstRing = 4

// after runs f on a goroutine of its own when d has passed.
func after(d time.Duration, f func()) { time.AfterFunc(d, f) }

// start runs f on a goroutine of its own.
func start(f func()) { go f() }

// patience is how often await looks before it lets others have the processor: as often as takes as long as it
// takes a writer to write, if it is not interrupted.
const patience = 30

// await waits until x is v, which it is about to be.
func await(x *released, v uint64) {
	for looks := 0; x.Load() != v; looks++ {
		if looks >= patience {
			runtime.Gosched()
		}
	}
}

// A signal is set by the one who wakes, at most once before it is taken, and
// taken by the one who waits.
type signal struct{ c chan struct{} }

func newSignal() signal { return signal{make(chan struct{}, 1)} }

func (s signal) set() { s.c <- struct{}{} }

// isSet reports whether it is set, without taking it.
func (s signal) isSet() bool { return len(s.c) > 0 }

// clear takes the signal if it is set.
func (s signal) clear() (was bool) {
	select {
	case <-s.c:
		return true
	default:
		return false
	}
}

// wait takes the signal, or returns false once ctx is done and it is not set.
func (s signal) wait(ctx context.Context) bool {
	done := ctx.Done()
	if done == nil {
		<-s.c
		return true
	}
	select {
	case <-s.c:
		return true
	case <-done:
		// Both may have been ready: then what was waited for counts.
		return s.clear()
	}
}
