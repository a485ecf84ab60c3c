package mailbox

import "context"

// An Outcome says what became of an item that was to be put into a [Queue].
type Outcome uint8

const (
	Queued Outcome = iota // it is in the queue
	Full                  // the queue is at its high-water mark
	Closed                // the queue takes no more
)

// How a reader may be away.
const (
	awake  = iota
	asleep // until there is an item or a command
	deaf   // until there is a command
)

// creditSteps is how often a reader gives credit while it takes as many items as
// the high-water mark: often enough that writers need not stop.
const creditSteps = 4

// A Queue is a bounded queue from many writers to one reader that has a goroutine
// only while there is something to do. Writers that find it full may wait until it
// has drained to its low-water mark. Commands go past the items.
//
// Items lie in two rings, of which writers fill one under a lock and the reader
// empties the other without; when it has, they change places. So the lock is
// taken once an item by writers, and once a batch by the reader. While the reader is
// asleep both are empty, and who wakes it puts the item into its hand. The zero Queue
// is to be set up with [Queue.Init], and must not be copied then.
type Queue[T any] struct {
	mu mutex

	// Guarded by mu.
	in     ring[T]
	rare   *rare    // what few queues need; nil until one does
	put    int64    // items put so far, without those that were displaced
	seen   position // items known to be taken
	away   uint8
	closed bool
	over   bool // the reader is gone for good

	// Set at birth.
	limits *Limits
	run    func()

	// Reader only.
	hand  ring[T]
	taken int64
	given position // items taken for which credit has been given

	begun atomicInt32 // given, for writers; behind seen where that was told under the lock
	want  atomicInt32 // number of items taken at which writers that wait are woken, or 0

	urgent atomicInt32 // 1 while there are commands
}

// A position is a number of items, but for its upper half: there are fewer than MaxHWM
// between those that are compared, and many queues.
type position int32

// MaxHWM is the highest high-water mark there is; a higher one counts as this.
const MaxHWM = 1 << 30

// to returns how many items there are from p to a later one.
func (p position) to(later position) int { return int(later - p) }

// rare is what is in a queue only if somebody had to wait, or sent a command.
type rare struct {
	line     WaitList
	commands []func()
}

// Limits are those of a queue. Many queues may share them.
type Limits struct {
	HWM int // items that may be in the queue, 1 to MaxHWM
	LWM int // items left at which writers that wait go on; less than HWM

	// Single has the reader take items one at a time, so that all but the one in
	// its hand can be displaced by newer ones.
	Single bool
}

// Init sets up a queue whose reader is the caller, until [Queue.Sleep] has
// returned true or [Queue.Leave] been called. After that, run is called on a
// goroutine of its own when there is something for the reader, which run then is.
func (q *Queue[T]) Init(limits *Limits, run func()) {
	q.limits = limits
	q.run = run
}

// Put adds v, if there is room. Any goroutine may call it.
func (q *Queue[T]) Put(v T) Outcome {
	q.mu.Lock()
	if o := q.admits(); o != Queued {
		q.mu.Unlock()
		return o
	}
	if q.push(v) {
		start(q.run)
	}
	return Queued
}

// PutQuietly is Put, but leaves a reader that was asleep to the caller: then wake is true, and
// the caller is to call [Queue.Begin], or to do on a goroutine of its own what the queue was told to
// run. Any goroutine may call it.
func (q *Queue[T]) PutQuietly(v T) (o Outcome, wake bool) {
	q.mu.Lock()
	if o := q.admits(); o != Queued {
		q.mu.Unlock()
		return o, false
	}
	return Queued, q.push(v)
}

// Begin runs the reader on a goroutine of its own, after a [Queue.PutQuietly] that has said so.
func (q *Queue[T]) Begin() { start(q.run) }

// A Watch does the waiting for room of one call of [Queue.PutWait], so that it knows
// of it. Wait is called without locks; it must call w's Wait with ctx, and return its
// error, or one of its own if [Queue.Nudge] has woken w for that.
type Watch interface {
	// Wait waits by w.
	Wait(ctx context.Context, w *Waiter) error
}

