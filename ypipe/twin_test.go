//go:build !ypipemodel

package ypipe

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/zeroactor/zmq/internal/arena"
)

// A twin is what a log should be: a slice of messages. Operations go to both,
// and what they give is compared. One goroutine plays both ends.
type twin struct {
	log     *Log
	hwm     int
	byteHWM int
	step    func() byte // the next byte of the history; 0 after its end

	messages  [][]twinFrame // whole, not yet consumed
	unread    int           // frames of the first one that Next has not given
	published int           // of messages, the first so many
	current   []twinFrame   // frames of the message that is not whole
	number    int           // frames ever written

	sheet Sheet // that some of the messages come from

	asleep   bool // the reader is
	waiting  bool // the writer was told to
	kept     []twinView
	given    int  // bodies given by reference that nobody has given back
	changed  bool // the high-water mark was
	problems []string
}

type twinFrame struct {
	flags byte
	body  []byte
}

type twinView struct {
	got, want []byte
	owner     arena.Owner
}

func newTwin(step func() byte) *twin {
	w := &twin{step: step}
	w.hwm = int(step()) % 40
	w.byteHWM = []int{0, 0, 1, 100, 1000, 50_000}[int(step())%6]
	w.log = NewLog(arena.NewPool(0), w.hwm, func() {
		w.require(w.asleep, "onReadable, and the reader does not sleep")
		w.asleep = false
	}, func() {
		w.require(w.waiting, "onWritable, and the writer does not wait")
		w.waiting = false
	})
	w.log.SetByteHWM(int64(w.byteHWM))
	return w
}

// bytes returns how many bytes are held.
func (w *twin) bytes() (n int) {
	for _, m := range w.messages {
		for _, f := range m {
			n += len(appendFrame(nil, f))
		}
	}
	return n
}

func (w *twin) require(ok bool, format string, args ...any) {
	if !ok && len(w.problems) < 5 {
		w.problems = append(w.problems, fmt.Sprintf(format, args...))
	}
}

// twinSizes cover both headers, the ends of chunks, and references.
var twinSizes = []int{0, 1, 10, 100, 255, 256, 1000, inlineMax, inlineMax + 1, chunkSize / 2, chunkSize + 1}

// frame draws the next frame of the message that is being written.
func (w *twin) frame() twinFrame {
	b := w.step()
	f := twinFrame{body: body(w.number, twinSizes[int(b>>1)%len(twinSizes)])}
	w.number++
	if b&1 != 0 && len(w.current) < 5 {
		f.flags = FlagMore
	}
	return f
}

// run plays a history until its bytes are used up, and then reads what is left.
func (w *twin) run(operations int) error {
	for range operations {
		w.operate(w.step())
		if len(w.problems) > 0 {
			return fmt.Errorf("%q", w.problems)
		}
	}
	w.log.Rollback()
	w.log.Flush()
	w.published = len(w.messages)
	for !w.asleep && len(w.problems) == 0 {
		w.next()
	}
	w.require(len(w.messages) == 0, "%d messages are left", len(w.messages))
	w.require(!w.waiting, "the writer still waits")
	w.require(!w.log.Full(), "full though empty")
	w.log.Idle()
	w.require(w.log.w.chunk == nil && w.log.r.chunk == nil, "Idle keeps memory")
	w.release(len(w.kept))
	w.require(w.given == 0, "%d bodies are not given back", w.given)
	w.require(w.sheet.chunk == nil || w.sheet.chunk.Unique(), "the log keeps memory of the sheet")
	if len(w.problems) > 0 {
		return fmt.Errorf("in the end: %q", w.problems)
	}
	return nil
}

