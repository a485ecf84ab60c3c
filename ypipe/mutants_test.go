//go:build !ypipemodel

package ypipe

import (
	"testing"

	"github.com/zeroactor/zmq/internal/invariant"
	"github.com/zeroactor/zmq/internal/modeltest"
)

// TestMutants proves that the model notices when the code is broken. It builds
// and runs binaries of its own, for which -race makes no difference.
func TestMutants(t *testing.T) {
	if testing.Short() || invariant.Enabled {
		t.Skip("takes a minute")
	}
	modeltest.Mutants(t, "ypipemodel", mutants)
}

// mutants of the pipe, the log, and the arena's counting under it.
var mutants = []modeltest.Mutant{
	{
		Name:   "pipe sleeps by load and store",
		Old:    "if sleep && p.c.CompareAndSwap(p.ready, asleep) {",
		New:    "if sleep && p.c.Load() == p.ready {\n\t\tp.c.Store(asleep)",
		Breaks: "Items that are published between the two are lost, and the writer does not know that it must wake.",
	},
	{
		Name:   "pipe publishes by load and store",
		Old:    "return p.c.Swap(end) != asleep",
		New:    "awake = p.c.Load() != asleep\n\tp.c.Store(end)\n\treturn awake",
		Breaks: "A reader that falls asleep between the two is not woken.",
	},
	{
		Name:   "pipe reuses a chunk too early",
		Old:    "if p.recycled < p.done.Load() {",
		New:    "if p.recycled <= p.done.Load() && ch != p.tail {",
		Breaks: "The reader is still in the chunk that the writer fills again.",
	},
	{
		Name:   "pipe leaves a chunk before it is read",
		Old:    "p.done.Store(p.read / pipeChunk)",
		New:    "p.done.Store(p.read/pipeChunk + 1)",
		Breaks: "The chunk that the reader has just begun counts as left.",
	},
	{
		Name:   "pipe takes back what is published",
		Old:    "if p.write == p.flushed {",
		New:    "if p.write == 0 {",
		Breaks: "An item that the reader may have taken is taken back.",
	},
	{
		Name:   "log sleeps by load and store",
		Old:    "if l.end.CompareAndSwap(r.limit, asleep) {",
		New:    "if l.end.Load() == r.limit {\n\t\t\tl.end.Store(asleep)",
		Breaks: "What is published between the two is lost, and nobody wakes the reader.",
	},
	{
		Name:   "log publishes by load and store",
		Old:    "if l.end.Swap(end) == asleep {",
		New:    "was := l.end.Load()\n\tl.end.Store(end)\n\tif was == asleep {",
		Breaks: "A reader that falls asleep between the two is not woken.",
	},
	{
		Name:   "early publish",
		Old:    "end := w.whole.pos()",
		New:    "end := w.pos()",
		Breaks: "The reader sees the frames of a message that may still be rolled back.",
	},
	{
		Name:   "wake-up before there is something",
		Old:    "if l.end.Swap(end) == asleep {\n\t\tl.onReadable()\n\t}",
		New:    "if l.end.Load() == asleep {\n\t\tl.onReadable()\n\t}\n\tl.end.Swap(end)",
		Breaks: "The reader wakes, finds nothing, sleeps again and is never woken.",
	},
	{
		Name:   "references published after the bytes",
		Old:    "l.flushBodies()\n\tl.publish(end)",
		New:    "l.publish(end)\n\tl.flushBodies()",
		Breaks: "The reader finds a header whose body is not there yet, and takes what follows for it.",
	},
	{
		Name:   "nobody told of the first body",
		Old:    "l.bodies.Store(w.bodies) // before there is a position behind the body's",
		New:    "",
		Breaks: "The reader takes what follows a header for the body that lies beside the chunks.",
	},
	{
		Name:   "a message in one step over the high-water mark",
		Old:    "!w.lacks() && !w.begun",
		New:    "!w.begun",
		Breaks: "More messages are in the log than its high-water mark says.",
	},
	{
		Name:   "a message in one step leaves no mark",
		Old:    "return w.written+1 < w.nextAt && ",
		New:    "return ",
		Breaks: "Nobody knows where credit for it is to be given, and the writer waits for ever, or too long.",
	},
	{
		Name:   "a message in one step ends one that goes on",
		Old:    "!w.begun && w.pos() == w.flushed",
		New:    "!w.begun",
		Breaks: "Half a message is published, or one before its body.",
	},
	{
		Name:   "a message in one step is put into another",
		Old:    "w.written+1 < w.nextAt && w.whole.off == w.off && w.whole.index == w.index",
		New:    "w.written+1 < w.nextAt",
		Breaks: "A message within another ends it.",
	},
	{
		Name:   "a long message in one step has a short header",
		Old:    "w.added(9 + n)",
		New:    "w.added(2 + n)",
		Breaks: "The next message is written over the end of one with a long header.",
	},
	{
		Name:   "rollback past the publishing",
		Old:    "b.refs.publish(b.refs.write - int64(l.w.refs))",
		New:    "b.refs.publish(b.refs.write)",
		Breaks: "A body of the unfinished message is published, and Rollback cannot take it back.",
	},
	{
		Name:   "rollback keeps its chunks",
		Old:    "after.Settle(0)\n",
		New:    "",
		Breaks: "Chunks that only the message given up was in never go back to the pool.",
	},
	{
		Name:   "rollback forgets references",
		Old:    "if r, ok := w.bodies.refs.Unwrite(); ok {\n\t\t\tr.release()\n\t\t}",
		New:    "w.bodies.refs.Unwrite()",
		Breaks: "The bodies of the message given up are never released.",
	},
	{
		Name:   "whole messages not told at the end of a chunk",
		Old:    "w.chunk.Boundary = w.whole.off",
		New:    "w.chunk.Boundary = w.off",
		Breaks: "Spans end within a message that crosses into the next chunk.",
	},
	{
		Name:   "idle without a look at the reader",
		Old:    " || l.end.Load() != asleep {\n\t\treturn\n\t}\n\t// The reader sleeps",
		New:    " {\n\t\treturn\n\t}\n\t// The reader sleeps",
		Breaks: "The memory is taken away from under a reader that is at work.",
	},
	{
		Name:   "idle leaves the credit behind",
		Old:    "\tl.consumed.Store(w.pos())\n",
		New:    "",
		Breaks: "A mark that is set in the new place waits for a reader that is past it and says nothing.",
	},
	{
		Name:   "idle forgets the views",
		In:     "Log.Idle",
		Old:    "r.chunk.Settle(r.delivered)",
		New:    "r.chunk.Settle(0)",
		Breaks: "The chunk is reused while views of it are out.",
	},
	{
		Name:   "double recycle",
		Old:    "if settle {",
		New:    "if settle || !settle {",
		Breaks: "Chunks that Spans only looks through are given back, and again with Commit.",
	},
	{
		Name:   "views are not counted",
		Old:    "\tl.r.delivered++\n",
		New:    "",
		Breaks: "A chunk is reused while views of it are out.",
	},
	{
		Name:   "views counted on into the next chunk",
		Old:    "left.Settle(r.delivered)\n\t\t\tr.delivered = 0",
		New:    "left.Settle(r.delivered)",
		Breaks: "The next chunk waits for views that were of this one, for ever.",
	},
	{
		Name:   "views given back to the wrong chunk",
		Old:    "if r := &l.r; owner.Buf == r.chunk && owner.Buf != nil {",
		New:    "if r := &l.r; r.chunk != nil && owner.Buf != nil {",
		Breaks: "A view of an earlier chunk is counted off the current one.",
	},
	{
		Name:   "chunk left while it is read",
		Old:    "c.index < r.limit>>strideBits && c.off >= c.chunk.End",
		New:    "c.off >= c.chunk.End",
		Breaks: "The reader follows the chain before its end is published.",
	},
	{
		Name:   "credit lost before sleep",
		Old:    "\t\tl.giveAll()\n",
		New:    "",
		Breaks: "The reader sleeps with credit in its hands, and the writer waits for it.",
	},
	{
		Name:   "discard keeps the credit",
		Old:    "\tl.giveAll()\n\treturn messages",
		New:    "\treturn messages",
		Breaks: "The last messages thrown away still count against the high-water mark.",
	},
	{
		Name:   "credit counted twice",
		Old:    "c.settled = c.marks[c.head].count",
		New:    "c.settled += c.marks[c.head].count",
		Breaks: "The log takes more messages than its high-water mark.",
	},
	{
		Name:   "credit for what is not read",
		Old:    "c.marks[c.head].pos <= consumed {",
		New:    "c.marks[c.head].pos <= consumed+strideMask {",
		Breaks: "Messages count as consumed before they are.",
	},
	{
		Name:   "want not looked at again",
		Old:    "if l.consumed.Load() < want {\n\t\t\treturn true\n\t\t}",
		New:    "if want != 0 {\n\t\t\treturn true\n\t\t}",
		Breaks: "The reader went past just before want was set, and nobody wakes the writer.",
	},
	{
		Name:   "wake-up without sleep",
		Old:    "if !l.want.CompareAndSwap(want, 0) {",
		New:    "if l.want.Store(0); false {",
		Breaks: "Full says that there is room, and onWritable is called all the same.",
	},
	{
		Name:   "writer woken twice",
		Old:    "want != 0 && pos >= want && l.want.CompareAndSwap(want, 0)",
		New:    "want != 0 && pos >= want",
		Breaks: "Each further credit wakes the writer again.",
	},
	{
		Name:   "credit is told after the look for a waiter",
		Old:    "l.consumed.Store(pos)\n\tif want := l.want.Load(); want",
		New:    "want := l.want.Load()\n\tl.consumed.Store(pos)\n\tif want",
		Breaks: "A writer that begins to wait in between sees the old credit, and is not seen.",
	},
	{
		Name:   "credit in bytes without a mark",
		Old:    "c.written < c.markAt && c.weight.written < c.weight.markAt",
		New:    "c.written < c.markAt",
		Breaks: "Nothing says when heavy messages are consumed, and the writer waits for ever.",
	},
	{
		Name:   "bytes by reference have no weight",
		In:     "Log.AppendOwned",
		Old:    "\tw.aside += int64(len(body))\n",
		New:    "",
		Breaks: "Large bodies are taken over the high-water mark.",
	},
	{
		Name:   "lowered high-water mark without a mark",
		In:     "Log.SetHWM",
		Old:    "c.written > c.marked()",
		New:    "c.n == 0 && c.written > c.settled",
		Breaks: "Messages behind the last mark never count as consumed, and Full turns in circles.",
	},
	{
		Name:   "commit one message too far",
		Old:    "if bytes += size; bytes > n {\n\t\t\tbreak\n\t\t}",
		New:    "if bytes >= n {\n\t\t\tbreak\n\t\t}\n\t\tbytes += size",
		Breaks: "A message that was written in part is taken for sent.",
	},
	{
		Name:   "commit releases too many references",
		Old:    "b.held[n].pos <= pos",
		New:    "b.held[n].pos <= l.r.limit",
		Breaks: "The body of a message that is still to be written is given back.",
	},
	{
		Name:   "commit forgets a view",
		In:     "Log.commit",
		Old:    "r.chunk.Settle(r.delivered)",
		New:    "r.chunk.Release()",
		Breaks: "The log gives up one view of the chunk instead of the chunk.",
	},
	{
		Name:   "spans end within a message",
		Old:    "if f.last && bytes >= max {",
		New:    "if bytes >= max {",
		Breaks: "A batch ends behind a large frame that is not its message's last.",
	},
	{
		Name:   "spans leave out a body",
		Old:    "if !ok || f.pos > p.index<<strideBits|int64(stop) {",
		New:    "if !ok || f.pos >= p.index<<strideBits|int64(stop) {",
		Breaks: "A large body whose header ends the published bytes is left out.",
	},
	{
		Name: "count looked at twice", Dir: "../internal/arena",
		Old:    "n := b.refs.Add(int32(delivered) - bias)",
		New:    "b.refs.Add(int32(delivered) - bias)\n\tb.step()\n\tn := b.refs.Load()",
		Breaks: "The log and who releases the last view both see no reference, and both recycle the chunk.",
	},
	{
		Name: "held chunk without bias", Dir: "../internal/arena",
		Old:    "b.refs.Store(bias)",
		New:    "b.refs.Store(bias - bias + 1)",
		Breaks: "A view released before the chunk is settled takes the log's own reference.",
	},
	{
		Name:   "flow gives credit too late",
		Old:    "\t\tf.giveAll()\n\t\tif !p.more(true) {",
		New:    "\t\tif !p.more(true) {",
		Breaks: "The reader sleeps on credit that the writer waits for.",
	},
	{
		Name:   "flow waits without a second look",
		Old:    "\t\tif f.consumed.Load() < want {\n\t\t\treturn true\n\t\t}\n\t\tif !f.want.CompareAndSwap(want, 0) {\n\t\t\treturn true",
		New:    "\t\tif f.consumed.Load() < want || true {\n\t\t\treturn true\n\t\t}\n\t\tif !f.want.CompareAndSwap(want, 0) {\n\t\t\treturn true",
		Breaks: "The reader has passed the wanted position before it could see that it is wanted.",
	},
	{
		Name:   "flow goes on although it is woken",
		Old:    "if !f.want.CompareAndSwap(want, 0) {\n\t\t\treturn true",
		New:    "if !f.want.CompareAndSwap(want, 0) {\n\t\t\tcontinue",
		Breaks: "A wake-up comes for which nobody waits.",
	},
	{
		Name:   "flow wakes by load and store",
		Old:    "pos >= want && f.want.CompareAndSwap(want, 0) {\n\t\tf.onWritable()",
		New:    "pos >= want {\n\t\tf.want.Store(0)\n\t\tf.onWritable()",
		Breaks: "A writer that goes on by itself is woken as well.",
	},
	{
		Name:   "flow forgets to turn",
		Old:    "if i+int64(n) == pipeChunk {",
		New:    "if i+int64(n) == pipeChunk && n > 1 {",
		Breaks: "The reader sees the chunk that it has read before.",
	},
	{
		Name:   "flow exceeds its mark",
		Old:    "f.limit = f.consumed.Load() + f.hwm\n",
		New:    "f.limit = f.consumed.Load() + f.hwm + 1\n",
		Breaks: "One item more than the high-water mark is in the flow.",
	},
	{
		Name:   "flow leaves items to a reader with nothing to do",
		Old:    "f.plenty = f.step + pipeChunk + flowGroup",
		New:    "f.plenty = pipeChunk + flowGroup",
		Breaks: "What the reader has taken without giving credit is taken for what it has to do.",
	},
	{
		Name:   "a body is given across the end of a chunk",
		Old:    "!w.clear() || w.off+9 > len(w.data) || !w.addable()",
		New:    "!w.clear() || !w.addable()",
		Breaks: "The header has no room.",
	},
	{
		Name:   "a body is given without being published",
		Old:    "w.refs = 0\n\tl.flushBodies()\n\tl.publish",
		New:    "w.refs = 0\n\tl.publish",
		Breaks: "The reader finds a header, and no body.",
	},
	{
		Name:   "a run goes past the high-water mark",
		Old:    "return int(min(c.room(), c.markAt-c.written+c.step()))",
		New:    "return int(c.markAt - c.written + c.step())",
		Breaks: "More messages are in the log than it may hold.",
	},
	{
		Name:   "a run is published when it is appended",
		Old:    "l.Advance(bytes, messages)\n",
		New:    "l.Advance(bytes, messages)\n\t\tl.publish(l.w.pos())\n",
		Breaks: "The bodies of messages before it that are not published yet are not there.",
	},
	{
		Name:   "a run goes on behind a body by reference",
		Old:    "run.Messages < most && run.Large == nil {",
		New:    "run.Messages < most {",
		Breaks: "There is more than one such body, or frames behind it are taken for it.",
	},
	{
		Name:   "a run is no view",
		Old:    "d[:at:at], l.view(), flags",
		New:    "d[:at:at], arena.Owner{Buf: r.chunk}, flags",
		Breaks: "A chunk is reused while runs of it are out.",
	},
	{
		Name:   "log refers to what it has missed",
		Old:    "if follows && w.borrowed && s.from > 0 {",
		New:    "if w.borrowed && s.from > 0 {",
		Breaks: "The bytes behind what the log has are of another message.",
	},
	{
		Name:   "log goes on in the sheet's next chunk",
		Old:    "if follows && w.borrowed && s.from > 0 {",
		New:    "if follows && w.borrowed {",
		Breaks: "The message is not behind what the log has.",
	},
	{
		Name: "lent memory is never given back", Dir: "../internal/arena",
		Old:    "\t\twhole.Release()\n",
		New:    "\t\t_ = whole\n",
		Breaks: "The sheet's chunk is still in use when nobody refers to it.",
	},
	{
		Name: "lent memory is not kept", Dir: "../internal/arena",
		Old:    "\tb.Retain(1)\n\tlent :=",
		New:    "\tlent :=",
		Breaks: "The chunk goes back while logs refer to it.",
	},
}
