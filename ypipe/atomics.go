//go:build !ypipemodel

package ypipe

import "sync/atomic"

// The types behind which all synchronization of this package happens. The
// model build replaces them, and shrinks the sizes below, and nothing else.
type (
	atomicInt64 = atomic.Int64
)

const (
	pipeChunk = 64 // items in a chunk of a Pipe

	firstChunk = 1 << 10 // bytes in the first chunk of a Log that was idle
	chunkSize  = 1 << 16 // bytes in the chunks of a busy Log

	// inlineMax is the size of body from which a frame is kept by reference
	// instead of in the chunk itself.
	inlineMax = 8 << 10
)