func (w *twin) operate(op byte) {
	switch op % 15 {
	case 0, 1, 2:
		w.append()
	case 3:
		w.receive()
	case 4:
		w.flush()
	case 5:
		w.log.Rollback()
		w.current = nil
	case 6:
		w.log.Idle()
	case 7, 8:
		for range int(op/15) % 4 {
			w.next()
		}
	case 9:
		w.spans()
	case 10:
		w.release(int(op/15) % 3)
	case 11:
		w.rare(op / 15)
	case 12:
		for range 1 + int(op/15)%8 {
			w.share()
		}
	case 13:
		w.appendRun()
	case 14:
		w.nextRun()
	}
}

func (w *twin) rare(op byte) {
	switch op % 4 {
	case 0:
		w.hwm = int(w.step()) % 20
		w.log.SetHWM(w.hwm)
		w.changed = true
	case 1:
		w.discard()
	case 2:
		w.require(w.asleep || w.log.Drained() == (w.published == 0), "Drained with %d messages published", w.published)
	case 3:
		w.require(w.log.Written() >= int64(len(w.messages)), "Written: %d", w.log.Written())
	}
}

func (w *twin) flush() {
	w.published = len(w.messages)
	w.log.Flush()
}

// room asks whether a message may be written.
func (w *twin) room() bool {
	if w.waiting {
		return false
	}
	full := w.log.Full()
	held := len(w.messages)
	w.require(w.hwm == 0 || held < w.hwm || full, "room though %d of %d messages are held", held, w.hwm)
	// Of messages that were written under another mark, the last may count until the reader
	// sleeps.
	some := held > 0 || w.changed && !w.asleep
	w.require((w.hwm != 0 || w.byteHWM != 0) && some || !full, "full with %d of %d messages held", held, w.hwm)
	bytes := w.bytes()
	w.require(w.byteHWM == 0 || bytes < w.byteHWM || full, "room though %d of %d bytes are held", bytes, w.byteHWM)
	w.require(!full || w.hwm > 0 || w.changed && !w.asleep || 2*bytes >= w.byteHWM, "full with %d of %d bytes held", bytes, w.byteHWM)
	w.waiting = full
	if full {
		w.flush()
	}
	return !full
}

// append writes the next frame, by copy or as a buffer of its own.
func (w *twin) append() {
	if len(w.current) == 0 && !w.room() {
		if f := w.frame(); f.flags == 0 && (w.putAtOnce(f) || w.putAtOnce(twinFrame{body: body(w.number, inlineMax+1)})) {
			held := len(w.messages) - 1
			w.require(w.hwm == 0 || held < w.hwm, "Put, with %d of %d messages held", held, w.hwm)
		}
		return
	}
	f := w.frame()
	if w.number%6 == 1 {
		f.body = body(w.number, inlineMax+1) // which may go in one step as well
	}
	if w.number%3 == 1 && f.flags == 0 && w.putAtOnce(f) {
		return
	}
	if w.number%3 == 2 && f.flags == 0 && w.log.Add(f.body) {
		w.require(len(w.current) == 0, "Add, behind %d frames of another message", len(w.current))
		w.messages = append(w.messages, []twinFrame{f})
		return
	}
	if w.number%3 == 0 {
		b, owner := w.owned(f.body)
		w.log.AppendOwned(f.flags, b, owner)
	} else {
		w.log.Append(f.flags, f.body)
	}
	if w.current = append(w.current, f); f.flags == 0 {
		w.log.EndMessage()
		w.messages = append(w.messages, w.current)
		w.current = nil
		w.log.Ahead()
	}
}

// putAtOnce writes and publishes a message of one frame, if Put does, or PutOwned, to which it gives what is large.
func (w *twin) putAtOnce(f twinFrame) bool {
	before := w.published == len(w.messages) && len(w.current) == 0
	asked := !w.log.w.begun
	done := w.log.Put(f.body)
	w.require(!done || len(f.body) <= inlineMax, "Put of %d bytes", len(f.body))
	if !done {
		b, owner := w.owned(f.body)
		if done = w.log.PutOwned(b, owner); !done {
			owner.Release(b)
			return false
		}
		w.require(len(f.body) > inlineMax, "PutOwned of %d bytes", len(f.body))
	}
	w.require(before, "Put, with %d of %d messages published, and %d frames of the next", w.published, len(w.messages), len(w.current))
	w.require(asked, "Put to a chunk of which Ahead was not asked")
	w.messages = append(w.messages, []twinFrame{f})
	w.published = len(w.messages)
	return true
}

