package planyaml_test

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/zeroactor/zmq/actor/pipeline"
	"github.com/zeroactor/zmq/actor/pipeline/planyaml"
	"github.com/zeroactor/zmq/actor/pipeline/remote"
)

// The same definition runs in one process without a plan, and with one where that says so.
func ExampleLoad() {
	plan, err := planyaml.Load(strings.NewReader(`
edges:
  squares:             # of numbers, to whoever adds
    from: computer
    to: adder
    endpoint: inproc://squares
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	site := &remote.Site{Plan: plan} // without a Role all parts are here
	p := pipeline.New(pipeline.Config{})
	numbers := pipeline.Values(p, slices.Values([]int{1, 2, 3}))
	squares := pipeline.Map(numbers, func(n int) (int, error) { return n * n, nil })
	sum := 0
	pipeline.ForEach(remote.Edge(squares, site, remote.Link[int]{Name: "squares"}), func(_ context.Context, n int) error {
		sum += n
		return nil
	})
	fmt.Println(site.Run(context.Background(), p), sum)
	// Output: <nil> 14
}
