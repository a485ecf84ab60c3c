package actormetrics

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/zeroactor/zmq/actor"
)

// Register has meter observe the figures of root and all below it. Their names begin with
// "zeroactor.", as in zeroactor.messages.in. Unregister the registration when the tree
// has ended.
func Register(meter metric.Meter, root *actor.Node, o Options) (metric.Registration, error) {
	all := figures()
	instruments := make([]metric.Float64Observable, len(all))
	used := make([]metric.Observable, 0, len(all)+1)
	for i, f := range all {
		var err error
		if f.counter {
			instruments[i], err = meter.Float64ObservableCounter("zeroactor."+f.name, metric.WithUnit(f.unit), metric.WithDescription(f.help))
		} else {
			instruments[i], err = meter.Float64ObservableGauge("zeroactor."+f.name, metric.WithUnit(f.unit), metric.WithDescription(f.help))
		}
		if err != nil {
			return nil, fmt.Errorf("actormetrics: %w", err)
		}
		used = append(used, instruments[i])
	}
	omitted, err := meter.Int64ObservableGauge("zeroactor."+omittedName, metric.WithUnit("{node}"), metric.WithDescription(omittedHelp))
	if err != nil {
		return nil, fmt.Errorf("actormetrics: %w", err)
	}
	registration, err := meter.RegisterCallback(func(_ context.Context, to metric.Observer) error {
		n := look(root, o, all, func(i int, value float64, labels ...string) {
			attributes := make([]attribute.KeyValue, len(labels))
			for j, name := range all[i].labels() {
				attributes[j] = attribute.String(name, labels[j])
			}
			to.ObserveFloat64(instruments[i], value, metric.WithAttributes(attributes...))
		})
		to.ObserveInt64(omitted, int64(n))
		return nil
	}, append(used, omitted)...)
	if err != nil {
		return nil, fmt.Errorf("actormetrics: %w", err)
	}
	return registration, nil
}
