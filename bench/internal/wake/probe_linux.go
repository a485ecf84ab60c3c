package wake

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// pause is how long threads that are bound sleep between two rounds, at least: the other processor
	// has gone idle long before.
	pause = 50 * time.Microsecond

	// Spans of the three measurements. One on the same processor takes a few µs a round, and is hardly disturbed.
	shortSpan = 30 * time.Millisecond
	longSpan  = 100 * time.Millisecond

	// maxRounds bounds the memory of one, which is taken before it begins.
	maxRounds = 1 << 16
)

// Measure takes a quarter of a second. It is for a process that has nothing else to
// do: it calls the system without telling the runtime, whose own threads would be
// measured otherwise, and so switches garbage collection off, which would wait for ever
// for a thread that waits for one that has been stopped.
func Measure() Times {
	debug.SetGCPercent(-1)
	runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), freeThreads+2)) // the threads keep a right to run while they sleep
	all, cpus, err := allowed()
	if err != nil {
		return failed(err)
	}
	here, err := bound(cpus[0], cpus[0], shortSpan)
	if err != nil {
		return failed(err)
	}
	elsewhere, err := bound(cpus[0], cpus[1], longSpan)
	if err != nil {
		return failed(err)
	}
	anywhere := make([]unix.CPUSet, freeThreads)
	for i := range anywhere {
		anywhere[i] = all
	}
	free, err := play(anywhere, 0, longSpan)
	if err != nil {
		return failed(err)
	}
	return Times{Here: here, Elsewhere: elsewhere, Free: free[0].p50() / freeThreads, Crossed: crossed(free...), CPUs: cpus}
}

// bound returns the median in µs until a thread is awake that is bound to a processor, and woken by one that is as well. If it was
// elsewhere, or had not slept, that is an error: what it took would be no such wake-up.
func bound(waker, sleeper int, span time.Duration) (float64, error) {
	both, err := play([]unix.CPUSet{only(waker), only(sleeper)}, pause, span)
	if err != nil {
		return 0, err
	}
	want := 0.0
	if waker != sleeper {
		want = 1
	}
	if crossed(both...) != want {
		return 0, errors.New("the system did not keep a thread on its processor")
	}
	// The first one need not sleep: on the same processor the other one has its turn at once, and is done before it waits.
	if s := both[1]; 10*s.slept < 9*s.woken {
		return 0, fmt.Errorf("of %d wake-ups %d were of a thread that slept", s.woken, s.slept)
	}
	return both[1].p50(), nil
}

// allowed returns the processors that this thread may use, and the first two of them.
func allowed() (all unix.CPUSet, two [2]int, err error) {
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		return all, two, err
	}
	n := 0
	for cpu := 0; cpu < 8*int(unsafe.Sizeof(all)) && n < len(two); cpu++ {
		if all.IsSet(cpu) {
			two[n] = cpu
			n++
		}
	}
	if n < len(two) {
		return all, two, errors.New("there is one processor only, for this process")
	}
	return all, two, nil
}

func only(cpu int) (s unix.CPUSet) {
	s.Set(cpu)
	return s
}

// A ring is threads of which each sleeps until the one before wakes it, and then wakes the next. A round begins with the
// first, and ends when that is woken. They share nothing but what they wake each other with.
type ring struct {
	fds   []int // eventfds, which the threads wait for
	began time.Time
	pause time.Duration
	span  time.Duration
}

