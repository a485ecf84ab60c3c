// Package ypipe has lock-free queues between one writer and one reader: [Pipe],
// of items, [Flow], of items under a high-water mark, and [Log], of messages in the
// form in which ZMTP puts them on the wire.
//
// All follow libzmq's ypipe in what they promise. The writer gathers and then
// publishes with one atomic operation; what is not published may still be taken
// back. The reader takes what is published without any atomic operation until it
// comes to the end. There it falls asleep with another one, and whoever
// publishes next is told to wake it: once for each sleep, and only then.
//
// # Concurrency
//
// Each method says whether it is the writer's or the reader's. At each end there
// may be one goroutine at a time; if the end changes hands, as a socket's does
// from turn to turn, the hand-over must synchronize. The two ends need nothing
// but the queue between them.
//
// No method waits. Nothing here knows of contexts, goroutines or time: who has
// nothing to do is told so, and is called back.
//
// # Waking
//
// A reader that has been told that there is nothing (ok == false, no spans)
// sleeps. It must leave the queue alone until onReadable is called, as its fields
// belong to the writer while it sleeps ([Log.Idle]); only [Log.Spans],
// [Log.Discard] and [Log.Drained] may still be called, and say that there is
// nothing. onReadable is called within the writer's Flush.
//
// A writer that has been told by [Log.Full] or [Log.Room] that there is no room
// waits. It should have published all it wrote, since the reader can give no
// credit for what it cannot see. onWritable is then called once, when half of
// the high-water mark is free again. A writer need not wait for that and may ask
// again; for each time that it was told to wait there is then one call at most,
// which may also come when it has gone on already.
//
// onWritable is called within the reader's Next, Spans, Commit, CommitTo or
// Discard, on its goroutine, and may call the writer's methods there, provided
// that the writer itself is kept out. onReadable may not call the reader's.
//
// # Ownership
//
// Bytes given to [Log.Append] are copied; a buffer given to [Log.AppendOwned] is
// the log's, with one reference. What Next returns is a view, good until the next
// Next. [Log.Keep] makes it last: it returns the owner of the memory, the chunk or
// the large body, with a reference that is given up by [arena.Buf.Release] on any
// goroutine, or by [Log.GiveBack] on the reader's. A chunk goes back to the pool
// when the reader has left it and its last view is released. A log that is
// dropped leaves its chunks to the garbage collector; bodies with a release
// function are released by reading or [Log.Discard] only.
//
// # Memory
//
// A log is a chain of chunks with frames in them. A frame never lies across the
// end of a chunk; a message may.
//
//	chunk  n                     n+1                   n+2
//	      ┌─────────────────┐   ┌─────────────────┐   ┌─────────────────┐
//	      │▒▒▒▒▒▒│▓▓▓▓▓▓▓▓│ │──▶│▓▓▓▓▓▓▓│▓▓▓░░░░░░│──▶│░░░│             │
//	      └─────────────────┘   └─────────────────┘   └─────────────────┘
//	             ▲                       ▲  ▲             ▲
//	             reader         published│  │whole        │writer
//
//	▒ read; views of it may be out     ▓ to be read     ░ not published
//
//	frame   flags  length       body
//	       ┌─────┬────────────┬─────────···┐
//	       │  1  │  1 or 8    │            │   up to inlineMax: in the chunk
//	       └─────┴────────────┴─────────···┘
//	       ┌─────┬────────────┐       ┌─────────···┐
//	       │  1  │     8      │·······│            │   above: beside it, in the
//	       └─────┴────────────┘       └─────────···┘   pipe of references
//
// Where several logs have the same messages, as a publisher's have, they may have one
// chunk in common, of a [Sheet]. In each of the chains it begins where that log began
// to refer to it, and ends where the log got something else.
//
// Positions are numbers: the chunk's in the upper bits, the offset in the lower
// ones. So the published position, the one word that both ends contend for, says
// all; the chain is followed only up to where it points.
//
// Credit is counted in positions too. The writer remembers at which positions
// its messages end, in steps of a sixteenth of the high-water mark; the reader
// says how far it is, in the same steps and before it sleeps, and counts nothing
// else. A log with a mark in bytes as well ([Log.SetByteHWM]) also counts those up to
// each of the positions, and its reader gives credit after each message.
//
// # Proof
//
// With the build tag ypipemodel all of this is run under a model checker, over
// the interleavings of many scenarios (internal/modeltest). The tests without
// the tag break the code in some forty ways and see that each is noticed.
package ypipe
