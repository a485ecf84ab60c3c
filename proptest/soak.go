package proptest

import "testing"

// Counts is how much has been played.
type Counts struct{ Histories, Steps, Messages, Faults int }

// Add adds other to c.
func (c *Counts) Add(other Counts) {
	c.Histories += other.Histories
	c.Steps += other.Steps
	c.Messages += other.Messages
	c.Faults += other.Faults
}

// count adds a history. Messages are those that it is to send, and faults the
// steps that lose something.
func (c *Counts) count(h History) {
	c.Histories++
	c.Steps += len(h.Steps)
	for _, s := range h.Steps {
		switch s.Do {
		case Send:
			c.Messages += max(s.N, 1)
		case Kill, Close, Reset, Cut, Disconnect, Unbind:
			c.Faults++
		}
	}
}

// Soak is [Search], each history in several orders that count up from one history to the next, which matter where
// there are any: see [Ordered]. It counts what it has played.
func Soak(t *testing.T, m Medium, pattern string, seed int64, runs int, order uint64, orders int) (*Failure, Counts) {
	var c Counts
	f := search(t, m, pattern, span{seed, runs, order, orders}, mostShrinks)
	plays := runs * orders
	if f != nil {
		plays = int(f.Order-order) + 1
	}
	for i := range plays {
		c.count(Generate(pattern, seed+int64(i/orders)))
	}
	return f, c
}
