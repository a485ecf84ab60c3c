// Package sim is a network in memory, for tests: a [transport.Transport] whose
// connections are slow, cut into pieces, interrupted, reset, half open and
// corrupted, as a [Config] and the calls of a test say.
//
//	network := sim.New(sim.Config{Seed: 7, Latency: time.Millisecond, MaxPiece: 3})
//	ctx := patterns.NewContext(patterns.Transport(network))
//
// What the network does by chance follows from the seed alone: each direction
// of each connection has a source of its own, drawn from at fixed positions in
// the stream of bytes, so that it makes no difference which goroutine was
// quicker. Connections are told apart by the listener's address and their number
// there. All waiting is such that package testing/synctest knows it for waiting:
// in a bubble of that package an hour of network takes milliseconds.
//
// # Concurrency
//
// All methods may be called by several goroutines at once. The package starts no
// goroutine but those of timers.
package sim
