//go:build !ypipemodel

package mailbox

import "github.com/zeroactor/zmq/internal/modeltest"

// mutants of the relay.
var relayMutants = []modeltest.Mutant{
	{
		Name:   "left by store",
		Old:    "if !b.heir.CompareAndSwap(r.free, heir) {",
		New:    "b.heir.Store(heir)\n\tif false {",
		Breaks: "Who was left before is forgotten, or nobody closes the baton any more.",
	},
	{
		Name:   "left though full",
		Old:    "if !b.heir.CompareAndSwap(r.free, heir) {",
		New:    "if b.heir.Load() == nil || b.heir.Swap(heir) == nil {",
		Breaks: "Who was left before is forgotten.",
	},
	{
		Name:   "closed by load and store",
		Old:    "switch heir = b.heir.Swap(nil); heir {",
		New:    "heir = b.heir.Load()\n\tb.heir.Store(nil)\n\tswitch heir {",
		Breaks: "Who is left between the two is forgotten, and who is taken away between them runs twice.",
	},
	{
		Name:   "taken without another look",
		Old:    "!b.heir.CompareAndSwap(heir, place) {",
		New:    "b.heir.Swap(place) == nil && false {",
		Breaks: "Who has been taken by another one meanwhile runs twice, and a closed baton is open.",
	},
	{
		Name:   "nobody looks",
		Old:    "if b.inUse.Load() == 0 { // after",
		New:    "if false { // after",
		Breaks: "Who is left by an activation that waits for it never runs.",
	},
	{
		Name:   "looks before it says that it will not",
		Old:    "\t\tb.inUse.Store(0)\n\t\tif heir := r.take(b, r.late); heir != nil {\n\t\t\tr.start(heir)\n\t\t}",
		New:    "\t\tif heir := r.take(b, r.late); heir != nil {\n\t\t\tr.start(heir)\n\t\t}\n\t\tb.inUse.Store(0)",
		Breaks: "Who is left between the two is not looked at.",
	},
	{
		Name:   "asks for a look before it leaves",
		Old:    "\tif !b.heir.CompareAndSwap(r.free, heir) {\n\t\treturn false\n\t}\n\tif b.inUse.Load() == 0 { // after the swap: the look that has set it to 0 may have been before that\n\t\tr.use(b)\n\t}\n\treturn true",
		New:    "\tif b.inUse.Load() == 0 {\n\t\tr.use(b)\n\t}\n\treturn b.heir.CompareAndSwap(r.free, heir)",
		Breaks: "The look may be over when the heir is left.",
	},
	{
		Name:   "no look after the next",
		Old:    "if r.due = len(r.inUse) > 0; r.due {",
		New:    "if r.due = false; r.due {",
		Breaks: "Who is left during a look is not looked at.",
	},
}
