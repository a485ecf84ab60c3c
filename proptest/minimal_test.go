package proptest

import (
	"slices"
	"testing"
)

// A minimal history shows one thing, and nothing that it could do without: a bug
// that there was, or one that histories made by chance would find too rarely.
type minimal struct {
	name    string
	media   []string // none: all of the package's that have its pattern
	history History
}

// plain are sockets without anything unusual.
func plain(kinds ...string) (sockets []Socket) {
	for _, k := range kinds {
		sockets = append(sockets, Socket{Kind: k, SendHWM: 1000, RecvHWM: 1000})
	}
	return sockets
}

// realInproc is inproc in real time, where queues are as short as in virtual time, and nothing tells when all has
// settled: subscribers send probes.
func realInproc() Medium {
	m := Inproc()
	m.Name, m.Virtual = "inproc in real time", false
	return m
}

// everything is more messages than there are.
const everything = 1 << 30

var minimals = []minimal{
	{
		name:  "a REP drops the reply to a REQ that was lost",
		media: []string{"sim"},
		history: History{
			Pattern: "reqrep",
			Sockets: plain("REQ", "REP"),
			Steps: []Step{
				{Do: Bind, Who: 0},
				{Do: Connect, Who: 1, With: 0},
				{Do: Settle},
				{Do: Send, Who: 0},
				{Do: Settle},
				{Do: Recv, Who: 1, N: 1},
				{Do: Reset, Who: 0},
				{Do: Settle},
				{Do: Recv, Who: 0, N: 1}, // it is told of the loss
				{Do: Send, Who: 1},
				{Do: Send, Who: 0},
				{Do: Settle},
				{Do: Recv, Who: 0, N: 1},
			},
		},
	},
	{
		name: "a publisher that takes subscriptions in its connection's flush finds no deadlock",
		history: History{
			Pattern: "pubsub",
			Sockets: []Socket{{Kind: "XPUB", SendHWM: 1000, RecvHWM: 1}, {Kind: "XSUB", SendHWM: 1000, RecvHWM: 1000}},
			Steps: []Step{
				{Do: Bind, Who: 0},
				{Do: Connect, Who: 1, With: 0},
				{Do: Subscribe, Who: 1, Topic: "a"},
				{Do: Subscribe, Who: 1, Topic: "ab"},
				{Do: Subscribe, Who: 1, Topic: "abc"},
				{Do: Unsubscribe, Who: 1, Topic: "ab"},
				{Do: Subscribe, Who: 1, Topic: "b"},
				{Do: Settle},
				{Do: Send, Who: 0, With: 1, N: 3, Topic: "b"},
			},
		},
	},
	{
		name: "subscriptions of one who floods keep nobody else's away",
		history: History{
			Pattern: "pubsub",
			Sockets: []Socket{{Kind: "XPUB", SendHWM: 1000, RecvHWM: 1}, {Kind: "XSUB"}, {Kind: "XPUB"}, {Kind: "SUB", RecvHWM: 1000}},
			Steps: []Step{
				{Do: Bind, Who: 0},
				{Do: Connect, Who: 1, With: 0},
				{Do: Subscribe, Who: 1, Topic: ""},
				{Do: Subscribe, Who: 1, Topic: ""},
				{Do: Subscribe, Who: 1, Topic: ""},
				{Do: Subscribe, Who: 1, Topic: ""},
				{Do: Connect, Who: 3, With: 0},
				{Do: Subscribe, Who: 3, Topic: "a"},
				{Do: Settle},
				{Do: Send, Who: 0, With: 3, N: 3, Topic: "a"},
			},
		},
	},
	{
		name:  "subscriptions are there again after a loss",
		media: []string{"sim"},
		history: History{
			Pattern: "pubsub",
			Sockets: plain("PUB", "SUB"),
			Steps: []Step{
				{Do: Bind, Who: 1},
				{Do: Connect, Who: 0, With: 1},
				{Do: Subscribe, Who: 1, Topic: "a"},
				{Do: Settle},
				{Do: Reset, Who: 1},
				{Do: Settle},
				{Do: Send, Who: 0, With: 1, N: 2, Topic: "ab"},
			},
		},
	},
	{
		name:  "what a subscriber had asked for and nobody had read goes with its connection",
		media: []string{"sim"},
		history: History{
			Pattern: "pubsub",
			Sockets: []Socket{{Kind: "XPUB", SendHWM: 1000, RecvHWM: 2}, {Kind: "XSUB", SendHWM: 1000, RecvHWM: 1000}},
			Steps: []Step{
				{Do: Bind, Who: 1},
				{Do: Connect, Who: 0, With: 1},
				{Do: Subscribe, Who: 1, Topic: "ab"},
				{Do: Settle},
				{Do: Subscribe, Who: 1, Topic: "a"},
				{Do: Unsubscribe, Who: 1, Topic: "a"},
				{Do: Subscribe, Who: 1, Topic: "a"},
				{Do: Unsubscribe, Who: 1, Topic: "a"},
				{Do: Subscribe, Who: 1, Topic: "b"}, // which is not read, as nobody takes those before it
				{Do: Pause, N: 100},
				{Do: Reset, Who: 1},
				{Do: Unsubscribe, Who: 1, Topic: "b"},
				{Do: Settle},
				{Do: Send, Who: 0, With: 1, Topic: "b"},
			},
		},
	},
	{
		name:  "a subscriber that comes back and asks for nothing may be sent what it had asked for",
		media: []string{"sim"},
		history: History{
			Pattern: "pubsub",
			Sockets: plain("PUB", "XSUB"),
			Steps: []Step{
				{Do: Bind, Who: 1},
				{Do: Connect, Who: 0, With: 1},
				{Do: Subscribe, Who: 1, Topic: "b"},
				{Do: Settle},
				{Do: Reset, Who: 1},
				{Do: Unsubscribe, Who: 1, Topic: "b"},
				{Do: Settle},
				{Do: Send, Who: 0, With: 1, Topic: "b"},
				{Do: Subscribe, Who: 1, Topic: "ab"},
				{Do: Settle},
				{Do: Send, Who: 0, With: 1, Topic: "b"},
				{Do: Send, Who: 0, With: 1, Topic: "ab"},
			},
		},
	},
	{
		name: "messages that are conflated stay whole",
		history: History{
			Pattern: "conflate",
			Seed:    3,
			Sockets: []Socket{{Kind: "PUSH", Mode: Conflated}, {Kind: "PULL", Mode: Conflated}},
			Steps: []Step{
				{Do: Bind, Who: 1},
				{Do: Connect, Who: 0, With: 1},
				{Do: Send, Who: 0, With: 1, N: 20},
				{Do: Settle},
				{Do: Recv, Who: 1, N: 2},
				{Do: Send, Who: 0, With: 1, N: 20},
			},
		},
	},
	{
		name: "what waits for who binds an inproc name comes",
		history: History{
			Pattern: "pipeline",
			Sockets: plain("PUSH", "PULL"),
			Steps: []Step{
				{Do: Connect, Who: 0, With: 1},
				{Do: Send, Who: 0, With: 1, N: 5},
				{Do: Bind, Who: 1},
				{Do: Close, Who: 0},
			},
		},
	},
	{
		name: "who waits at a lent connection is told of a second peer",
		history: History{
			Pattern: "dealer",
			Seed:    5468946319893389025,
			Sockets: plain("DEALER", "DEALER", "DEALER", "DEALER"),
			Steps: []Step{
				{Do: Bind, Who: 2},
				{Do: Bind, Who: 1},
				{Do: Connect, Who: 1, With: 2},
				{Do: Settle},
				{Do: Send, Who: 2, With: 1, N: 1},
				{Do: Await, Who: 1, N: 2},
				{Do: Connect, Who: 0, With: 1},
				{Do: Send, Who: 0, With: 3, N: 1},
			},
		},
	},
	{
		name:  "a PAIR gives what a lost connection has brought before what the next one brings",
		media: []string{"sim"},
		history: History{
			Pattern: "pair",
			Sockets: plain("PAIR", "PAIR"),
			Steps: []Step{
				{Do: Bind, Who: 0},
				{Do: Connect, Who: 1, With: 0},
				{Do: Settle},
				{Do: Send, Who: 1, With: 0, N: 5},
				{Do: Settle},
				{Do: Reset, Who: 0},
				{Do: Settle},
				{Do: Send, Who: 1, With: 0, N: 5},
			},
		},
	},
	{
		name:  "a ROUTER knows a peer that has come back",
		media: []string{"sim"},
		history: History{
			Pattern: "router",
			Sockets: plain("ROUTER", "DEALER"),
			Steps: []Step{
				{Do: Bind, Who: 0},
				{Do: Connect, Who: 1, With: 0},
				{Do: Settle},
				{Do: Reset, Who: 0},
				{Do: Settle},
				{Do: Send, Who: 0, With: 1, N: 3},
			},
		},
	},
	{
		// This was the suite's own: it expected the connection to take longer.
		name:  "a ROUTER knows its peer in the moment in which the network is healed",
		media: []string{"sim"},
		history: History{
			Pattern: "router",
			Sockets: plain("ROUTER", "DEALER"),
			Steps: []Step{
				{Do: Connect, Who: 0, With: 1},
				{Do: Bind, Who: 1},
				{Do: Cut, Who: 1},
				{Do: Settle},
				{Do: Heal, Who: 1},
				{Do: Send, Who: 0, With: 1},
			},
		},
	},
	{
		name: "a ROUTER is not to know whom others know",
		history: History{
			Pattern: "router",
			Sockets: plain("ROUTER", "DEALER", "ROUTER", "DEALER"),
			Steps: []Step{
				{Do: Bind, Who: 2},
				{Do: Connect, Who: 3, With: 2},
				{Do: Connect, Who: 0, With: 3},
				{Do: Settle},
			},
		},
	},
	{
		name: "the end of a peer that an XPUB by hand has subscribed is told",
		history: History{
			Pattern: "pubsub",
			Sockets: []Socket{{Kind: "XPUB", SendHWM: 1000, RecvHWM: 1000, Mode: Manual}, {Kind: "SUB", RecvHWM: 1000}},
			Steps: []Step{
				{Do: Bind, Who: 0},
				{Do: Connect, Who: 1, With: 0},
				{Do: Subscribe, Who: 1, Topic: "a"},
				{Do: Settle},
				{Do: Kill, Who: 1},
			},
		},
	},
	{
		// This was the suite's own: it went on before the waits had ended.
		name: "who waits at a socket that is closed gets nothing of what is sent then",
		history: History{
			Pattern: "pipeline",
			Sockets: plain("PUSH", "PULL"),
			Steps: []Step{
				{Do: Bind, Who: 0},
				{Do: Connect, Who: 1, With: 0},
				{Do: Settle},
				{Do: Await, Who: 1, N: everything},
				{Do: Close, Who: 1},
				{Do: Send, Who: 0, With: 1, N: 20},
			},
		},
	},
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
				{Do: Await, Who: 0, N: everything},
				{Do: Recv, Who: 1, N: everything},
				{Do: Settle},
				{Do: GiveUp, Who: 0},
				{Do: Settle},
				{Do: Recv, Who: 0, N: everything},
				{Do: Recv, Who: 1, N: everything},
				{Do: Settle},
				{Do: Send, Who: 1, With: 0, N: 3},
			},
		},
	},
}

// TestMinimalHistories plays each over each transport.
func TestMinimalHistories(t *testing.T) {
	for _, c := range slices.Concat(minimals, proxiedMinimals) {
		t.Run(c.name, func(t *testing.T) {
			for _, m := range append(Media(), realInproc()) {
				if !slices.Contains(c.media, m.Name) && (len(c.media) > 0 || !m.ours()) || !slices.Contains(m.Patterns(), c.history.Pattern) {
					continue
				}
				t.Run(m.Name, func(t *testing.T) {
					trace, err := replay(t, m, c.history, patience)
					if err != nil {
						f := &Failure{History: c.history, Err: err, Trace: trace, Given: true}
						t.Fatal(f.Report(m))
					}
				})
			}
		})
	}
}
