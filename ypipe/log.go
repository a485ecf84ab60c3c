package ypipe

import (
	"unsafe"

	"github.com/zeroactor/zmq/internal/arena"
	"github.com/zeroactor/zmq/internal/framing"
)

// Flags of a frame (37/ZMTP, "Framing").
const (
	FlagMore    = framing.More    // more frames of the same message follow
	FlagLong    = framing.Long    // the length has eight bytes, not one
	FlagCommand = framing.Command // the frame is a command
)

// A cursor is a place in the chain of chunks.
type cursor struct {
	chunk *arena.Buf // nil: at the start of the next chunk to come
	index int64      // number of the chunk
	off   int        // offset in the chunk
}

func (c cursor) pos() int64 { return c.index<<strideBits | int64(c.off) }

// A Log is a queue of messages, kept as the bytes that ZMTP 2.0 and later put
// on the wire: frames of flags, length and body, one after another, in chunks
// of an arena. It has one writer and one reader at a time. Large bodies lie
// beside the chunks, by reference.
//
// The writer appends frames, or lets read(2) fill [Log.Reserve]; whole messages
// become visible with [Log.Flush]. The reader takes frames with [Log.Next], as
// views of the chunk, or spans of bytes for write(2) with [Log.Spans].
//
// A writer that is over the high-water mark waits for credit, and a reader
// that found nothing sleeps; each is woken by the other end through the
// functions given to [NewLog], once (see "Waking" above).
//
// Invariant: committed ≤ read ≤ published ≤ end of the last whole message ≤
// written, as positions.
type Log struct {
	// The ends live on different cores: each has cache lines of its own, and so has
	// what goes between them.
	w logWriter
	_ [writerSize - unsafe.Sizeof(logWriter{})]byte
	r logReader
	_ [readerSize - unsafe.Sizeof(logReader{})]byte

	// end is the published position, or asleep: the single point through
	// which bytes are handed over.
	end atomicInt64
	_   [56]byte

	// consumed is the position that the reader has given credit for. want is
	// the position that the waiting writer wants it to reach, or 0.
	// step is the number of messages after which the reader gives credit at the
	// latest; it also does before it sleeps.
	consumed atomicInt64
	want     atomicInt64
	step     atomicInt64

	// first is the chunk with which the writer begins after the log had none.
	// It is written before a position in it is published.
	first *arena.Buf

	bodies atomicPointer[bodies] // nil before the first one

	pool       *arena.Pool
	onReadable func()
}

// What the ends may take, in bytes: whole cache lines. An idle connection has two logs.
const (
	writerSize = 192
	readerSize = 128
)

// NewLog returns an empty log with its reader awake. Its high-water mark is
// hwm messages; 0 or less is no limit. Its memory comes from pool, which may serve
// others too.
//
// onReadable is called by the writer's Flush when it finds the reader asleep. It
// must not call the reader's methods. onWritable is called by the reader, on its
// goroutine, when the writer that found the log full may go on. It may call the
// writer's methods, in the writer's place.
func NewLog(pool *arena.Pool, hwm int, onReadable, onWritable func()) *Log {
	l := &Log{pool: pool, onReadable: onReadable}
	l.r.onWritable = onWritable
	l.SetHWM(hwm)
	return l
}
