//go:build !ypipemodel

package mailbox

import (
	"slices"
	"testing"

	"github.com/zeroactor/zmq/internal/invariant"
	"github.com/zeroactor/zmq/internal/modeltest"
)

// TestMutants proves that the model notices when the code is broken. It builds
// and runs binaries of its own, for which -race makes no difference.
func TestMutants(t *testing.T) {
	if testing.Short() || invariant.Enabled {
		t.Skip("takes a while")
	}
	modeltest.Mutants(t, "ypipemodel", slices.Concat(mutants, queueMutants, relayMutants, markMutants))
}

// mutants of the turn, the activation and the line.
var mutants = []modeltest.Mutant{
	{
		Name:   "unlock without another look",
		Old:    "if t.inbox.empty() || !t.mu.TryLock() {",
		New:    "if !t.inbox.empty() || true {",
		Breaks: "An event that came just before the unlock waits for the next call.",
	},
	{
		Name:   "unlock looks before it unlocks",
		Old:    "t.mu.Unlock()\n\t\t// An event may have come just before the unlock, from a poster that\n\t\t// found the turn taken: it is still ours, unless another took over.\n\t\tif t.inbox.empty() ||",
		New:    "none := t.inbox.empty()\n\t\tt.mu.Unlock()\n\t\tif none ||",
		Breaks: "An event that comes between the look and the unlock waits for the next call.",
	},
	{
		Name:   "posters leave their events",
		Old:    "if t.mu.TryLock() {\n\t\tt.inbox.run()\n\t\tt.Unlock()\n\t}",
		New:    "",
		Breaks: "An event that is posted when nobody holds the turn waits for the next call.",
	},
	{
		Name:   "poster unlocks without another look",
		Old:    "t.inbox.run()\n\t\tt.Unlock()",
		New:    "t.inbox.run()\n\t\tt.mu.Unlock()",
		Breaks: "An event that came while another one was run waits for the next call.",
	},
	{
		Name:   "events run outside of the turn",
		Old:    "if t.mu.TryLock() {\n\t\tt.inbox.run()\n\t\tt.Unlock()\n\t}",
		New:    "t.inbox.run()",
		Breaks: "An event touches the actor's state while somebody else does.",
	},
	{
		Name:   "push by load and store",
		Old:    "if b.head.CompareAndSwap(head, e) {\n\t\t\treturn\n\t\t}",
		New:    "b.head.Store(e)\n\t\treturn",
		Breaks: "Of two events that are posted at once one is lost, or one that was run runs again.",
	},
	{
		Name:   "inbox emptied by load and store",
		Old:    "newest := b.head.Swap(nil)",
		New:    "newest := b.head.Load()\n\t\tb.head.Store(nil)",
		Breaks: "An event that comes between the two is lost.",
	},
	{
		Name:   "events run newest first",
		Old:    "for e := oldest; e != nil; {",
		New:    "for e := newest; e != nil && e != oldest; e = nil {\n\t\t\te.posted.Store(0)\n\t\t\te.Do()\n\t\t}\n\t\tfor e := oldest; e != nil; {",
		Breaks: "One goroutine's events run in another order than it posted them.",
	},
	{
		Name:   "event posted twice",
		Old:    "if !e.posted.CompareAndSwap(0, 1) {",
		New:    "if e.posted.Load() == 1 && e.next != e.next {",
		Breaks: "The inbox's list bites its own tail.",
	},
	{
		Name:   "event claimed by load and store",
		Old:    "if !e.posted.CompareAndSwap(0, 1) {\n\t\treturn // it waits, and will see all that was before this call\n\t}",
		New:    "if e.posted.Load() == 1 {\n\t\treturn\n\t}\n\te.posted.Store(1)",
		Breaks: "Two that post the event at once put it into the list twice.",
		By:     "TestModelTurnPostAgain",
	},
	{
		Name:   "event can be posted again too late",
		Old:    "e.posted.Store(0) // from here on it may be posted again\n\t\t\te.Do()",
		New:    "e.Do()\n\t\t\te.posted.Store(0)",
		Breaks: "What is posted while the event runs is taken for done.",
	},
	{
		Name:   "activation drops a wake-up during work",
		Old:    "if a.state.CompareAndSwap(running, again) {\n\t\t\t\treturn\n\t\t\t}",
		New:    "return",
		Breaks: "Work that comes while work ends is not done.",
	},
	{
		Name:   "activation does not work again",
		Old:    "if a.state.CompareAndSwap(running, idle) {\n\t\t\treturn\n\t\t}",
		New:    "if a.state.CompareAndSwap(running, idle) || a.state.CompareAndSwap(again, idle) {\n\t\t\treturn\n\t\t}",
		Breaks: "A wake-up during work is forgotten when it ends.",
	},
	{
		Name:   "activation ends by load and store",
		Old:    "if a.state.CompareAndSwap(running, idle) {",
		New:    "if a.state.Load() == running {\n\t\t\ta.state.Store(idle)",
		Breaks: "A wake-up between the two is forgotten.",
	},
	{
		Name:   "activation starts by load and store",
		Old:    "if a.state.CompareAndSwap(idle, running) {\n\t\t\t\tstart(a.run)\n\t\t\t\treturn\n\t\t\t}",
		New:    "a.state.Store(running)\n\t\t\tstart(a.run)\n\t\t\treturn",
		Breaks: "Two wake-ups at once start two goroutines.",
	},
	{
		Name:   "activation forgets that it was told after it worked",
		Old:    "\t\ta.work()\n\t\tif a.state.CompareAndSwap(running, idle) {\n\t\t\treturn\n\t\t}\n\t\ta.state.Store(running)",
		New:    "\t\ta.work()\n\t\ta.state.CompareAndSwap(again, running)\n\t\tif a.state.CompareAndSwap(running, idle) {\n\t\t\treturn\n\t\t}",
		Breaks: "A wake-up during work is taken back, and the work not done again.",
	},
	{
		Name:   "baton is dropped",
		Old:    "woken = !w.waiting",
		New:    "woken = !w.waiting && w.next != nil",
		Breaks: "Who is woken and cancelled at once does not pass the wake-up on, and the next in line waits for ever.",
	},
	{
		Name:   "wake-up is left in the place",
		Old:    "\t\tw.woken.clear()\n",
		New:    "",
		Breaks: "Who uses the place next is woken by a wake-up that was another's.",
	},
	{
		Name:   "woken but still in line",
		Old:    "\t\tl.unlink(w)\n\t\tw.woken.set()",
		New:    "\t\tw.woken.set()",
		Breaks: "The next wake-up goes to the same one again.",
	},
	{
		Name:   "cancelled but still in line",
		Old:    "\tif w.waiting {\n\t\tl.unlink(w)\n\t}",
		New:    "\tif w.waiting {\n\t\tw.waiting = false\n\t}",
		Breaks: "A wake-up goes to one who has left.",
	},
	{
		Name:   "some are not woken",
		Old:    "for l.head != nil {",
		New:    "if l.head != nil {",
		Breaks: "WakeAll wakes one.",
	},
	{
		Name:   "who waits elsewhere is not interrupted",
		Old:    "if w.interrupt != nil {",
		New:    "if w.interrupt != nil && false {",
		Breaks: "A wake-up does not reach who sleeps at a connection.",
	},
	{
		Name:   "interrupted before it is woken",
		Old:    "\t\tw.woken.set()\n\t\tif w.interrupt != nil {\n\t\t\tw.interrupt()\n\t\t}",
		New:    "\t\tif w.interrupt != nil {\n\t\t\tw.interrupt()\n\t\t}\n\t\tw.woken.set()",
		Breaks: "Who begins to sleep between the two is not woken at all.",
	},
	{
		Name:   "interrupt is left in the place",
		Old:    "\tw.interrupt = nil\n",
		New:    "",
		Breaks: "Who uses the place next interrupts another.",
	},
	{
		Name:   "woken is always denied",
		Old:    "return w.woken.isSet()",
		New:    "return w.woken.isSet() && false",
		Breaks: "A wake-up that came before the interrupt had an effect is missed.",
	},
}
