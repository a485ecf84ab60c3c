package mailbox

// An Outcome says what became of an item that was to be put into a [Queue].
type Outcome uint8

const (
	Queued Outcome = iota // it is in the queue
	Full                  // the queue is at its high-water mark
	Closed                // the queue takes no more
)

// creditSteps is how often a reader gives credit while it takes as many items as
// the high-water mark: often enough that writers need not stop.
const creditSteps = 4

// A Queue is a bounded queue from many writers to one reader that has a goroutine
// only while there is something to do. Writers that find it full may wait until it
// has drained to its low-water mark. Commands go past the items.
//
// Items lie in a ring. A writer is given the number of its item, and so the place, by one
// compare-and-swap, fills the place and says so in it. As the number is in one word with whether the reader
// is asleep, that is all: who has taken its sleep away with the number is to wake it, and it cannot fall asleep
// over a number that has been given. What happens rarely is done under a lock, which keeps the
// writers out by a flag in the same word. The zero Queue is to be set up with [Queue.Init], and must not be
// copied then.
type Queue[T any] struct {
	// For writers. All of it is in one line of the cache, to which the reader does not write for each item.
	tail  atomicUint64           // how many numbers have been given, times numbered, with asleep and barred
	ring  atomicPointer[ring[T]] // where the next item goes, or nil; changes with tail barred
	given released               // number of items taken for which credit has been given. Reader only, or in Single queues under mu
	want  atomicUint64           // number of items taken at which writers that wait are woken, or 0

	mu     mutex
	rare   *rare // what few queues need; nil until one does. Guarded by mu
	closed bool  // guarded by mu
	over   bool  // the reader is gone for good. Guarded by mu
	deaf   bool  // the reader is away until there is a command. Guarded by mu

	limits *Limits // set at birth

	// Reader only, but where it says otherwise.
	run   func()                 // set at birth
	taken uint64                 // number of items taken; in Single queues without those that were displaced
	due   uint64                 // number of items taken at which credit is to be given
	from  atomicPointer[ring[T]] // where the next item is, or will be; nil until there was one. The first one is set by who makes it

	urgent atomicInt32 // 1 while there are commands. For all, and here as the reader looks at it often
}

// What is in tail beside the number.
const (
	asleep   = 1 << iota // the reader is away until there is an item or a command; who takes that away has the reader run
	barred               // items are put under the lock only
	numbered             // one item
)

// MaxHWM is the highest high-water mark there is; a higher one counts as this.
const MaxHWM = 1 << 30

// rare is what is in a queue only if somebody had to wait, or sent a command, or an item was displaced.
type rare struct {
	line      WaitList
	commands  []func()
	displaced uint64 // number of items
}

// Limits are those of a queue. Many queues may share them.
type Limits struct {
	HWM int // items that may be in the queue, 1 to MaxHWM
	LWM int // items left at which writers that wait go on; less than HWM

	// Single has the reader take items one at a time, so that all but the one in
	// its hand can be displaced by newer ones. That takes a lock for each.
	Single bool
}

func (l *Limits) hwm() int { return min(l.HWM, MaxHWM) }

// Init sets up a queue whose reader is the caller, until [Queue.Sleep] has
// returned true or [Queue.Leave] been called. After that, run is called on a
// goroutine of its own when there is something for the reader, which run then is.
func (q *Queue[T]) Init(limits *Limits, run func()) {
	q.limits = limits
	q.run = run
	q.tail.Store(barred) // as there is no ring
}

// Put adds v, if there is room. Any goroutine may call it.
func (q *Queue[T]) Put(v T) Outcome {
	o, wake := q.PutQuietly(v)
	if wake {
		q.Begin()
	}
	return o
}

// PutQuietly is Put, but leaves a reader that was asleep to the caller: then wake is true, and
// the caller is to call [Queue.Begin], or to do on a goroutine of its own what the queue was told to
// run. Any goroutine may call it.
func (q *Queue[T]) PutQuietly(v T) (o Outcome, wake bool) {
	for {
		t := q.tail.Load()
		if t&barred != 0 {
			return q.putSlowly(v)
		}
		r := q.ring.Load()
		// Credit is looked at after the number: there may be more of it than was used up then,
		// which makes this a huge number, but the swap fail.
		if n := t/numbered - q.given.Load(); n >= r.limit && n <= MaxHWM {
			if n >= uint64(q.limits.hwm()) {
				return Full, false
			}
			return q.putSlowly(v)
		}
		if q.tail.CompareAndSwap(t, t&^asleep+numbered) {
			r.at(t/numbered).put(t/numbered, v) // that is the ring still: who puts another there takes a number as well
			return Queued, t&asleep != 0
		}
	}
}

// Begin runs the reader on a goroutine of its own, after a [Queue.PutQuietly] that has said so.
func (q *Queue[T]) Begin() { start(q.run) }

// putSlowly is PutQuietly under the lock, and makes a ring if there is none or it is too small.
func (q *Queue[T]) putSlowly(v T) (o Outcome, wake bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return Closed, false
	}
	was := q.bar()
	n := was/numbered - q.given.Load()
	if n >= uint64(q.limits.hwm()) {
		q.unbar(was)
		return Full, false
	}
	return Queued, q.append(was, n, v)
}

// append adds v to a queue that is barred and has n items. The queue is barred no more after that, but for a
// Single one. It reports whether the caller is to have the reader run. mu is held.
func (q *Queue[T]) append(was, n uint64, v T) (wake bool) {
	number := was / numbered
	r := q.ring.Load()
	if r == nil || n >= uint64(len(r.places)) {
		r = q.grow(r, number)
	}
	stays := uint64(0)
	if r.single {
		stays = barred
	}
	for {
		t := q.tail.Load() // the reader may fall asleep meanwhile
		if q.tail.CompareAndSwap(t, (t&^(asleep|barred)|stays)+numbered) {
			r.at(number).put(number, v) // and not before, as the reader takes what is there
			return t&asleep != 0
		}
	}
}

// grow puts a larger ring in the place of old, from that number on. tail is barred. mu is held.
func (q *Queue[T]) grow(old *ring[T], number uint64) *ring[T] {
	size := firstRing
	if old != nil {
		size = 2 * len(old.places)
	}
	r := newRing[T](size, number, q.limits)
	if old == nil {
		q.from.Store(r)
	} else {
		old.next.Store(r)
	}
	q.ring.Store(r)
	return r
}

// bar keeps writers out that do not have the lock, and returns what tail was. mu is held.
func (q *Queue[T]) bar() (was uint64) {
	for {
		t := q.tail.Load()
		if t&barred != 0 || q.tail.CompareAndSwap(t, t|barred) {
			return t
		}
	}
}

// unbar lets them in again, if they were when tail was was. mu is held.
func (q *Queue[T]) unbar(was uint64) {
	for was&barred == 0 {
		t := q.tail.Load() // the reader may have fallen asleep
		if q.tail.CompareAndSwap(t, t&^barred) {
			return
		}
	}
}

// rouse takes the reader's sleep away. It reports whether it was asleep: the caller is to have it run then. mu
// is held.
func (q *Queue[T]) rouse() bool {
	for {
		t := q.tail.Load()
		if t&asleep == 0 {
			return false
		}
		if q.tail.CompareAndSwap(t, t&^asleep) {
			return true
		}
	}
}

// seldom returns q.rare. mu is held.
func (q *Queue[T]) seldom() *rare {
	if q.rare == nil {
		q.rare = new(rare)
	}
	return q.rare
}
