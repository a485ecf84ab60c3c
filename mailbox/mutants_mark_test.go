//go:build !ypipemodel

package mailbox

import "github.com/zeroactor/zmq/internal/modeltest"

// mutants of the mark and the tally.
var markMutants = []modeltest.Mutant{
	{
		Name:   "mark taken by store",
		Old:    "return m.put.Load() != 0 && m.put.CompareAndSwap(1, 0) }",
		New:    "if m.put.Load() == 0 {\n\t\treturn false\n\t}\n\tm.put.Store(0)\n\treturn true\n}",
		Breaks: "Two take what was put once.",
	},
	{
		Name:   "mark always taken",
		Old:    "return m.put.Load() != 0 && m.put.CompareAndSwap(1, 0) }",
		New:    "return m.put.Load() != 0 || m.put.CompareAndSwap(1, 0) }",
		Breaks: "What was put once is taken for ever.",
	},
	{
		Name:   "tally by load and store",
		Old:    "{ t.n.Add(1) }",
		New:    "{ t.n.Store(t.n.Load() + 1) }",
		Breaks: "Of two who add at once one is not counted.",
	},
}
