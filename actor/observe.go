package actor

import "time"

// What costs time to measure is measured of an actor only once somebody has looked at
// it, by a Snapshot or Tree: then the activation notes when it begins and ends, and each look
// how far the mailbox was.

// maxSightings bounds what is remembered of earlier looks.
const maxSightings = 16

// A clock is what is measured of an actor. It is guarded by node.mu.
type clock struct {
	begun time.Time     // when it was looked at first
	busy  time.Duration // in activations that have ended
	since time.Time     // when the present activation began; zero if there is none
	looks looks
}

// looks are earlier looks at a queue of which something may be left, oldest first.
type looks []sighting

// A sighting is how many items had come at a time.
type sighting struct {
	at  time.Time
	put int64
}

// clock returns the clock, and whether it is new: whoever asked for that is to have the
// activation use it. node.mu is held.
func (c *core) clock() (k *clock, isNew bool) {
	rare := c.seldom()
	if rare.clock == nil {
		rare.clock = &clock{begun: time.Now()}
		return rare.clock, true
	}
	return rare.clock, false
}

// startClock notes that an activation begins.
func (c *core) startClock() {
	now := time.Now()
	c.node.mu.Lock()
	defer c.node.mu.Unlock()
	if k, _ := c.clock(); k.since.IsZero() {
		k.since = now
	}
}

// stopClock notes that it is about to end.
func (c *core) stopClock() {
	now := time.Now()
	c.node.mu.Lock()
	defer c.node.mu.Unlock()
	if k, _ := c.clock(); !k.since.IsZero() {
		k.busy += now.Sub(k.since)
		k.since = time.Time{}
	}
}

// sleep is q.Sleep with the clock stopped, if there is one.
func (c *cell[M]) sleep(isDeaf bool) bool {
	if !c.timed {
		return c.q.Sleep(isDeaf)
	}
	c.stopClock()
	if c.q.Sleep(isDeaf) {
		return true
	}
	c.startClock()
	return false
}

// observe fills in what is measured, and has it be measured from now on. The numbers are those that the
// next message gets, and that the oldest one has that is left.
func (c *cell[M]) observe(m *MailboxSnapshot, next, oldest int64) {
	now := time.Now()
	c.node.mu.Lock()
	k, isNew := c.clock()
	m.Busy, m.Observed = k.busy, now.Sub(k.begun)
	if !k.since.IsZero() {
		m.Busy += now.Sub(k.since)
	}
	m.Age = k.looks.see(now, next, oldest)
	c.node.mu.Unlock()
	if !isNew {
		return
	}
	if c.q.WhileAway(func() { c.timed = true }) {
		return
	}
	c.startClock() // it is at work, and need not heed the command soon
	c.q.Post(func() {
		c.timed = true
		c.startClock()
	})
}

// see notes a look, and returns for how long at least the oldest item has waited: since the first look
// that found more items put than have been taken now.
func (l *looks) see(now time.Time, put, taken int64) (age time.Duration) {
	all := *l
	for len(all) > 0 && all[0].put <= taken {
		all = all[1:]
	}
	if len(all) > 0 {
		age = now.Sub(all[0].at)
	}
	if put > taken && (len(all) == 0 || all[len(all)-1].put != put) {
		if len(all) == maxSightings { // every other one is good enough
			kept := all[:0]
			for i := 0; i < maxSightings; i += 2 {
				kept = append(kept, all[i])
			}
			all = kept
		}
		all = append(all, sighting{now, put})
	}
	*l = all
	return age
}
