package patterns

import "github.com/zeroactor/zmq"

// A loadBalancer gives messages to pipes in turn, passing over those that are
// at their high-water mark ("SHALL distribute outgoing messages using a
// round-robin strategy", 28/REQREP and 30/PIPELINE). It is the putter of the
// sockets that do nothing more to send: see [sender.init].
type loadBalancer struct {
	active []*pipe // that have room as far as known
	next   int
	found  *pipe // full, last
}

// add makes p one of those that take messages.
func (b *loadBalancer) add(p *pipe) {
	if !p.balanced {
		p.balanced = true
		b.active = append(b.active, p)
	}
}

// remove takes p out.
func (b *loadBalancer) remove(p *pipe) {
	for i, a := range b.active {
		if a == p {
			b.drop(i)
			return
		}
	}
}

func (b *loadBalancer) drop(i int) {
	last := len(b.active) - 1
	b.active[i].balanced = false
	b.active[i] = b.active[last]
	b.active[last] = nil
	b.active = b.active[:last]
	if b.next >= last {
		b.next = 0
	}
}

// pick returns the pipe for the next message, or nil if all are full. A full
// pipe is left out until its log says that it has room.
func (b *loadBalancer) pick() *pipe {
	for len(b.active) > 0 {
		p := b.active[b.next]
		if !p.out.Full() {
			return p
		}
		b.drop(b.next)
		b.found = p
	}
	return nil
}

// full returns the pipe that pick found full last, once.
func (b *loadBalancer) full() *pipe {
	p := b.found
	b.found = nil
	return p
}

// put gives a message to the pipe whose turn it is.
func (b *loadBalancer) put(o outgoing) error {
	p := b.pick()
	if p == nil {
		return errWait
	}
	if size := o.lastSize(); size < lendMin {
		p.send(o, 0)
		p.pace()
	} else if err := p.putLarge(o, size); err != nil {
		return err
	}
	b.step()
	return nil
}

// putQuick is put of a message of one frame, if there is one pipe and [ypipe.Log.Put] does it.
func (b *loadBalancer) putQuick(body []byte) bool {
	return len(b.active) == 1 && b.active[0].out.Put(body)
}

// giveQuick is putQuick of a large body that m has by reference, to a socket of the same process: to connections its sender may write itself.
// It empties m.
func (b *loadBalancer) giveQuick(m *zmq.Message) bool {
	if len(b.active) != 1 || b.active[0].port != nil || len(m.Frame(0)) <= shareMin {
		return false
	}
	body, owner, ok := m.TakeView()
	if ok && !b.active[0].out.PutOwned(body, owner) {
		m.AppendView(body, owner)
		return false
	}
	return ok
}

// putBatch gives messages to the pipes in turn, and returns how many had room.
func (b *loadBalancer) putBatch(messages []*zmq.Message) (n int) {
	for n < len(messages) {
		p := b.pick()
		if p == nil {
			break
		}
		turn := 1
		if len(b.active) == 1 {
			turn = min(p.out.Burst(), len(messages)-n)
		}
		for _, m := range messages[n : n+turn] {
			if m.Len() != 1 || !p.out.Add(m.Frame(0)) {
				appendMessage(p.out, m, 0)
				p.out.EndMessage()
			}
		}
		p.publish()
		n += turn
		b.step()
	}
	return n
}

// putAll gives the messages of a batch to the pipes in turn, while they have room, and removes them.
func (b *loadBalancer) putAll(batch *zmq.Batch) {
	for batch.Len() > 0 {
		p := b.pick()
		if p == nil {
			return
		}
		turn := 1
		if len(b.active) == 1 {
			turn = batch.Len()
		}
		run, whole := batch.Front()
		if n, messages := p.out.AppendRun(run, whole, turn); messages > 0 {
			batch.Drop(n, messages)
		} else {
			appendFirst(p.out, batch)
		}
		p.publish()
		b.step()
	}
}

// step ends the turn of the pipe that pick returned.
func (b *loadBalancer) step() {
	if b.next++; b.next >= len(b.active) {
		b.next = 0
	}
}
