package sim

import (
	"io"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// A flow is one direction of a connection: pieces on their way, or arrived and
// not read. Guarded by its link's lock.
type flow struct {
	link    *Link
	changed sync.Cond
	chance  *rand.Rand // of pieces
	faults  *rand.Rand

	queue []piece
	held  int   // bytes in the queue
	total int64 // bytes written so far

	boundary int64         // position where the piece at hand ends
	jitter   time.Duration // of that piece
	free     time.Time     // when the line has carried all so far
	last     time.Time     // arrival of the last piece

	resetAt, corruptAt int64 // positions; -1 is never

	ended bool  // the writer has closed
	gone  bool  // the reader has closed
	void  bool  // nothing arrives any more, and nobody is told
	err   error // what reads and writes fail with

	readBy, writeBy deadline
	alarm           *time.Timer // for the arrival of the next piece
}

// A piece is what one Read returns at most. Without data it is the end.
type piece struct {
	at   time.Time // of arrival
	data []byte
}

func newFlow(l *Link, direction string) *flow {
	cfg := &l.network.cfg
	f := &flow{
		link:   l,
		chance: source(cfg.Seed, l.address, l.number, "pieces "+direction),
		faults: source(cfg.Seed, l.address, l.number, "faults "+direction),
	}
	f.changed.L = &l.mu
	f.resetAt = after(f.faults, 0, cfg.ResetAfter)
	f.corruptAt = after(f.faults, 0, cfg.CorruptAfter)
	return f
}

// arrived reports whether a piece can be read.
func (f *flow) arrived(p piece) bool {
	if f.link.isCut && p.at.After(f.link.cutAt) {
		return false
	}
	return !p.at.After(time.Now())
}

// unread reports whether bytes have arrived that nobody has read.
func (f *flow) unread() bool {
	return len(f.queue) > 0 && len(f.queue[0].data) > 0 && f.arrived(f.queue[0])
}

// drop takes pieces out.
func (f *flow) drop(lost func(piece) bool) {
	var kept []piece
	f.held = 0
	for _, p := range f.queue {
		if !lost(p) {
			kept = append(kept, p)
			f.held += len(p.data)
		}
	}
	f.queue = kept
}

// lose ends the flow: what is on its way is lost, what has arrived is not.
func (f *flow) lose(err error) {
	f.err = err
	f.drop(func(p piece) bool { return !f.arrived(p) })
	f.changed.Broadcast()
}

// read is Read. The lock is held.
func (f *flow) read(b []byte, crashed *bool) (int, error) {
	for {
		switch {
		case f.gone:
			return 0, net.ErrClosed
		case *crashed:
			return 0, syscall.ECONNRESET
		case f.readBy.over():
			return 0, os.ErrDeadlineExceeded
		case len(b) == 0:
			return 0, nil
		case len(f.queue) > 0 && f.arrived(f.queue[0]):
			return f.take(b)
		case f.err != nil:
			return 0, f.err
		}
		f.watch()
		f.changed.Wait()
	}
}

// take reads from the first piece, which has arrived.
func (f *flow) take(b []byte) (int, error) {
	p := &f.queue[0]
	if len(p.data) == 0 {
		return 0, io.EOF // and again at the next Read
	}
	n := copy(b, p.data)
	p.data = p.data[n:]
	f.held -= n
	if len(p.data) == 0 {
		f.queue = f.queue[1:]
	}
	f.changed.Broadcast()
	return n, nil
}

// watch makes the arrival of the first piece wake who waits for it.
func (f *flow) watch() {
	if len(f.queue) == 0 || f.link.isCut {
		return
	}
	wait := time.Until(f.queue[0].at)
	if f.alarm == nil {
		f.alarm = time.AfterFunc(wait, f.wake)
	} else {
		f.alarm.Reset(wait)
	}
}

func (f *flow) wake() {
	f.link.mu.Lock()
	defer f.link.mu.Unlock()
	f.changed.Broadcast()
}

// write is Write. The lock is held.
func (f *flow) write(b []byte, crashed *bool) (n int, err error) {
	window := f.link.network.cfg.Window
	for {
		switch {
		case f.ended:
			return n, net.ErrClosed
		case *crashed:
			return n, syscall.ECONNRESET
		case f.err != nil:
			return n, f.err
		case f.gone && !f.void && !f.link.isCut:
			return n, syscall.EPIPE
		case f.writeBy.over():
			return n, os.ErrDeadlineExceeded
		}
		m := min(len(b)-n, window-f.held)
		if f.send(b[n : n+m]) {
			return n + m, syscall.ECONNRESET
		}
		if n += m; n == len(b) {
			return n, nil
		}
		f.changed.Wait()
	}
}

// send puts bytes on their way, in pieces. It reports whether the connection
// was reset meanwhile.
func (f *flow) send(b []byte) (reset bool) {
	for len(b) > 0 {
		if f.total >= f.boundary {
			f.next()
		}
		n := min(int64(len(b)), f.boundary-f.total)
		if f.resetAt >= 0 && f.total+n > f.resetAt {
			f.resetAt = -1
			f.link.reset()
			return true
		}
		data := append([]byte(nil), b[:n]...)
		b = b[n:]
		f.corrupt(data)
		f.total += n
		f.depart(data)
	}
	return false
}

// corrupt turns bits in data, which is written next.
func (f *flow) corrupt(data []byte) {
	for f.corruptAt >= 0 && f.corruptAt < f.total+int64(len(data)) {
		data[f.corruptAt-f.total] ^= 1 << f.faults.IntN(8)
		f.corruptAt = after(f.faults, f.corruptAt+1, f.link.network.cfg.CorruptAfter)
		f.link.network.count(func(s *Stats) { s.Corrupted++ })
	}
}

// next begins a new piece.
func (f *flow) next() {
	cfg := &f.link.network.cfg
	size := int64(1) << 40 // as much as is written at once
	if cfg.MaxPiece > 0 {
		size = 1 + f.chance.Int64N(int64(cfg.MaxPiece))
	}
	f.boundary = f.total + size
	f.jitter = 0
	if cfg.Jitter > 0 {
		f.jitter = time.Duration(f.chance.Int64N(int64(cfg.Jitter) + 1))
	}
}

// depart puts a piece, or the end, on its way.
func (f *flow) depart(data []byte) {
	cfg := &f.link.network.cfg
	f.link.network.count(func(s *Stats) { s.Bytes += len(data) })
	if f.void {
		f.held += len(data) // nobody says that it has come
		return
	}
	f.free = later(f.free, time.Now())
	if cfg.Bandwidth > 0 {
		f.free = f.free.Add(time.Duration(int64(len(data)) * int64(time.Second) / cfg.Bandwidth))
	}
	f.last = later(f.last, f.free.Add(max(cfg.Latency, 0)+f.jitter))
	f.queue = append(f.queue, piece{f.last, data})
	f.held += len(data)
	f.changed.Broadcast()
}
