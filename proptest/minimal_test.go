package proptest

import (
	"slices"
	"testing"
)

// A minimal history shows one thing, and nothing that it could do without: a bug
// that there was, or one that histories made by chance would find too rarely.
type minimal struct {
	name    string
	media   []string // none: all that have its pattern
	history History
}

var minimals = []minimal{
	{
		name:  "a STREAM drops what was for a lost connection",
		media: []string{"sim"},
		history: History{
			Pattern: "stream",
			Seed:    1 << 5, // a narrow window
			Sockets: []Socket{{Kind: "STREAM", SendHWM: 1000, RecvHWM: 2}, {Kind: "STREAM", SendHWM: 1000, RecvHWM: 1000}},
			Steps: []Step{
				{Do: Bind, Who: 0},
				{Do: Connect, Who: 1, With: 0},
				{Do: Settle},
				{Do: Send, Who: 1, With: 0, N: 60},
				{Do: Settle},
				{Do: Reset, Who: 0},
				{Do: Settle},
				{Do: Await, Who: 0, N: 1 << 30},
				{Do: Recv, Who: 1, N: 1 << 30},
				{Do: Settle},
				{Do: GiveUp, Who: 0},
				{Do: Settle},
				{Do: Recv, Who: 0, N: 1 << 30},
				{Do: Recv, Who: 1, N: 1 << 30},
				{Do: Settle},
				{Do: Send, Who: 1, With: 0, N: 3},
			},
		},
	},
}

// TestMinimalHistories plays each over each transport.
func TestMinimalHistories(t *testing.T) {
	for _, c := range minimals {
		t.Run(c.name, func(t *testing.T) {
			for _, m := range Media() {
				if len(c.media) > 0 && !slices.Contains(c.media, m.Name) || !slices.Contains(m.Patterns(), c.history.Pattern) {
					continue
				}
				t.Run(m.Name, func(t *testing.T) {
					trace, err := replay(t, m, c.history, patience)
					if err != nil {
						f := &Failure{History: c.history, Err: err, Trace: trace}
						t.Fatal(f.Report(m))
					}
				})
			}
		})
	}
}
