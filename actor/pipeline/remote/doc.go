// Package remote runs stages of a pipeline in other processes, on this host or on
// others, without a change of the pipeline's definition:
//
//	func build(p *pipeline.Pipeline, site *remote.Site) {
//		chunks := pipeline.Source(p, read)
//		counts := remote.Map(chunks, site, remote.Stage[Chunk, Count]{Name: "count", Workers: 4, Do: count})
//		pipeline.ForEach(counts, add)
//	}
//
// A process whose [Site] has no role runs the pipeline; where the site names an
// endpoint for a stage, that stage is a ROUTER there, and its items are done by the
// processes whose role is the stage's name, each a DEALER that connects to it. Where it
// names none, the stage runs in the same process. Which is which is said by flags, or a
// file of endpoints ([Load]).
//
// # Dispatch
//
// Each worker says how many items it takes at a time. An item goes to the worker that
// has the fewest under way in proportion to that, so that a slow one gets less. Items
// wait at the stage, and at last at the source, while all workers have as much as they
// take.
//
// # At least once
//
// The stage keeps each item until its result is there. The items of a worker whose
// connection is lost, or that is silent for longer than [Site].Quiet, are given to
// others. So an item may be done twice, but only the first result of it is given on:
// what the pipeline computes is exact, whichever workers die, as long as one comes.
//
// # Concurrency
//
// A Site is set up and used by one goroutine; processes share nothing but what they
// send. Do is called by as many goroutines as the stage has workers.
package remote
