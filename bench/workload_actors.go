package main

// actorWorkloads returns the cases of libraries of actors. One process does all of
// each.
func actorWorkloads() []workload {
	return []workload{
		{name: "tell", help: "-peers goroutines send to one actor, until all is handled",
			binder: part{role: "tell"}, alone: true, firstCount: 100_000, metrics: actorMetrics("msg")},
		{name: "hop", help: "one token goes around a ring of -peers actors",
			binder: part{role: "hop"}, alone: true, firstCount: 50_000, metrics: actorMetrics("hop")},
		{name: "stages", help: "a pipeline of -peers stages, by what the library has for that",
			binder: part{role: "stages"}, alone: true, firstCount: 10_000, metrics: actorMetrics("msg")},
		{name: "chain", help: "-peers actors that each send to the next one",
			binder: part{role: "chain"}, alone: true, firstCount: 10_000, metrics: actorMetrics("msg")},
		{name: "ask", help: "questions to an actor, one after the other",
			binder: part{role: "ask"}, alone: true, firstCount: 20_000, metrics: actorMetrics("ask")},
		{name: "spawn", help: "an actor is started and stopped",
			binder: part{role: "spawn"}, alone: true, firstCount: 5000, metrics: actorMetrics("actor")},
		{name: "crowd", help: "-peers actors that have nothing to do",
			binder: part{role: "crowd"}, alone: true, fixed: true, metrics: crowdMetrics()},
	}
}

// actorMetrics are the metrics of what actors do.
func actorMetrics(each string) []metric {
	time := metric{name: "time", unit: "ns/" + each, better: "lower", of: func(s sample) float64 { return 1e9 / s.active.Rate }}
	return append([]metric{time}, usage(each)...)
}

// crowdMetrics are the metrics of actors that do nothing.
func crowdMetrics() []metric {
	count := func(s sample) float64 { return float64(s.active.Count) }
	return []metric{
		{name: "heap and stack", unit: "B/actor", better: "lower", of: func(s sample) float64 { return float64(s.active.HeapBytes) / count(s) }},
		{name: "full GC", unit: "ms", better: "lower", of: func(s sample) float64 { return 1e3 * s.active.GCSeconds }},
		{name: "start", unit: "ns/actor", better: "lower", of: func(s sample) float64 { return 1e9 * s.active.Seconds / count(s) }},
	}
}
