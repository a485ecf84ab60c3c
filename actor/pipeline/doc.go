// Package pipeline runs typed graphs of stages: items come from sources, pass
// through stages that change, multiply, gather, divide and join them, and end in
// sinks.
//
//	p := pipeline.New(pipeline.Config{Name: "words"})
//	lines := pipeline.Source(p, readLines)
//	words := pipeline.FlatMap(lines, split)
//	known := pipeline.MapN(words, 8, lookUp)
//	pipeline.ForEach(known, store)
//	err := p.Run(ctx)
//
// Each stage is an actor of its own, supervised (package actor), and each edge
// between two of them a lock-free queue with a high-water mark (ypipe.Flow).
// A stage that is slower than the one before it makes that one wait, and so on up
// to the source: no edge ever holds more than its [Buffer]. What the types of two
// stages do not allow to be joined does not compile.
//
// # Stages
//
// A stage is at heart a function from sequence to sequence,
//
//	func(iter.Seq2[A, error]) iter.Seq2[B, error]
//
// and [Apply] runs any such function. [Map], [Filter] and [FlatMap] compute
// something of each item and take no context: they should not wait. What may
// wait takes one: [Source], [MapN] (parallel, in order), [MapUnordered] and
// [ForEach]. [Batch] and [Window] gather items, [Partition], [Balance] and [Broadcast]
// divide a stream, [Merge] joins some; [Collect] and ForEach end one. [Exchange], [Inflow]
// and [Outflow] are for what is joined with the world outside, as by sockets. Each stream
// must be taken by exactly one stage.
//
// A graph may have parts that are not joined by edges, and are for different roles; [Pipeline.Only]
// leaves one of them. Package remote joins such parts by sockets.
//
// Mistakes in building a graph, as a nil function, a count that is not positive,
// or a stream that nobody takes, are returned by [Pipeline.Run], all of them at once.
//
// # Failure
//
// An error, and a panic just as well, concerns the item in hand. What follows is
// the stage's [Policy]: stop the pipeline (the default), skip the item, try it
// again with back-off, or give it to the dead-letter function. After a panic the
// stage is restarted by its supervision; the items that wait for it stay.
//
// # End
//
// A pipeline ends when its sources have, and everything they gave has passed
// through. If the context of Run is done, or a stage fails for good, the sources
// are told to end (their context is cancelled), and what is under way is still
// worked off: the pipeline drains. Stages that have not ended after
// [Config].DrainTimeout are killed, by their contexts, and named in a
// [DrainError].
//
// No item vanishes. Each one is handled, skipped on purpose and counted, or
// handed to [Config].DeadLetter with the reason: what a failed stage can take no more,
// what was on the edges when a pipeline was killed, what came after a stage that
// had ended.
//
// # Seeing what goes on
//
// [Pipeline.Edges] and [Pipeline.Stages] have the figures, and Config.Under gives the pipeline its place in a tree of
// actors, in which packages actorhttp, actortop and actormetrics show its stages with the edges that they take from.
//
// # Concurrency and ownership
//
// Building a graph is for one goroutine. Once it runs, [Pipeline.Edges] and
// [Pipeline.Stages] may be called by any. A stage's function is called by one
// goroutine at a time, except for those of MapN and MapUnordered, which n
// goroutines call. An item belongs to the stage that has it, and to the next one
// when it is passed on; after Broadcast it belongs to several, which must not
// change what they share.
package pipeline
