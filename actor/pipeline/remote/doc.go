// Package remote runs parts of a pipeline in other processes, on this host or on
// others, without a change of the pipeline's definition:
//
//	func define(p *pipeline.Pipeline, site *remote.Site) {
//		chunks := pipeline.Source(p, read)
//		tasks := remote.Edge(chunks, site, remote.Link[Chunk]{Name: "tasks"})
//		counts := pipeline.Map(tasks, count)
//		results := remote.Edge(counts, site, remote.Link[Count]{Name: "results"})
//		pipeline.ForEach(results, add)
//	}
//
// Which edges are sockets, and where they meet, is said by a [Plan], which a file of JSON may hold ([Load]), or one of YAML
// (package planyaml, a module of its own); which part of
// the pipeline a process runs by the [Site]'s role, which a flag may hold. Without a plan each
// edge is a queue, and all of it one process. Without a role all parts run in this process, joined by
// what the plan says.
//
// # Edges
//
// [Edge] gives what comes, here or elsewhere. An edge of sockets is of one of these kinds:
//
//	push    PUSH and PULL: each item goes to one receiver, in turn to those that have room
//	pub     PUB and SUB: each item goes to every receiver
//	router  ROUTER and DEALER: each item goes to the receiver that has least to do
//
// One end binds an endpoint, and is one process; the other end may be several, which come
// and go. [Join] is an edge that parts of several roles give to.
//
// Back-pressure goes on over sockets: an end that gives waits while those that take have no room,
// those of a pub for the slowest. It waits for somebody to be there at all no longer than
// the site has patience ([ErrNoPeer]).
//
// The end of the items is told to each receiver, behind the last of them, so that all parts end by
// themselves. An end that takes from several waits for all of those that have come. One that comes when those before it
// have been and gone is told so by those behind it, as soon as another one of its role has ended, and ends at once; over
// inproc, which has no handshake, only when its patience does. If the part that
// gives fails or is cancelled, it gives what is under way, and the parts behind it get [ErrCutShort],
// with the reason, after that. An end that takes, and is in a process that is cancelled, gives on what
// has come, and leaves.
//
// With push and pub items are given at most once: what was on the way to or from a process that
// dies is lost. Who is left is told so: an end that gives by [ErrItemsLost], as far as it can know, and
// one that takes by [ErrPeerLost] when one that gives has been away for [Site].Quiet, or by ErrItemsLost when numbers
// are missing. These are failures of the stage, and dealt with as its policy says: by default they stop
// the pipeline. With router each item is kept until a receiver has taken it into its part
// of the pipeline, and is given to another one if that is lost before: at least once, and exactly once if nobody dies.
//
// # Stages
//
// [Map] is a stage whose work others do, and which gives their results: ROUTER and DEALER as well,
// but what has been given out is done only with its result, so that no death of a worker loses
// anything. A process whose role is the stage's name does its work. Each worker says how many items it takes at a time; an item goes
// to the one that has the fewest under way in proportion to that. The items of a worker whose
// connection is lost, or that is silent for longer than [Site].Quiet, are given to
// others. An item may be done twice, but only the first result of it is given on:
// what the pipeline computes is exact, whichever workers die, as long as one comes.
//
// # Concurrency
//
// A Site is set up and used by one goroutine, for one pipeline; processes share nothing but what they
// send. Do is called by as many goroutines as the stage has workers, and a codec by any.
package remote
