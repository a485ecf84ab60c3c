package mailbox

// Post gives the reader a command. It returns false if the reader is gone for
// good. Any goroutine may call it.
func (q *Queue[T]) Post(command func()) bool {
	q.mu.Lock()
	if q.over {
		q.mu.Unlock()
		return false
	}
	r := q.seldom()
	r.commands = append(r.commands, command)
	q.urgent.Store(1) // before the look at whether the reader is asleep; that falls asleep before it looks at this
	wake := q.deaf || q.rouse()
	q.deaf = false
	q.mu.Unlock()
	if wake {
		start(q.run)
	}
	return true
}

// Close lets nothing more in, and sends away those who wait. What is in the queue
// remains. Any goroutine may call it, and more than once.
func (q *Queue[T]) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.bar()
	if q.rare != nil {
		q.rare.line.WakeAll()
	}
}

// Counts are a queue's figures.
type Counts struct {
	Put     int64   // items put so far, without those that were displaced
	Taken   int64   // items taken, less up to a quarter of the high-water mark
	Next    int64   // number that the next item gets
	Oldest  int64   // number of the oldest item that is left, less up to a quarter of the high-water mark
	Outcome Outcome // that one more item would have
	Awake   bool    // the reader is at work
}

// Counts returns the queue's figures. Any goroutine may ask.
func (q *Queue[T]) Counts() Counts {
	q.mu.Lock()
	defer q.mu.Unlock()
	given := q.given.Load() // before the other, which so is not behind it
	t := q.tail.Load()
	put := t / numbered
	o := Queued
	switch {
	case q.closed:
		o = Closed
	case put-given >= uint64(q.limits.hwm()):
		o = Full
	}
	c := Counts{Next: int64(put), Oldest: int64(given), Outcome: o, Awake: !q.deaf && t&asleep == 0}
	if q.rare != nil {
		put, given = put-q.rare.displaced, given-q.rare.displaced
	}
	c.Put, c.Taken = int64(put), int64(given)
	return c
}

// WhileAway calls f in place of the reader, if there is none now: it may touch what is the
// reader's, and must not use the queue. It returns false if there is one. Any goroutine
// may call it.
func (q *Queue[T]) WhileAway(f func()) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	defer q.unbar(q.bar()) // an item would wake it
	if !q.deaf && q.tail.Load()&asleep == 0 {
		return false
	}
	f()
	return true
}

// Seize closes a queue whose reader is asleep, and makes the caller the reader. It
// returns false, and does nothing, if the reader is awake, or deaf. Any goroutine may
// call it.
func (q *Queue[T]) Seize() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	was := q.bar()
	if !q.rouse() {
		q.unbar(was)
		return false
	}
	q.closed = true
	return true
}

// Finish ends the reader for good, unless there are commands: then it returns
// false. The queue must be closed, and should be empty. Reader only.
func (q *Queue[T]) Finish() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.urgent.Load() != 0 {
		return false
	}
	q.over = true
	return true
}
