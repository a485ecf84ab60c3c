// Package release has a number that one goroutine stores and others load, for what is published by the
// store: who loads the value sees all that was written before it was stored.
//
// That is less than [sync/atomic] promises, whose stores are in one order with all other atomic operations,
// too: on the processors of PCs that takes a locked instruction of some twenty cycles, where a plain move
// releases. What has to be ordered with a later load of another variable, as where two goroutines each tell and look,
// takes an atomic operation between the two.
//
// Where there is no such instruction known here, and with the race detector, it is an [atomic.Uint64].
package release
