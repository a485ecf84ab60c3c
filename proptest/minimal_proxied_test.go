package proptest

import "slices"

// proxiedMinimals show what a proxy in the middle must not change, and what shows when
// it does.
var proxiedMinimals = []minimal{
	{
		name: "the end of a subscription goes through a proxy, once nobody behind it has it",
		history: History{
			Pattern: "pubsub",
			Sockets: plain("XPUB", "SUB", "SUB", "XSUB", "XPUB"),
			Proxy:   [2]int{3, 4},
			Steps: []Step{
				{Do: Bind, Who: 3},
				{Do: Bind, Who: 4},
				{Do: Connect, Who: 0, With: 3},
				{Do: Connect, Who: 1, With: 4},
				{Do: Connect, Who: 2, With: 4},
				{Do: Subscribe, Who: 1, Topic: "a"},
				{Do: Subscribe, Who: 2, Topic: "a"},
				{Do: Settle},
				{Do: Recv, Who: 0, N: everything},
				{Do: Unsubscribe, Who: 1, Topic: "a"},
				{Do: Settle},
				{Do: Recv, Who: 0, N: everything},
				{Do: Send, Who: 0, With: 1, N: 3, Topic: "ab"},
				{Do: Unsubscribe, Who: 2, Topic: "a"},
				{Do: Settle},
				{Do: Recv, Who: 0, N: everything},
			},
		},
	},
	{
		name:  "a proxy asks a publisher that comes back again",
		media: []string{"sim"},
		history: History{
			Pattern: "pubsub",
			Sockets: plain("XPUB", "SUB", "XSUB", "XPUB"),
			Proxy:   [2]int{2, 3},
			Steps: []Step{
				{Do: Bind, Who: 2},
				{Do: Bind, Who: 3},
				{Do: Connect, Who: 0, With: 2},
				{Do: Connect, Who: 1, With: 3},
				{Do: Subscribe, Who: 1, Topic: "a"},
				{Do: Settle},
				{Do: Reset, Who: 2},
				{Do: Settle},
				{Do: Send, Who: 0, With: 1, N: 3, Topic: "a"},
				{Do: Settle},
				{Do: Recv, Who: 0, N: everything},
			},
		},
	},
	{
		name: "a proxy that is held loses nothing, and makes who sends wait",
		history: History{
			Pattern: "pipeline",
			Sockets: []Socket{{Kind: "PUSH", SendHWM: 2, RecvHWM: 1}, {Kind: "PULL", RecvHWM: 1}, {Kind: "PULL", RecvHWM: 2}, {Kind: "PUSH", SendHWM: 1}},
			Proxy:   [2]int{2, 3},
			Steps: []Step{
				{Do: Connect, Who: 0, With: 2},
				{Do: Connect, Who: 3, With: 1},
				{Do: Bind, Who: 2},
				{Do: Bind, Who: 1},
				{Do: Settle},
				{Do: Hold, Who: 2},
				{Do: Send, Who: 0, With: 1, N: 20},
				{Do: Settle},
				{Do: Resume, Who: 2},
				{Do: Await, Who: 1, N: 3},
				{Do: Send, Who: 0, With: 1, N: 20},
			},
		},
	},
	{
		name: "what a proxy has in hand when it is held is not lost",
		history: History{
			Pattern: "pipeline",
			Sockets: []Socket{{Kind: "PUSH", SendHWM: 1000}, {Kind: "PULL", RecvHWM: 1}, {Kind: "PULL", RecvHWM: 1000}, {Kind: "PUSH", SendHWM: 1}},
			Proxy:   [2]int{2, 3},
			Steps: []Step{
				{Do: Bind, Who: 2},
				{Do: Bind, Who: 1},
				{Do: Connect, Who: 0, With: 2},
				{Do: Connect, Who: 3, With: 1},
				{Do: Hold, Who: 2},
				{Do: Send, Who: 0, With: 1, N: 20},
				{Do: Settle},
				{Do: Resume, Who: 2}, // it takes them all, and has most of them in hand
				{Do: Settle},
				{Do: Hold, Who: 2},
				{Do: Recv, Who: 1, N: 3},
				{Do: Settle},
			},
		},
	},
	{
		name: "a reply finds its way back through a proxy",
		history: History{
			Pattern: "reqrep",
			Sockets: plain("REQ", "REP", "REQ", "REP", "ROUTER", "DEALER"),
			Proxy:   [2]int{4, 5},
			Steps: []Step{
				{Do: Bind, Who: 4},
				{Do: Bind, Who: 5},
				{Do: Connect, Who: 0, With: 4},
				{Do: Connect, Who: 2, With: 4},
				{Do: Connect, Who: 1, With: 5},
				{Do: Connect, Who: 3, With: 5},
				{Do: Send, Who: 0},
				{Do: Send, Who: 2},
				{Do: Settle},
				{Do: Recv, Who: 3, N: 1},
				{Do: Recv, Who: 1, N: 1},
				{Do: Send, Who: 3},
				{Do: Send, Who: 1},
				{Do: Settle},
				{Do: Recv, Who: 0, N: 1},
				{Do: Recv, Who: 2, N: 1},
			},
		},
	},
	{
		name: "a ROUTER addresses who is behind a proxy",
		history: History{
			Pattern: "router",
			Sockets: plain("ROUTER", "DEALER", "ROUTER", "DEALER", "DEALER", "ROUTER"),
			Proxy:   [2]int{4, 5},
			Steps: []Step{
				{Do: Bind, Who: 4},
				{Do: Bind, Who: 5},
				{Do: Connect, Who: 0, With: 4},
				{Do: Connect, Who: 2, With: 4},
				{Do: Connect, Who: 1, With: 5},
				{Do: Connect, Who: 3, With: 5},
				{Do: Settle},
				{Do: Send, Who: 0, With: 3, N: 2},
				{Do: Send, Who: 2, With: 1, N: 2},
				{Do: Send, Who: 1, N: 3},
				{Do: Send, Who: 3, N: 3},
			},
		},
	},
	{
		// This was the suite's own: it forgave a device each probe once, and not for each of those behind it that
		// ask for all and have no room. They are so many that more is dropped than they have sent.
		name:  "a device drops a probe for each who has no room for it",
		media: []string{realInproc().Name},
		history: History{
			Pattern: "pubsub",
			Sockets: slices.Concat(plain("PUB"), slices.Repeat([]Socket{{Kind: "SUB", RecvHWM: 1}}, 6), []Socket{{Kind: "XSUB"}, {Kind: "XPUB", SendHWM: 1}}),
			Proxy:   [2]int{7, 8},
			Steps: slices.Concat(
				[]Step{{Do: Bind, Who: 7}, {Do: Bind, Who: 8}, {Do: Connect, Who: 0, With: 7}},
				eachAsksForAll(8, 1, 2, 3, 4, 5, 6),
				[]Step{{Do: Settle}},
			),
		},
	},
}

// eachAsksForAll has subscribers connect, and subscribe to everything.
func eachAsksForAll(with int, subscribers ...int) (steps []Step) {
	for _, i := range subscribers {
		steps = append(steps, Step{Do: Connect, Who: i, With: with}, Step{Do: Subscribe, Who: i, Topic: ""})
	}
	return steps
}
