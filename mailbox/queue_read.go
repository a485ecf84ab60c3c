package mailbox

// Next takes the oldest item, if there is one. Reader only.
func (q *Queue[T]) Next() (v T, ok bool) {
	if q.hand.n == 0 && !q.refill() {
		return v, false
	}
	v = q.hand.pop()
	q.taken++
	if q.taken-q.given >= int64(q.limits.HWM/creditSteps) {
		q.give()
	}
	return v, true
}

// Taken returns how many items have been taken. Reader only.
func (q *Queue[T]) Taken() int64 { return q.taken }

// refill fills the reader's hand, if there is anything.
func (q *Queue[T]) refill() bool {
	if q.taken != q.given {
		q.give()
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.in.n == 0 {
		return false
	}
	if q.limits.Single {
		q.hand.push(q.in.pop())
	} else {
		q.in, q.hand = q.hand, q.in
	}
	return true
}

// give gives credit for all that was taken, and wakes those who wait for it.
func (q *Queue[T]) give() {
	q.given = q.taken
	q.begun.Store(q.taken)
	want := q.want.Load()
	if want == 0 || q.taken < want {
		return
	}
	q.mu.Lock()
	q.want.Store(0)
	q.seldom().line.WakeAll()
	q.mu.Unlock()
}

// Urgent reports whether there are commands. Reader only.
func (q *Queue[T]) Urgent() bool { return q.urgent.Load() != 0 }

// Commands takes all commands, oldest first. Reader only.
func (q *Queue[T]) Commands() []func() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.urgent.Store(0)
	if q.rare == nil {
		return nil
	}
	all := q.rare.commands
	q.rare.commands = nil
	return all
}

// Sleep sends the reader away, unless there is something to do: it returns true if
// the caller must end now, and leave the queue to the next run. Who is deaf is
// woken by commands only. Reader only.
func (q *Queue[T]) Sleep(isDeaf bool) bool {
	if q.taken != q.given {
		q.give()
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.urgent.Load() != 0 || !isDeaf && (q.in.n > 0 || q.hand.n > 0) {
		return false
	}
	q.away = asleep
	if isDeaf {
		q.away = deaf
	}
	return true
}

// Leave sends the reader away, and starts another if there is something to do.
// Reader only.
func (q *Queue[T]) Leave() {
	if !q.Sleep(false) {
		start(q.run)
	}
}

// Finish ends the reader for good, unless there are commands: then it returns
// false. The queue must be closed, and should be empty. Reader only.
func (q *Queue[T]) Finish() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.urgent.Load() != 0 {
		return false
	}
	q.seldom().over = true
	return true
}

// A ring is a queue that grows. Its capacity is a power of two.
type ring[T any] struct {
	buf  []T
	head uint32
	n    uint32
}

// firstRing is the capacity that a ring begins with: the queue of an actor that
// gets a message now and then is to be small.
const firstRing = 4

func (r *ring[T]) push(v T) {
	if int(r.n) == len(r.buf) {
		r.grow()
	}
	r.buf[(r.head+r.n)&uint32(len(r.buf)-1)] = v
	r.n++
}

func (r *ring[T]) grow() {
	buf := make([]T, max(firstRing, 2*len(r.buf)))
	for i := range r.n {
		buf[i] = r.buf[(r.head+i)&uint32(len(r.buf)-1)]
	}
	r.buf, r.head = buf, 0
}

// pop takes the oldest item, which there must be.
func (r *ring[T]) pop() (v T) {
	at := &r.buf[r.head&uint32(len(r.buf)-1)]
	v, *at = *at, v // keep nothing alive
	r.head++
	r.n--
	return v
}
