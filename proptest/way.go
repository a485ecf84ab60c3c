package proptest

import "slices"

// A way is how the two sides of a pattern are connected.
type way string

const (
	firstBinds  way = "the first binds"
	secondBinds way = "the second binds"
	bothBind    way = "both bind" // of several sockets some on each side
	early       way = "one connects before the other binds"
)

// ways are those of two sockets.
var ways = []way{firstBinds, secondBinds, early}

// allWays are those of histories.
var allWays = []way{firstBinds, secondBinds, bothBind, early}

// ways returns in which ways the sockets of a history are connected.
func (h History) ways() (found []way) {
	var binds [2]bool
	bound := make(map[int]bool)
	before := false
	for _, s := range h.Steps {
		switch s.Do {
		case Bind:
			binds[side(h, s.Who)] = true
			bound[s.Who] = true
		case Connect:
			before = before || !bound[s.With] && slices.ContainsFunc(h.Steps, func(b Step) bool { return b.Do == Bind && b.Who == s.With })
		}
	}
	switch binds {
	case [2]bool{true, false}:
		found = append(found, firstBinds)
	case [2]bool{false, true}:
		found = append(found, secondBinds)
	case [2]bool{true, true}:
		found = append(found, bothBind)
	}
	if before {
		found = append(found, early)
	}
	return found
}