// owned returns a copy of a body whose owner sees that it is given back.
func (w *twin) owned(body []byte) ([]byte, arena.Owner) {
	w.given++
	b := bytes.Clone(body)
	return b, arena.Owned(b, func(b []byte) { clear(b); w.given-- })
}

// share writes a message to the sheet, and mostly to the log.
func (w *twin) share() {
	if len(w.current) > 0 || !w.room() {
		return
	}
	frames := w.messageOf(sheetSize / 8)
	size := 0
	for _, f := range frames {
		size += 9 + len(f.body)
	}
	if !w.sheet.Begin(w.log.pool, size) {
		w.require(false, "no room for %d bytes in a sheet", size)
	}
	for _, f := range frames {
		w.sheet.Append(f.flags, f.body)
	}
	if w.step()%8 == 0 {
		return // it is not for this log
	}
	w.log.AppendSheet(&w.sheet)
	w.messages = append(w.messages, frames)
}

// receive writes some frames as a connection does.
func (w *twin) receive() {
	if len(w.current) > 0 || !w.room() {
		return
	}
	room := w.log.Room()
	n, whole := 0, 0
	for range 1 + w.step()%4 {
		f := w.frame()
		if len(f.body) > inlineMax {
			f.body = f.body[:inlineMax]
		}
		mem := w.log.Reserve(n, 9+len(f.body), chunkSize<<(w.step()%2))
		n += putHeader(mem[n:], f.flags, len(f.body))
		n += copy(mem[n:], f.body)
		if w.current = append(w.current, f); f.flags == 0 {
			w.log.Advance(n, 1)
			w.messages = append(w.messages, w.current)
			w.current, n = nil, 0
			if whole++; whole == room {
				return
			}
		}
	}
	w.log.Advance(n, 0)
}

// next takes a frame, and may keep it.
func (w *twin) next() {
	if w.asleep || w.step()%2 == 0 && w.replace() {
		return
	}
	flags, got, ok := w.log.Next()
	w.require(ok == (w.published > 0), "Next: %v with %d messages published", ok, w.published)
	if !ok || len(w.problems) > 0 {
		w.asleep = !ok
		return
	}
	frames := w.messages[0]
	want := frames[w.unread]
	w.require(flags == want.flags && bytes.Equal(got, want.body), "Next: flags %d, %d bytes; want %d, %d", flags, len(got), want.flags, len(want.body))
	if w.unread++; w.unread == len(frames) {
		w.consume(1)
	}
	if w.step()%3 == 0 {
		w.kept = append(w.kept, twinView{got, want.body, w.log.Keep()})
	}
}

// replace gives back the newest view for the next message, if Replace does.
func (w *twin) replace() bool {
	if len(w.kept) == 0 || w.unread > 0 {
		return false
	}
	v := &w.kept[len(w.kept)-1]
	got, ok := w.log.Replace(v.owner.Buf)
	if !ok {
		return false
	}
	w.require(w.published > 0 && len(w.messages[0]) == 1, "Replace, with %d messages published", w.published)
	w.require(v.owner.Buf == w.log.r.chunk, "Replace, for a view of another chunk")
	if len(w.problems) > 0 {
		return true
	}
	want := w.messages[0][0].body
	w.require(bytes.Equal(got, want), "Replace: %d bytes, want %d", len(got), len(want))
	w.require(bytes.Equal(v.got, v.want), "a view of %d bytes has changed", len(v.want))
	v.got, v.want = got, want
	w.consume(1)
	return true
}

