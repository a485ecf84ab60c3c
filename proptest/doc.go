// Package proptest checks what the socket types promise, over any transport, by
// histories made by chance.
//
// A [History] says which sockets there are and what is done to them, step by
// step: who binds and who connects, who sends and who reads slowly, who
// subscribes to what, who disconnects, closes or is killed, and what the network
// does meanwhile, and whether a proxy is between the sides. It is played on real sockets and, at the same time, on a twin
// that is too simple to be wrong: one goroutine, a few maps. What the two do not
// agree on is a [Violation], which names the property that does not hold and the
// sentence that promises it. A history that ends in one is made as short as
// possible, and printed as a program that plays it again.
//
// [Run] does that for a transport of yours:
//
//	func TestMine(t *testing.T) {
//		proptest.Run(t, proptest.Over(mine.Transport{}, func(int) string { return "*" }))
//	}
//
// The package's own test is a command as well:
//
//	go test ./proptest -transport=tcp -pattern=pubsub -seed=42 -runs=1000
//
// Properties that are about figures, as a bound on fairness, have checks of their
// own: see [Properties]. Package sim is the network that "-transport=sim" uses.
// There and over inproc, histories run in the virtual time of testing/synctest.
//
// In an ordinary build which of several goroutines goes on first is up to the
// runtime. The package's own test and command soak have what is in virtual time be
// played by processes that are built with a runtime in which that follows from a
// number, [History].Order, as all the rest follows from the seed: what fails there
// fails each time. The seed stands for an order as well, and flags -order and
// -orders for others. Where that can't be (it is for Go 1.26 on linux/amd64), and
// with -exact=false, under the race detector, for coverage and with -short, the
// test says that an order of chance is what goroutines go on in.
package proptest
