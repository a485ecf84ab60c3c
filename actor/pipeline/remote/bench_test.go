package remote_test

import (
	"context"
	"encoding/binary"
	"sync"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/actor/pipeline"
	"github.com/zeroactor/zmq/actor/pipeline/remote"
	"github.com/zeroactor/zmq/patterns"
)

// Four workers share the work, of which the first is ten times as slow as the others.
const (
	benchWorkers = 4
	fastTime     = time.Millisecond
	slowTime     = 10 * time.Millisecond
)

func workAs(worker int) {
	if worker == 0 {
		time.Sleep(slowTime) // real work takes real time
		return
	}
	time.Sleep(fastTime) // real as well
}

// BenchmarkLeastLoaded gives an item to the worker that has least to do: time per item.
func BenchmarkLeastLoaded(b *testing.B) {
	build := func(site *remote.Site, worker int) *pipeline.Pipeline {
		p := pipeline.New(pipeline.Config{})
		out := remote.Map(numbers(p, b.N), site, remote.Stage[int, int]{Name: "work", Workers: 1, Do: func(_ context.Context, v int) (int, error) {
			workAs(worker)
			return v, nil
		}})
		pipeline.ForEach(out, func(context.Context, int) error { return nil })
		return p
	}
	bound := make(chan string, 1)
	site := &remote.Site{Plan: remote.Plan{Stages: map[string]string{"work": "tcp://127.0.0.1:*"}}, OnBound: func(_, endpoint string) { bound <- endpoint }}
	var workers sync.WaitGroup
	workers.Go(func() {
		if err := site.Run(b.Context(), build(site, 0)); err != nil {
			b.Error(err)
		}
	})
	ctx, cancel := context.WithCancel(context.Background())
	endpoints := map[string]string{"work": <-bound}
	ended := make(chan struct{})
	for i := range benchWorkers {
		go func() {
			s := &remote.Site{Role: "work", Plan: remote.Plan{Stages: endpoints}}
			_ = s.Run(ctx, build(s, i)) // ends with the pipeline, or with ctx
			ended <- struct{}{}
		}()
	}
	workers.Wait()
	cancel()
	for range benchWorkers {
		<-ended
	}
}

// BenchmarkRoundRobin gives items in turn, over PUSH and PULL with the high-water mark that
// is closest to a worker's two items.
func BenchmarkRoundRobin(b *testing.B) {
	benchmarkPush(b, patterns.SendHWM(1), patterns.RecvHWM(1))
}

// BenchmarkRoundRobinDefault does so with the default high-water marks.
func BenchmarkRoundRobinDefault(b *testing.B) {
	benchmarkPush(b, patterns.SendHWM(1000), patterns.RecvHWM(1000))
}

func benchmarkPush(b *testing.B, send patterns.SendOption, recv patterns.RecvOption) {
	c := patterns.NewContext()
	defer c.Close()
	in := patterns.InContext(c)
	tasks, err := patterns.NewPush(in, send)
	if err != nil {
		b.Fatal(err)
	}
	results, err := patterns.NewPull(in)
	if err != nil {
		b.Fatal(err)
	}
	taskEnd, err := tasks.Bind("tcp://127.0.0.1:*")
	if err != nil {
		b.Fatal(err)
	}
	resultEnd, err := results.Bind("tcp://127.0.0.1:*")
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var workers sync.WaitGroup
	for i := range benchWorkers {
		pull, err := patterns.NewPull(in, recv)
		if err != nil {
			b.Fatal(err)
		}
		push, err := patterns.NewPush(in)
		if err != nil {
			b.Fatal(err)
		}
		if err := push.Connect(resultEnd.String()); err != nil {
			b.Fatal(err)
		}
		if err := pull.Connect(taskEnd.String()); err != nil {
			b.Fatal(err)
		}
		workers.Go(func() {
			for m, err := range pull.Messages(ctx) {
				if err != nil {
					return
				}
				workAs(i)
				if push.Send(ctx, m) != nil {
					return
				}
			}
		})
	}
	go func() {
		for i := range b.N {
			if tasks.SendBytes(ctx, binary.BigEndian.AppendUint64(nil, uint64(i))) != nil {
				return
			}
		}
	}()
	var m zmq.Message
	for range b.N {
		if err := results.RecvInto(ctx, &m); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	cancel()
	workers.Wait()
}