// PutWait adds v once there is room. If ctx is done first, it returns Full and the
// cause. watch, if it is not nil, does the waiting; its error comes with Full as well.
// Any goroutine may call it.
func (q *Queue[T]) PutWait(ctx context.Context, v T, watch Watch) (Outcome, error) {
	q.mu.Lock()
	for {
		switch q.admits() {
		case Closed:
			q.mu.Unlock()
			return Closed, nil
		case Queued:
			if q.push(v) {
				start(q.run)
			}
			return Queued, nil
		}
		if !q.arm() {
			continue
		}
		w := q.seldom().line.Join()
		q.mu.Unlock()
		var err error
		if watch == nil {
			err = w.Wait(ctx)
		} else {
			err = watch.Wait(ctx, w)
		}
		q.mu.Lock()
		q.rare.line.Leave(w)
		if err != nil { // no wake-up is wasted by that: all are woken at once
			q.mu.Unlock()
			return Full, err
		}
	}
}

// Waits reports whether w, which must be in a [Watch] still, has not been woken. Any
// goroutine may call it.
func (q *Queue[T]) Waits(w *Waiter) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return w.waiting
}

// Nudge wakes w, which must be in a [Watch] still, if nothing else has.
// It tries again then. Any goroutine may call it.
func (q *Queue[T]) Nudge(w *Waiter) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if w.waiting {
		q.rare.line.unlink(w)
		w.woken.set()
	}
}

// Displace adds v, in place of the oldest item if there is no room: that one is
// returned then. Any goroutine may call it. The queue must be a single one.
func (q *Queue[T]) Displace(v T) (old T, displaced bool, o Outcome) {
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return old, false, Closed
	}
	if int(q.in.n) >= q.limits.HWM { // by credit it might be full, and what the reader has in its hand be the only one
		old, displaced = q.in.pop(), true
		q.put--
	}
	if q.push(v) {
		start(q.run)
	}
	return old, displaced, Queued
}

// admits says what would become of an item. mu is held.
func (q *Queue[T]) admits() Outcome {
	if q.closed {
		return Closed
	}
	if hwm := min(q.limits.HWM, MaxHWM); q.seen.to(position(q.put)) >= hwm {
		if q.look(); q.seen.to(position(q.put)) >= hwm {
			return Full
		}
	}
	return Queued
}

// look brings seen up to date. mu is held.
func (q *Queue[T]) look() {
	if begun := position(q.begun.Load()); q.seen.to(begun) > 0 {
		q.seen = begun
	}
}

// push adds v and gives mu back. It reports whether the caller is to have the reader run.
func (q *Queue[T]) push(v T) (wake bool) {
	q.put++
	if q.away != asleep {
		q.in.push(v)
		q.mu.Unlock()
		return false
	}
	q.away = awake
	q.hand.push(v)
	q.mu.Unlock()
	return true
}

// arm has the reader wake those who wait when it comes to the low-water mark. It
// returns false if it has come there already. mu is held.
func (q *Queue[T]) arm() bool {
	want := position(q.put - int64(q.limits.LWM))
	if want == 0 {
		want-- // rather a message too early
	}
	q.want.Store(int32(want))
	q.look()
	return q.seen.to(want) > 0
}

// seldom returns q.rare. mu is held.
func (q *Queue[T]) seldom() *rare {
	if q.rare == nil {
		q.rare = new(rare)
	}
	return q.rare
}

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
	q.urgent.Store(1)
	wake := q.away != awake
	q.away = awake
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
	if q.rare != nil {
		q.rare.line.WakeAll()
	}
}

// Counts are a queue's figures.
type Counts struct {
	Put     int64   // items put so far, without those that were displaced
	Taken   int64   // items taken, less up to a quarter of the high-water mark
	Outcome Outcome // that one more item would have
	Awake   bool    // the reader is at work
}

// Counts returns the queue's figures. Any goroutine may ask.
func (q *Queue[T]) Counts() Counts {
	q.mu.Lock()
	defer q.mu.Unlock()
	o := q.admits()
	q.look()
	taken := q.put - int64(q.seen.to(position(q.put)))
	return Counts{Put: q.put, Taken: taken, Outcome: o, Awake: q.away == awake}
}

// WhileAway calls f in place of the reader, if there is none now: it may touch what is the
// reader's, and must not use the queue. It returns false if there is one. Any goroutine
// may call it.
func (q *Queue[T]) WhileAway(f func()) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.away == awake {
		return false
	}
	f()
	return true
}
