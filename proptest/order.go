//go:build !zmqorders

package proptest

import "testing"

// Ordered says whether this is built with the runtime of proptest/internal/orders, in which a number decides in
// which order the goroutines of a history go on.
const Ordered = false

// setOrder has the goroutines of this bubble go on in another order; not here.
func setOrder(uint64) {}

// choices is how many there were in this bubble; nobody knows here.
func choices() uint64 { return 0 }

// prepare does nothing here.
func prepare(*testing.T) {}
