//go:build ypipemodel

package ypipe

import "github.com/zeroactor/zmq/internal/modeltest"

// world is the run of the model that goes on. Tests of the model don't run in
// parallel.
var world *modeltest.World

// atomicInt64 stands in for sync/atomic's type. The threads are coroutines of
// one goroutine, so that plain memory does.
type atomicInt64 struct{ v int64 }

func (a *atomicInt64) Load() int64 {
	world.Step()
	return a.v
}

func (a *atomicInt64) Store(v int64) {
	world.Step()
	a.v = v
}

func (a *atomicInt64) Swap(v int64) (old int64) {
	world.Step()
	old, a.v = a.v, v
	return old
}

func (a *atomicInt64) CompareAndSwap(old, new int64) bool {
	world.Step()
	if a.v != old {
		return false
	}
	a.v = new
	return true
}

// storeRelease is checked as if it were atomic.
func storeRelease(x *atomicInt64, v int64) { x.Store(v) }

// atomicPointer stands in for sync/atomic's type.
type atomicPointer[T any] struct{ p *T }

func (a *atomicPointer[T]) Load() *T {
	world.Step()
	return a.p
}

func (a *atomicPointer[T]) Store(p *T) {
	world.Step()
	a.p = p
}

// The sizes are such that a few messages come to the end of a chunk, to long
// headers and to bodies by reference.
const (
	pipeChunk  = 2
	firstChunk = 16
	chunkSize  = 32
	leadChunks = 2
	shortMax   = 3
	inlineMax  = 6
	sheetSize  = 32
	strideBits = 6
	strideMask = 1<<strideBits - 1
	markSlots  = 2
	stretchMin = 2

	unlimitedStep = 2
	flowSteps     = 4
	flowGroup     = 2

	borrowAfter = 8
)
