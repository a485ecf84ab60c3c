package main

import (
	"context"
	"iter"

	"github.com/zeroactor/zmq/actor/pipeline"
	"github.com/zeroactor/zmq/actor/pipeline/remote"
)

// Names of the edges that may lead to other processes, as in the plan, and as the ends of an
// edge are called.
const (
	tasksEdge   = "tasks"
	reportsEdge = "reports"
)

// waiting is how many pieces may wait between two stages of a process, and perWorker how many a
// worker has, with the one that it counts. They may be large, so it is enough to keep all busy, and no more.
const (
	waiting   = 4
	perWorker = 2
)

// define defines the pipeline, the same for all processes. What of it is run here, and which
// edges are sockets, is for the site to say.
func (p *program) define(site *remote.Site) *pipeline.Pipeline {
	g := pipeline.New(pipeline.Config{
		Name: "pipeline", Buffer: waiting, DrainTimeout: p.patience, OnFailure: p.remark, DeadLetter: p.bury,
	})

	// The ventilator reads files, and has something for the workers and something for the sink.
	parcels := pipeline.Broadcast(pipeline.Source(g, p.ventilator.parcels, pipeline.Name("read")), 2)
	tasks := pipeline.FlatMap(parcels[0], parcel.tasks, pipeline.Fused())
	manifest := pipeline.FlatMap(parcels[1], parcel.reports, pipeline.Fused())

	// Workers count. What one takes with it when it dies is a dead letter, and no reason to stop.
	tasks = remote.Edge(tasks, site, remote.Link[task]{Name: tasksEdge, Packer: taskPacker{}}, pipeline.OnError(pipeline.DeadLetter()))
	var counted []pipeline.Stream[report]
	for i, some := range pipeline.Balance(tasks, p.workers) {
		counted = append(counted, pipeline.Apply(some, p.worker(i).reports, pipeline.Buffer(perWorker), pipeline.Name("count")))
	}

	// The sink hears of everything. It can do without a worker, but nobody can do without the sink.
	reports := remote.Join([]pipeline.Stream[report]{manifest, pipeline.Merge(counted)}, site, remote.Link[report]{
		Name: reportsEdge, Packer: reportPacker{}, In: []pipeline.Option{pipeline.OnError(pipeline.DeadLetter())},
	})
	pipeline.ForEach(reports, p.note, pipeline.Name("sum up"))
	return g
}

// plan returns which edges are sockets, and where they meet.
func (c *config) plan() remote.Plan {
	if c.transport == transportNone {
		return remote.Plan{} // each edge is a queue
	}
	tasks, reports := c.endpoints()
	return remote.Plan{Edges: map[string]remote.Wire{
		tasksEdge:   {From: remote.Roles{roleVentilator}, To: roleWorker, Endpoint: tasks, Buffer: c.hwm},
		reportsEdge: {From: remote.Roles{roleVentilator, roleWorker}, To: roleSink, Endpoint: reports, Bind: "to"},
	}}
}

// A parcel is what the ventilator has for others: for a worker, for the sink, or for both.
type parcel struct {
	task   *task
	report report
}

func (p parcel) tasks() iter.Seq2[task, error] {
	return func(yield func(task, error) bool) {
		if p.task != nil {
			yield(*p.task, nil)
		}
	}
}

func (p parcel) reports() iter.Seq2[report, error] {
	return func(yield func(report, error) bool) {
		if p.report != nil {
			yield(p.report, nil)
		}
	}
}

// note is the sink: it enters a report.
func (p *program) note(_ context.Context, r report) error {
	p.moved()
	p.ledger.note(r)
	p.progress.show(p.ledger.settledFiles(), p.ledger.plan)
	return nil
}
