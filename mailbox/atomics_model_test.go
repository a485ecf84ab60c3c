//go:build ypipemodel

package mailbox

import (
	"context"
	"time"

	"github.com/zeroactor/zmq/internal/modeltest"
)

// world is the run of the model that goes on. Tests of the model don't run in
// parallel.
var world *modeltest.World

const firstRing = 1

// atomicNumber stands in for sync/atomic's types. The threads are coroutines of one
// goroutine, so that plain memory does.
type atomicNumber[N int32 | uint64] struct{ v N }

type (
	atomicInt32  = atomicNumber[int32]
	atomicUint64 = atomicNumber[uint64]
)

func (a *atomicNumber[N]) Load() N {
	world.Step()
	return a.v
}

func (a *atomicNumber[N]) Store(v N) {
	world.Step()
	a.v = v
}

func (a *atomicNumber[N]) CompareAndSwap(old, new N) bool {
	world.Step()
	if a.v != old {
		return false
	}
	a.v = new
	return true
}

func (a *atomicNumber[N]) Add(n N) N {
	world.Step()
	a.v += n
	return a.v
}

// released is checked as if it were atomic.
type released = atomicUint64

func await(x *released, v uint64) {
	world.Step()
	world.Block(func() bool { return x.v == v })
}

type atomicPointer[T any] struct{ v *T }

func (a *atomicPointer[T]) Load() *T {
	world.Step()
	return a.v
}

func (a *atomicPointer[T]) Store(v *T) {
	world.Step()
	a.v = v
}

func (a *atomicPointer[T]) Swap(v *T) (old *T) {
	world.Step()
	old, a.v = a.v, v
	return old
}

func (a *atomicPointer[T]) CompareAndSwap(old, new *T) bool {
	world.Step()
	if a.v != old {
		return false
	}
	a.v = new
	return true
}

type mutex struct{ modeltest.Mutex }

func (m *mutex) Lock()         { m.Mutex.Lock(world) }
func (m *mutex) TryLock() bool { return m.Mutex.TryLock(world) }
func (m *mutex) Unlock()       { m.Mutex.Unlock(world) }

// after may be at any time.
func after(_ time.Duration, f func()) { world.Go("after a while", f) }

func start(f func()) {
	world.Step()
	world.Go("started", f)
}

// signal is a channel with one slot. That a second set would wait is a failure.
type signal struct{ s *bool }

func newSignal() signal { return signal{new(bool)} }

func (s signal) set() {
	world.Step()
	world.Require(!*s.s, "a signal is set twice")
	*s.s = true
}

func (s signal) isSet() bool {
	world.Step()
	return *s.s
}

func (s signal) clear() (was bool) {
	world.Step()
	was, *s.s = *s.s, false
	return was
}

// wait is as select is: if both are ready, chance decides, and then another look
// is taken.
func (s signal) wait(ctx context.Context) bool {
	world.Step()
	world.Block(func() bool { return *s.s || ctx.Err() != nil })
	if *s.s && (ctx.Err() == nil || world.Choose(2) == 0) {
		*s.s = false
		return true
	}
	return s.clear()
}
