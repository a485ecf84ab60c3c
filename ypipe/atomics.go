//go:build !ypipemodel

package ypipe

import (
	"sync/atomic"

	"github.com/zeroactor/zmq/internal/release"
)

// The types behind which all synchronization of this package happens. The model
// build, which exists for tests only, replaces them, and shrinks the sizes below,
// and nothing else.
type (
	atomicInt64          = atomic.Int64
	atomicPointer[T any] = atomic.Pointer[T]
)

// storeRelease publishes by x what has been written before. It is not ordered with what is loaded after.
func storeRelease(x *atomicInt64, v int64) { release.StoreInt64(x, v) }

const (
	pipeChunk = 64 // items in a chunk of a Pipe

	firstChunk = 1 << 10 // bytes in the first chunk of a Log that was idle
	chunkSize  = 1 << 16 // bytes in the chunks of a busy Log
	leadChunks = 4       // so many chunks ahead a writer is far ahead: as much as a processor's cache has room for

	// sheetSize is the size of the chunks of a busy Sheet, and borrowAfter how many
	// bytes a log must have been given one after another before it refers to
	// them: the memory that it keeps from use is then some ten times at most of
	// what it holds, however few messages it is given of each chunk.
	sheetSize   = 32 << 10
	borrowAfter = 4 << 10

	// unlimitedStep is after how many messages a reader gives credit where there is no high-water mark: as of one of a thousand.
	unlimitedStep = 63

	// stretchMin is how many messages are between marks at least, if batches may go past one.
	stretchMin = 16

	// shortMax is the largest body whose length goes into one byte (37/ZMTP,
	// "Framing").
	shortMax = 255

	// inlineMax is the size of body from which a frame is kept by reference
	// instead of in the chunk itself.
	inlineMax = 8 << 10

	// Positions in a Log count strides: the chunk's number in the upper bits,
	// the offset in the chunk in the lower ones. A chunk is shorter than a
	// stride, so a position never names both the end of one chunk and the start
	// of the next.
	strideBits = 21
	strideMask = 1<<strideBits - 1

	// markSlots is how finely credit is counted: in steps of a sixteenth of the
	// high-water mark, so that a full log is full to the message, and a log with
	// room knows of at least fifteen sixteenths of it.
	markSlots = 16

	// flowSteps is how often a reader of a Flow gives credit while it takes as
	// many items as the high-water mark: often enough that the writer need not
	// stop.
	flowSteps = 8

	// flowGroup is how many items FlushLazily gathers at most.
	flowGroup = 16
)
