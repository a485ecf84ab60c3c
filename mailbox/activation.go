package mailbox

// Activation states.
const (
	idle int32 = iota
	running
	again // running, and woken meanwhile
)

// An Activation is an actor that has a goroutine only while it has something
// to do: Wake starts one, unless one runs, and it ends when its work is done.
// An idle actor so costs no stack, and waking it is no dearer than waking a
// goroutine that waits.
type Activation struct {
	state atomicInt32
	work  func() // does what there is to do, and returns
	run   func() // loop, bound once so that waking allocates nothing
}

// NewActivation returns an idle activation. work runs on one goroutine at a
// time; a wake-up during work makes it run once more.
func NewActivation(work func()) *Activation {
	a := &Activation{work: work}
	a.run = a.loop
	return a
}

// Wake makes work run, at least once from now on. Any goroutine may call it, also
// work itself.
func (a *Activation) Wake() {
	for {
		switch a.state.Load() {
		case idle:
			if a.state.CompareAndSwap(idle, running) {
				start(a.run)
				return
			}
		case running:
			if a.state.CompareAndSwap(running, again) {
				return
			}
		case again:
			return
		}
	}
}

func (a *Activation) loop() {
	for {
		a.work()
		if a.state.CompareAndSwap(running, idle) {
			return
		}
		a.state.Store(running)
	}
}
