package remote_test

import (
	"context"
	"fmt"

	"github.com/zeroactor/zmq/actor/pipeline"
	"github.com/zeroactor/zmq/actor/pipeline/remote"
)

// squares is the definition of a pipeline, for whatever process.
func squares(site *remote.Site) *pipeline.Pipeline {
	p := pipeline.New(pipeline.Config{Name: "squares"})
	out := remote.Map(numbers(p, 4), site, remote.Stage[int, int]{
		Name: "square", Workers: 2,
		Do: func(_ context.Context, v int) (int, error) { return v * v, nil },
	})
	pipeline.ForEach(out, func(_ context.Context, v int) error { fmt.Println(v); return nil })
	return p
}

// Two sites, which might be two processes on two hosts: one runs the pipeline, the other
// does the work of one of its stages.
func ExampleMap() {
	bound := make(chan string, 1)
	here := remote.Site{
		Endpoints: map[string]string{"square": "tcp://127.0.0.1:*"},
		OnBound:   func(_, endpoint string) { bound <- endpoint },
	}
	ended := make(chan error)
	go func() { ended <- here.Run(context.Background(), squares(&here)) }()

	there := remote.Site{Role: "square", Endpoints: map[string]string{"square": <-bound}}
	fmt.Println(there.Run(context.Background(), squares(&there)))
	fmt.Println(<-ended)
	// Unordered output:
	// 0
	// 1
	// 4
	// 9
	// <nil>
	// <nil>
}
