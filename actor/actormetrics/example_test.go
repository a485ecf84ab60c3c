package actormetrics_test

import (
	"context"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/metric/noop"

	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/actor/actormetrics"
)

// A registry collects the figures of a tree whenever it is asked.
func ExampleNewCollector() {
	err := actor.Run(context.Background(), actor.Config{}, func(ctx context.Context, s *actor.Supervisor) error {
		nothing := func(actor.Ref[int]) actor.Actor[int] {
			return actor.Func[int](func(context.Context, int) error { return nil })
		}
		if _, err := actor.Start(s, "idler", nothing); err != nil {
			return err
		}
		registry := prometheus.NewRegistry()
		registry.MustRegister(actormetrics.NewCollector(s.Node(), actormetrics.Options{}))
		families, err := registry.Gather()
		for _, f := range families {
			if f.GetName() == "zeroactor_mailbox_limit" {
				m := f.GetMetric()[0]
				fmt.Println(m.GetLabel()[0].GetValue(), m.GetGauge().GetValue())
			}
		}
		return err
	})
	fmt.Println(err)
	// Output:
	// /actors/idler 1000
	// <nil>
}

// A meter observes them.
func ExampleRegister() {
	err := actor.Run(context.Background(), actor.Config{}, func(ctx context.Context, s *actor.Supervisor) error {
		meter := noop.NewMeterProvider().Meter("plant") // or that of the program
		registration, err := actormetrics.Register(meter, s.Node(), actormetrics.Options{})
		if err != nil {
			return err
		}
		return registration.Unregister()
	})
	fmt.Println(err)
	// Output: <nil>
}