// play lets a ring go round for so long a time, with so long a pause before each round, in which the first thread stays awake.
// Each thread is on any of its processors.
// Returned is what each has counted, also if there is an error.
func play(cpus []unix.CPUSet, pause, span time.Duration) (all []thread, err error) {
	r := &ring{pause: pause, span: span, began: time.Now()}
	all = make([]thread, len(cpus))
	defer func() {
		for _, fd := range r.fds {
			unix.Close(fd)
		}
	}()
	for range cpus {
		fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
		if err != nil {
			return all, err
		}
		r.fds = append(r.fds, fd)
	}
	ready, start := make(chan error), make(chan bool)
	for i := range cpus {
		go func() {
			// Never unlocked: the thread ends with the goroutine, as nobody else should have one so bound.
			runtime.LockOSThread()
			ready <- unix.SchedSetaffinity(0, &cpus[i])
			if <-start {
				ready <- r.run(i, &all[i])
			}
		}()
	}
	for range cpus {
		err = errors.Join(err, <-ready)
	}
	for range cpus {
		start <- err == nil
	}
	if err != nil {
		return all, err
	}
	for range cpus {
		err = errors.Join(err, <-ready)
	}
	return all, err
}

// run is the life of thread i.
func (r *ring) run(i int, t *thread) error {
	t.took = make([]time.Duration, 0, maxRounds)
	before, err := waits()
	if err != nil {
		return err
	}
	if i == 0 {
		err = r.lead(t)
	} else {
		err = r.follow(i, t)
	}
	after, failure := waits()
	t.slept = after - before
	return errors.Join(err, failure)
}

// lead begins rounds, and notes what they take. Before each it lets the others sleep, without sleeping itself: so neither the clock's interrupt
// nor the way back from it is measured.
func (r *ring) lead(t *thread) error {
	for until := r.now() + r.span; r.now() < until && len(t.took) < maxRounds; {
		for since := r.now(); r.now()-since < r.pause; {
		}
		since := r.now()
		if err := r.notify(1, false); err != nil {
			return err
		}
		if _, err := r.await(0, t); err != nil {
			return err
		}
		t.took = append(t.took, r.now()-since)
	}
	if err := r.notify(1, true); err != nil {
		return err
	}
	_, err := r.await(0, t)
	return err
}

// follow notes how long after the one before has woken it thread i is awake.
func (r *ring) follow(i int, t *thread) error {
	for {
		c, err := r.await(i, t)
		if err != nil {
			return err
		}
		took := r.now() - c.sent()
		if !c.over() {
			t.took = append(t.took, took)
		}
		if err := r.notify((i+1)%len(r.fds), c.over()); err != nil || c.over() {
			return err
		}
	}
}

func (r *ring) now() time.Duration { return time.Since(r.began) }

// A call is the number by which an eventfd is raised, and which its reader gets: when that was, ns since the ring began, and in the lower bits
// the processor and whether it is the last one.
type call uint64

const (
	timeShift = 11
	overBit   = 1 << 10
)

func (c call) sent() time.Duration { return time.Duration(c >> timeShift) }
func (c call) from() int           { return int(c % overBit) }
func (c call) over() bool          { return c&overBit != 0 }

func (r *ring) notify(i int, over bool) error {
	c := call(processor() % overBit)
	if over {
		c |= overBit
	}
	c |= call(r.now()) << timeShift
	return transfer(unix.SYS_WRITE, r.fds[i], &c)
}

func (r *ring) await(i int, t *thread) (c call, err error) {
	if err := transfer(unix.SYS_READ, r.fds[i], &c); err != nil {
		return c, err
	}
	t.woken++
	if processor()%overBit != c.from() {
		t.crossed++
	}
	return c, nil
}

// waits returns how often this thread has waited.
func waits() (int, error) {
	var u unix.Rusage
	err := unix.Getrusage(unix.RUSAGE_THREAD, &u)
	return int(u.Nvcsw), err
}

func processor() int {
	var cpu uint32
	unix.RawSyscall(unix.SYS_GETCPU, uintptr(unsafe.Pointer(&cpu)), 0, 0)
	return int(cpu)
}

// transfer reads or writes an eventfd's eight bytes.
func transfer(number uintptr, fd int, c *call) error {
	for {
		_, _, e := unix.RawSyscall(number, uintptr(fd), uintptr(unsafe.Pointer(c)), unsafe.Sizeof(*c))
		switch e {
		case 0:
			return nil
		case unix.EINTR: // a signal of the runtime's own
		default:
			return e
		}
	}
}
