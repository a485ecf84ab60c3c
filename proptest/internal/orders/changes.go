// Package orders builds tests with a runtime of Go's that is changed, so that what it leaves to chance follows,
// for those in virtual time, from a number: which of several goroutines goes on first, and where it stops; the
// order of a select's cases, of timers at one instant and of maps, and random numbers.
//
// That is for Go 1.26; another version is refused if it does not have the texts that are to be changed.
package orders

import (
	_ "embed"
	"path/filepath"

	"github.com/zeroactor/zmq/internal/mutate"
)

// added is what the runtime has besides.
//
//go:embed runtime.go.txt
var added string

// changes are those of the standard library, of which the sources are in std.
func changes(std string) (all []mutate.Change) {
	in := func(dir string, changes ...mutate.Change) {
		for _, c := range changes {
			c.Dir = filepath.Join(std, filepath.FromSlash(dir))
			all = append(all, c)
		}
	}
	in("runtime", queues...)
	in("runtime", chances...)
	in("runtime", stops...)
	in("runtime", collections...)
	in("internal/sync",
		before("Mutex.Lock", "if atomic.CompareAndSwapInt32(&m.state, 0, mutexLocked) {", "bubbleYield()\n\t"),
		before("Mutex.Unlock", "if race.Enabled {", "bubbleYield()\n\t"),
		after("runtime_nanotime", "func runtime_nanotime() int64", "\n\n//go:linkname bubbleYield\nfunc bubbleYield()"),
	)
	in("sync/atomic",
		mutate.Change{Old: "{ return ", New: "{ bubbleYield(); return ", Every: true},
		mutate.Change{Old: "{ Store", New: "{ bubbleYield(); Store", Every: true},
		mutate.Change{Old: "(swapped bool) {\n\treturn", New: "(swapped bool) {\n\tbubbleYield()\n\treturn", Every: true},
		after("noCopy", "type noCopy struct{}", "\n\nfunc bubbleYield()"),
	)
	return all
}

// queues have the goroutines of bubbles wait for their turn elsewhere than others do.
var queues = []mutate.Change{
	after("", "const randomizeScheduler = raceenabled", added),
	after("synctestBubble", "now     int64  // current fake time", "\n\torder, draws, rands uint64\n\tlast int64"),
	after("g", "bubble  *synctestBubble", "\n\tturn int64 // the greatest is the first"),
	after("newproc1", "newg.bubble = callergp.bubble", `
		if newg.bubble != nil {
			newg.turn = int64(newg.bubble.draw() >> 1)
		}`),
	before("runqput", "if !haveSysmon && next {", `if gp.bubble != nil {
		bubblePut(gp, next)
		return
	}
	`),
	before("findRunnable", "\t// global runq\n", `	if gp := bubbleTake(); gp != nil {
		return gp, false, false
	}

`),
	before("goschedImpl", "if preempted && sched.gcwaiting.Load() {", `if gp.bubble != nil {
		if preempted {
			bubbleInterrupt(gp)
		} else {
			bubblePut(gp, false)
		}
	} else `),
	after("runqempty", "func runqempty(pp *p) bool {", `
	if bubbled.interrupted != 0 || bubbled.next != 0 || !bubbled.ready.empty() {
		return false
	}`),
}

// chances are what was left to chance.
var chances = []mutate.Change{
	{ // the order in which a select looks at its cases
		In: "selectgo", Old: "j := cheaprandn(uint32(norder + 1))",
		New: `j := uint32(0)
		if b := getg().bubble; b != nil {
			j = uint32(b.draw() % uint64(norder+1))
		} else {
			j = cheaprandn(uint32(norder + 1))
		}`,
	},
	{ // the order of timers that are due at the same time
		In: "timer.maybeAdd", Old: "t.rand = cheaprand()",
		New: `t.rand = 0
			if b := getg().bubble; b.order != 0 {
				t.rand = uint32(b.draw())
			}`,
	},
	{ // random numbers, of maps too, which begin anywhere
		In: "rand", Old: "mp := getg().m\n\tc := &mp.chacha8",
		New: `if b := bubbleOf(); b != nil {
		b.rands++
		return bubbleMix(b.rands)
	}
	mp := getg().m
	c := &mp.chacha8`,
	},
	{ // where in a map a key is
		In: "initAlgAES", Old: "key[i] = bootstrapRand()", New: "key[i] = bubbleMix(uint64(i))",
	},
	{
		In: "alginit", Old: "hashkey[i] = uintptr(bootstrapRand())", New: "hashkey[i] = uintptr(bubbleMix(uint64(i)))",
	},
	{ // whether a mutex goes from hand to hand, as it does with those who have waited for a millisecond
		In: "internal_sync_nanotime", Old: "return nanotime()",
		New: `if b := getg().bubble; b != nil {
		return b.now
	}
	return nanotime()`,
	},
}

// stops are where a goroutine may have others go on, and nowhere else.
var stops = []mutate.Change{
	{ // by the clock
		Old: "forcePreemptNS = 10 * 1000 * 1000", New: "forcePreemptNS = 1 << 50",
	},
	// In a system call, as which memory is asked for: it takes no virtual time, however long it takes. The runtime
	// lets others go on meanwhile if it has seen the call twice, at least 20 us apart.
	before("retake", "// Retake the P if it's there for more than 1 sysmon tick", `if thread.gp.bubble != nil {
			thread.resume()
			goto done
		}
		`),
	after("selectgo", "gp := getg()", "\n\tbubbleYield()"),
	after("chansend", "func chansend(c *hchan, ep unsafe.Pointer, block bool, callerpc uintptr) bool {", "\n\tbubbleYield()"),
	after("chanrecv", "func chanrecv(c *hchan, ep unsafe.Pointer, block bool) (selected, received bool) {", "\n\tbubbleYield()"),
	after("closechan", "func closechan(c *hchan) {", "\n\tbubbleYield()"),
	after("Gosched", "checkTimeouts()", "\n\tbubbleLast()"),
}

// collections of memory, which begin in the midst of a history if there is much to collect, are not to be seen.
var collections = []mutate.Change{
	// Who begins one is in no bubble meanwhile, and nobody else of its own may go on.
	after("gcStart", "gp.bubble = nil\n", "\t\tbubbled.collects = true\n"),
	before("gcStart", "gp.bubble = bubble\n", "bubbled.collects = false\n\t\t\t"),
	// What pools have stays there.
	before("clearpools", "if poolcleanup != nil {", "if bubbled.collects {\n\t\treturn\n\t}\n\t"),
	// Nobody waits until others have done their part of it.
	{In: "deductAssistCredit", Old: "if assistG.gcAssistBytes < 0 {", New: "if assistG.gcAssistBytes < 0 && assistG.bubble == nil {"},
}

// before and after put a text at a place.
func before(in, place, text string) mutate.Change {
	return mutate.Change{In: in, Old: place, New: text + place}
}
func after(in, place, text string) mutate.Change {
	return mutate.Change{In: in, Old: place, New: place + text}
}
