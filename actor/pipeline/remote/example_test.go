package remote_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/zeroactor/zmq/actor/pipeline"
	"github.com/zeroactor/zmq/actor/pipeline/remote"
	"github.com/zeroactor/zmq/patterns"
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
		Plan:    remote.Plan{Stages: map[string]string{"square": "tcp://127.0.0.1:*"}},
		OnBound: func(_, endpoint string) { bound <- endpoint },
	}
	ended := make(chan error)
	go func() { ended <- here.Run(context.Background(), squares(&here)) }()

	there := remote.Site{Role: "square", Plan: remote.Plan{Stages: map[string]string{"square": <-bound}}}
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

// greetings is the definition of a pipeline of three parts. What it is in is said by the
// site.
func greetings(site *remote.Site, say func(string)) *pipeline.Pipeline {
	p := pipeline.New(pipeline.Config{Name: "greetings"})
	names := pipeline.Values(p, slices.Values([]string{"Ada", "Bob"}))
	names = remote.Edge(names, site, remote.Link[string]{Name: "names"})
	texts := pipeline.Map(names, func(name string) (string, error) { return "Hello, " + name, nil })
	texts = remote.Edge(texts, site, remote.Link[string]{Name: "texts"})
	pipeline.ForEach(texts, func(_ context.Context, text string) error { say(text); return nil })
	return p
}

// A definition, and a plan that a file might hold. Three sites play its roles: they might be on three
// hosts, and then would not share a context.
func ExampleEdge() {
	plan, err := remote.Load(strings.NewReader(`{"edges": {
		"names": {"from": "lister", "to": "greeter", "kind": "router", "endpoint": "inproc://names"},
		"texts": {"from": "greeter", "to": "printer", "endpoint": "inproc://texts", "bind": "to"}
	}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	sockets := patterns.NewContext()
	defer sockets.Close()
	var parts sync.WaitGroup
	for _, role := range []string{"printer", "lister", "greeter"} {
		parts.Go(func() {
			site := &remote.Site{Role: role, Plan: plan, Context: sockets}
			p := greetings(site, func(text string) { fmt.Println(text) })
			if err := site.Run(context.Background(), p); err != nil {
				fmt.Println(role, err)
			}
		})
	}
	parts.Wait()

	// And all of it in one process, without sockets.
	here := &remote.Site{}
	fmt.Println(here.Run(context.Background(), greetings(here, func(text string) { fmt.Println(text + "!") })))
	// Output:
	// Hello, Ada
	// Hello, Bob
	// Hello, Ada!
	// Hello, Bob!
	// <nil>
}

// Parts of different roles give to one edge.
func ExampleJoin() {
	site := &remote.Site{Plan: remote.Plan{Edges: map[string]remote.Wire{
		"all": {From: remote.Roles{"left", "right"}, To: "middle", Endpoint: "tcp://127.0.0.1:*", Bind: "to"},
	}}}
	p := pipeline.New(pipeline.Config{})
	left, right := numbers(p, 2), numbers(p, 3)
	all := remote.Join([]pipeline.Stream[int]{left, right}, site, remote.Link[int]{Name: "all"})
	sum := 0
	pipeline.ForEach(all, func(_ context.Context, v int) error { sum += v; return nil })
	fmt.Println(site.Run(context.Background(), p), sum)
	// Output: <nil> 4
}
