package proptest

// What twins know of messages that go through a device.

// uncertain reports whether what a socket sends may be lost, or stay on its way
// for ever, because of those who are, or are not, there to get it.
func (b *twinBase) uncertain(who int) bool {
	if b.doubtful(who) {
		return true
	}
	if !b.proxied() {
		return false
	}
	_, far := b.gate(who)
	for _, j := range b.opposite(who) {
		if b.wavers(far, j, b.exclusive) {
			return true
		}
	}
	return false
}

// most returns how many messages of a socket there is room for on their way to
// others; -1 if there is no limit that is known. With a device they count against
// the marks on both sides of it, and it has some in hand.
func (b *twinBase) most(who int, others []int) (most int) {
	const inHand = 128 // one batch
	from := who
	if b.proxied() {
		near, far := b.gate(who)
		if _, most = b.capacity(who, near); most < 0 {
			return -1
		}
		most, from = most+inHand, far
	}
	for _, j := range others {
		_, n := b.capacity(from, j)
		if n < 0 {
			return -1
		}
		most += n
	}
	return most
}

// unread reports whether one of two sockets may not have read yet all that the
// other one has sent. A gate of a device reads nothing while it can hand on
// nothing, to whomever.
func (b *twinBase) unread(i, j int) bool {
	if !b.isGate(i) && !b.isGate(j) {
		return len(b.outstanding(i, j))+len(b.outstanding(j, i)) > 0
	}
	for from := range b.sockets {
		if len(b.waiting(from)) > 0 {
			return true
		}
	}
	return false
}

// roomy reports whether the pipe from one socket to another, through which others may
// send as well, takes one more of so many messages for sure. One that was full takes
// nothing before half of it is free.
func (b *twinBase) roomy(from, to, messages int) bool {
	n, _ := b.capacity(from, to)
	return n == 0 || messages <= max(1, n/2)
}

// nobodyFor reports whether a message may have stayed at a device, since nobody is
// there who could get it.
func (b *twinBase) nobodyFor(e *entry) bool {
	if !b.proxied() {
		return false
	}
	_, far := b.gate(e.from)
	for j := range e.to {
		if b.topology.settled[far][j] && b.alive[j] {
			return false
		}
	}
	return true
}
