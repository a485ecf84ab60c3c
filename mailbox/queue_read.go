package mailbox

// Next takes the oldest item, if there is one. Reader only.
func (q *Queue[T]) Next() (v T, ok bool) {
	if !q.Look() {
		return v, false
	}
	return q.Held()
}

// Look reports whether there is anything to take. Reader only.
func (q *Queue[T]) Look() bool {
	if q.hand.n == 0 {
		q.mu.Lock()
		q.settle()
		q.refill()
		q.mu.Unlock()
	}
	return q.hand.n > 0
}

// Held is Next, of what Next, Look or Sleep has found: it does without a look at what
// writers do. Reader only.
func (q *Queue[T]) Held() (v T, ok bool) {
	if q.hand.n == 0 {
		return v, false
	}
	v = q.hand.pop()
	q.taken++
	if q.given.to(position(q.taken)) >= q.limits.HWM/creditSteps {
		q.give()
	}
	return v, true
}

// Taken returns how many items have been taken. Reader only.
func (q *Queue[T]) Taken() int64 { return q.taken }

// refill fills the reader's hand, which is empty, if there is anything. mu is held.
func (q *Queue[T]) refill() {
	switch {
	case q.in.n == 0:
	case q.limits.Single:
		q.hand.push(q.in.pop())
	default:
		q.in, q.hand = q.hand, q.in
	}
}

// settle gives credit for all that was taken. mu is held, and the reader calls it.
func (q *Queue[T]) settle() {
	q.given = position(q.taken)
	q.seen = q.given
	q.wakeWriters()
}

// give gives credit for all that was taken, without the lock. A writer that begins to
// wait at that moment may go unnoticed; there is more to come then, and settle at the
// end of it.
func (q *Queue[T]) give() {
	q.given = position(q.taken)
	q.begun.Store(int32(q.given))
	if q.due() {
		q.mu.Lock()
		q.wakeWriters()
		q.mu.Unlock()
	}
}

// due reports whether writers that wait are to be woken.
func (q *Queue[T]) due() bool {
	want := position(q.want.Load())
	return want != 0 && want.to(q.given) >= 0
}

// wakeWriters wakes those who wait, if it is time. mu is held.
func (q *Queue[T]) wakeWriters() {
	if q.due() {
		q.want.Store(0)
		q.seldom().line.WakeAll()
	}
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
// the caller must end now, and leave the queue to the next run. If it returns false,
// what there is to take is held. Who is deaf is woken by commands only. Reader only.
func (q *Queue[T]) Sleep(isDeaf bool) bool {
	q.mu.Lock()
	q.settle()
	if q.hand.n == 0 && !isDeaf {
		q.refill()
	}
	asleepNow := q.urgent.Load() == 0 && (isDeaf || q.hand.n == 0)
	switch {
	case !asleepNow:
	case isDeaf:
		q.away = deaf
	default:
		q.away = asleep
	}
	q.mu.Unlock()
	return asleepNow
}

// Leave sends the reader away, and starts another if there is something to do.
// Reader only.
func (q *Queue[T]) Leave() {
	if !q.Sleep(false) {
		start(q.run)
	}
}

// Seize closes a queue whose reader is asleep, and makes the caller the reader. It
// returns false, and does nothing, if the reader is awake, or deaf. Any goroutine may
// call it.
func (q *Queue[T]) Seize() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.away != asleep {
		return false
	}
	q.away = awake
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
