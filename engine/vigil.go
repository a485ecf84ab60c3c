package engine

import "runtime"

const (
	// vigilFrom is how many bytes the last read had at least, if the next ones are expected at once, and vigilSize
	// how many its messages had on average: of small ones a thousand share what it costs to be woken.
	vigilFrom = 32 << 10
	vigilSize = 256

	// vigilLooks is how often a reader looks for these before it goes to sleep, and vigilSteps what it
	// counts up to between two looks: less than a microsecond. In all it is about as much time as it takes to wake
	// a sleeping thread, which costs either side some of that.
	vigilLooks = 30
	vigilSteps = 1000
)

// A vigil is what a reader does that has found nothing where there was much just now: it looks
// again for a while before it sleeps. Between two processes that send and receive all the time either one comes to
// wait for the other every few hundred KiB, for as long as that one copies them; to sleep in that time, and be
// woken, takes longer.
type vigil struct {
	alone   bool  // on one processor: who is waited for can do nothing meanwhile
	last    int   // bytes of the last read, or 0 if it was waited for more since
	written int64 // messages that were given to the log before them
	now     int64 // and before the read that is to come
	looks   int   // since then
	steps   int
}

func newVigil() vigil { return vigil{alone: runtime.NumCPU() == 1} }

// comes notes that it is going to be read, behind so many messages.
func (v *vigil) comes(written int64) { v.now = written }

// came notes that n bytes were read.
func (v *vigil) came(n int) { v.last, v.written, v.looks = n, v.now, 0 }

// many reports whether more than one message was read last.
func (v *vigil) many() bool { return v.now-v.written > 1 }

// linger is called when nothing is there. It reports whether to look again, some moments later.
func (v *vigil) linger() (again bool) {
	small := (v.now-v.written)*vigilSize > int64(v.last)
	if v.alone || small || v.last < vigilFrom || v.looks == vigilLooks {
		v.last = 0
		return false
	}
	v.looks++
	for range vigilSteps {
		v.steps++ // not into nothing, so that it takes its time
	}
	return true
}
