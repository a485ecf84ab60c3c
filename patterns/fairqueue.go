package patterns

import (
	"math"
	"slices"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/ypipe"
)

// A fairQueue takes messages from pipes in turn, one message each
// ("SHALL receive incoming messages from its peers using a fair-queuing
// strategy", 28/REQREP and 30/PIPELINE). It is the taker of the sockets that do
// nothing more to receive: see [receiver.init].
//
// A pipe is active from when it may have something to read until it is found
// empty; it then sleeps until its log says otherwise.
type fairQueue struct {
	active []*pipe
	next   int // index of the pipe whose turn it is
}

// attach makes a new pipe known. The log of a connection that has nothing yet is
// put to sleep right away: while its reader is awake it holds memory to read to.
func (q *fairQueue) attach(p *pipe) {
	if p.port != nil {
		if _, _, ok := p.in.Peek(); !ok {
			return
		}
	}
	q.add(p)
}

// add makes p active.
func (q *fairQueue) add(p *pipe) {
	if !p.queued {
		p.queued, p.queue = true, q
		q.active = append(q.active, p)
	}
}

// remove forgets p. The others keep their turns.
func (q *fairQueue) remove(p *pipe) {
	i := slices.Index(q.active, p)
	if i < 0 {
		return
	}
	last, next := len(q.active)-1, q.next
	q.next = i
	q.drop()
	switch {
	case next == last && i != last: // its place is that of p now
		q.next = i
	case next < last:
		q.next = next
	}
}

// drop takes the pipe whose turn it is out of the active ones.
func (q *fairQueue) drop() {
	last := len(q.active) - 1
	q.active[q.next].queued = false
	q.active[q.next] = q.active[last]
	q.active[last] = nil
	q.active = q.active[:last]
	if q.next >= last {
		q.next = 0
	}
}

// step ends the turn of the current pipe.
func (q *fairQueue) step() {
	if q.next++; q.next >= len(q.active) {
		q.next = 0
	}
}

// first finds the pipe whose turn it is and takes the first frame of its next
// message. p is nil if no pipe has one.
func (q *fairQueue) first() (p *pipe, flags byte, body []byte) {
	for len(q.active) > 0 {
		p = q.active[q.next]
		flags, body, ok := p.in.Next()
		if ok {
			return p, flags, body
		}
		q.drop()
		p.asleep()
	}
	return nil, 0, nil
}

// take moves the next message into m, whose old frames are released.
func (q *fairQueue) take(m *zmq.Message) error {
	if len(q.active) > 0 && q.active[q.next].replace(m) {
		q.step()
		return nil
	}
	p, flags, body := q.first()
	if p == nil {
		return errWait
	}
	p.reuse(m)
	p.rest(m, flags, body)
	q.step()
	return nil
}

// takeBatch is take for several messages, as far as they are there, while they come from one pipe.
func (q *fairQueue) takeBatch(messages []*zmq.Message) (n int) {
	if len(q.active) != 1 {
		return 0
	}
	p := q.active[0]
	for _, m := range messages {
		if p.replace(m) {
			n++
			continue
		}
		flags, body, ok := p.in.Next()
		if !ok {
			q.drop()
			p.asleep()
			break
		}
		p.reuse(m)
		p.rest(m, flags, body)
		n++
	}
	return n
}

// takeAll moves to b what each pipe has in one piece.
func (q *fairQueue) takeAll(b *zmq.Batch) {
	for range len(q.active) {
		p := q.active[q.next]
		if !p.takeAll(b) {
			q.drop()
			p.asleep()
			continue
		}
		q.step()
	}
}

// takeAll moves to b what in has in one piece, and the rest of the message that goes on behind it. It reports false if there is nothing.
func (p *pipe) takeAll(b *zmq.Batch) bool {
	for most, open := math.MaxInt, true; open; most = 1 {
		run, ok := p.in.NextRun(most)
		if !ok {
			return false
		}
		if open = run.Open; run.Large == nil {
			b.AddRun(run.Frames, run.Owner, run.Messages)
			continue
		}
		ends := 1
		if open {
			ends = 0
		}
		b.AddRun(run.Frames, run.Owner, run.Messages-ends)
		b.AddRun(run.Large, p.in.Keep(), ends)
	}
	p.from() // which forgets who is no more
	return true
}

// replace is all that take does where m and the next message are alike, as with most: see [ypipe.Log.Replace]. It
// reports false if it has done nothing.
func (p *pipe) replace(m *zmq.Message) bool {
	body, ok := p.in.Replace(m.Sole())
	if !ok {
		return false
	}
	m.Renew(body)
	m.SetPeer(p.from())
	return true
}

// reuse empties m, whose memory may well be of the pipe's own current chunk.
func (p *pipe) reuse(m *zmq.Message) {
	if body, owner, ok := m.TakeView(); ok {
		p.in.GiveBack(body, owner)
		return
	}
	m.Reset()
}

// rest adds a frame and all that follow it in the same message to m.
func (p *pipe) rest(m *zmq.Message, flags byte, body []byte) {
	for {
		m.AppendView(body, p.in.Keep())
		if flags&ypipe.FlagMore == 0 {
			break
		}
		flags, body, _ = p.in.Next()
	}
	m.SetPeer(p.from())
}
