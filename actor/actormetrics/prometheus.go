package actormetrics

import (
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/zeroactor/zmq/actor"
)

// A Collector is a [prometheus.Collector] of the figures of a tree. It may be used by any
// goroutine, and be registered with several registries.
type Collector struct {
	root    *actor.Node
	options Options
	figures []figure
	descs   []*prometheus.Desc
	omitted *prometheus.Desc
}

// NewCollector returns a collector of the figures of root and all below it. Their names begin
// with "zeroactor_", as in zeroactor_messages_in_total.
func NewCollector(root *actor.Node, o Options) *Collector {
	c := &Collector{root: root, options: o, figures: figures()}
	for _, f := range c.figures {
		c.descs = append(c.descs, prometheus.NewDesc(prometheusName(f), f.help, f.labels(), nil))
	}
	c.omitted = prometheus.NewDesc("zeroactor_"+omittedName, omittedHelp, nil, nil)
	return c
}

// prometheusName is the name by the conventions: with the unit, and total for what only grows.
func prometheusName(f figure) string {
	name := "zeroactor_" + strings.ReplaceAll(f.name, ".", "_")
	if f.unit == "s" {
		name += "_seconds"
	}
	if f.counter {
		name += "_total"
	}
	return name
}

// Describe implements [prometheus.Collector].
func (c *Collector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range c.descs {
		to <- d
	}
	to <- c.omitted
}

// Collect implements [prometheus.Collector].
func (c *Collector) Collect(to chan<- prometheus.Metric) {
	omitted := look(c.root, c.options, c.figures, func(i int, value float64, labels ...string) {
		for j, label := range labels {
			labels[j] = strings.ToValidUTF8(label, "\uFFFD") // as it must be
		}
		kind := prometheus.GaugeValue
		if c.figures[i].counter {
			kind = prometheus.CounterValue
		}
		to <- prometheus.MustNewConstMetric(c.descs[i], kind, value, labels...)
	})
	to <- prometheus.MustNewConstMetric(c.omitted, prometheus.GaugeValue, float64(omitted))
}