func (w *twin) consume(messages int) {
	w.messages = w.messages[messages:]
	w.published -= messages
	w.unread = 0
}

// release gives up the oldest views.
func (w *twin) release(views int) {
	for range min(views, len(w.kept)) {
		v := w.kept[0]
		w.kept = w.kept[1:]
		w.require(bytes.Equal(v.got, v.want), "a view of %d bytes has changed", len(v.want))
		if w.asleep {
			v.owner.Release(v.got)
		} else {
			w.log.GiveBack(v.got, v.owner)
		}
	}
}

// spans takes bytes as a connection does, and commits all or some.
func (w *twin) spans() {
	if w.asleep || w.unread > 0 {
		return
	}
	max := 1 << (w.step() % 20)
	spans, n := w.log.Spans(nil, max)
	if n == 0 {
		w.require(w.published == 0, "no spans with %d messages published", w.published)
		w.asleep = true
		return
	}
	got := bytes.Join(spans, nil)
	part := n * (1 + int(w.step())) / 256
	messages, want, committed, whole := 0, []byte(nil), 0, 0
	for _, frames := range w.messages[:w.published] {
		if len(want) >= n {
			break
		}
		for _, f := range frames {
			want = appendFrame(want, f)
		}
		if messages++; len(want) <= part {
			committed, whole = len(want), messages
		}
	}
	w.require(len(got) == n && bytes.Equal(got, want), "Spans: %d bytes of %d messages, want %d", n, messages, len(want))
	if w.step()%2 == 0 {
		w.log.Commit()
		w.consume(messages)
		return
	}
	w.require(w.log.CommitTo(part) == committed, "CommitTo(%d) is not %d", part, committed)
	w.consume(whole)
}

func appendFrame(b []byte, f twinFrame) []byte {
	if len(f.body) > 255 {
		b = binary.BigEndian.AppendUint64(append(b, f.flags|FlagLong), uint64(len(f.body)))
	} else {
		b = append(b, f.flags, byte(len(f.body)))
	}
	return append(b, f.body...)
}

func (w *twin) discard() {
	if w.asleep || w.unread > 0 {
		return
	}
	got := w.log.Discard()
	w.require(got == int64(w.published), "Discard: %d messages, want %d", got, w.published)
	w.consume(w.published)
}

// history returns a function that gives the bytes of a history one by one.
func history(b []byte) func() byte {
	return func() byte {
		if len(b) == 0 {
			return 0
		}
		v := b[0]
		b = b[1:]
		return v
	}
}

func FuzzLog(f *testing.F) {
	f.Add([]byte{0})
	f.Add([]byte{2, 0, 4, 0, 4, 0, 4, 7, 7, 4, 7, 7})                           // full, read, full again
	f.Add([]byte{0, 0, 17, 0, 16, 4, 0, 17, 4, 5, 0, 16, 4, 31, 0, 31, 0})      // rollback with references
	f.Add([]byte{3, 3, 3, 5, 14, 5, 15, 4, 9, 4, 100, 1, 9, 19, 0, 0})          // received, taken by spans in part
	f.Add([]byte{0, 0, 4, 4, 19, 0, 6, 0, 4, 4, 11, 5, 0, 4, 19, 0, 10, 22, 6}) // idle, other marks, kept views
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 2000 {
			return
		}
		if err := newTwin(history(b)).run(len(b)); err != nil {
			t.Error(err)
		}
	})
}

// TestLogHistories plays random histories.
func TestLogHistories(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	for i := range uint64(150) {
		b := make([]byte, 300)
		r := rand.New(rand.NewPCG(seed, i))
		for j := range b {
			b[j] = byte(r.Uint32())
		}
		if err := newTwin(history(b)).run(len(b)); err != nil {
			t.Fatalf("seed %d, history %d: %v", seed, i, err)
		}
	}
}
