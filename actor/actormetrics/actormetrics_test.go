package actormetrics

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/zeroactor/zmq/actor"
)

// tree starts a supervisor with a worker that holds a message in its hand, with one more
// behind it, has failed with one, and has a nameless sibling. The name is not UTF-8.
func tree(t *testing.T) *actor.Node {
	t.Helper()
	s, err := actor.New(t.Context(), actor.Config{Name: "plant", DeadLetters: func(actor.DeadLetter) {}, OnFailure: func(string, error) {}})
	if err != nil {
		t.Fatal(err)
	}
	entered, release := make(chan struct{}), make(chan struct{})
	t.Cleanup(func() {
		close(release)
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	below, err := actor.Supervise(s, "hall", actor.Supervision{})
	if err != nil {
		t.Fatal(err)
	}
	build := func(actor.Ref[int]) actor.Actor[int] {
		return actor.Func[int](func(_ context.Context, n int) error {
			if n == 0 {
				return errors.New("boom")
			}
			entered <- struct{}{}
			<-release
			return nil
		})
	}
	worker, err := actor.Start(below, "work\xffer", build, actor.HWM(1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := actor.Start(below, "", build); err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		if err := worker.Send(t.Context(), n); err != nil {
			t.Fatal(err)
		}
		if n == 1 {
			<-entered
			go func() { <-entered }() // the last one, when it is released
		}
	}
	return s.Node()
}

const wantFigures = `
# HELP zeroactor_mailbox_depth Messages that wait in the mailbox.
# TYPE zeroactor_mailbox_depth gauge
zeroactor_mailbox_depth{actor="/plant/hall/work�er"} 1
# HELP zeroactor_mailbox_full 1 if the next message finds no room in the mailbox, or else 0.
# TYPE zeroactor_mailbox_full gauge
zeroactor_mailbox_full{actor="/plant/hall/work�er"} 1
# HELP zeroactor_messages_failed_total Messages, or items, that the actor failed with.
# TYPE zeroactor_messages_failed_total counter
zeroactor_messages_failed_total{actor="/plant/hall/work�er"} 1
# HELP zeroactor_messages_in_total Messages that have come into the mailbox.
# TYPE zeroactor_messages_in_total counter
zeroactor_messages_in_total{actor="/plant/hall/work�er"} 3
# HELP zeroactor_omitted Nodes of the tree that were not looked at.
# TYPE zeroactor_omitted gauge
zeroactor_omitted 0
# HELP zeroactor_restarts_total Restarts of the actor.
# TYPE zeroactor_restarts_total counter
zeroactor_restarts_total{actor="/plant/hall/work�er"} 1
# HELP zeroactor_working 1 if the actor is at work, or else 0.
# TYPE zeroactor_working gauge
zeroactor_working{actor="/plant/hall/work�er"} 1
`

func TestPrometheus(t *testing.T) {
	c := NewCollector(tree(t), Options{})
	err := testutil.CollectAndCompare(c, strings.NewReader(wantFigures), "zeroactor_mailbox_depth", "zeroactor_mailbox_full", "zeroactor_messages_failed_total",
		"zeroactor_messages_in_total", "zeroactor_omitted", "zeroactor_restarts_total", "zeroactor_working")
	if err != nil {
		t.Error(err)
	}
	problems, err := testutil.CollectAndLint(c)
	if err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(c)
	if n, err := testutil.GatherAndCount(registry); n != len(ofActors())+1 || err != nil {
		t.Errorf("%d series, %v", n, err)
	}
}

// ofActors are the figures of an actor with a mailbox.
func ofActors() []figure {
	return slices.DeleteFunc(figures(), func(f figure) bool { return f.ofPipe != nil })
}

const wantPipes = `
# HELP zeroactor_messages_failed_total Messages, or items, that the actor failed with.
# TYPE zeroactor_messages_failed_total counter
zeroactor_messages_failed_total{actor="/plant/stage"} 3
zeroactor_messages_failed_total{actor="/plant/stage (2)"} 3
# HELP zeroactor_pipe_age_seconds Time that the oldest item has waited in the pipe at least.
# TYPE zeroactor_pipe_age_seconds gauge
zeroactor_pipe_age_seconds{actor="/plant/stage",pipe="reader"} 0
zeroactor_pipe_age_seconds{actor="/plant/stage",pipe="reader (2)"} 0
zeroactor_pipe_age_seconds{actor="/plant/stage (2)",pipe="reader"} 0
zeroactor_pipe_age_seconds{actor="/plant/stage (2)",pipe="reader (2)"} 0
# HELP zeroactor_pipe_depth Items that wait in the pipe.
# TYPE zeroactor_pipe_depth gauge
zeroactor_pipe_depth{actor="/plant/stage",pipe="reader"} 2
zeroactor_pipe_depth{actor="/plant/stage",pipe="reader (2)"} 0
zeroactor_pipe_depth{actor="/plant/stage (2)",pipe="reader"} 2
zeroactor_pipe_depth{actor="/plant/stage (2)",pipe="reader (2)"} 0
# HELP zeroactor_restarts_total Restarts of the actor.
# TYPE zeroactor_restarts_total counter
zeroactor_restarts_total{actor="/plant/stage"} 0
zeroactor_restarts_total{actor="/plant/stage (2)"} 0
`

// Stages have the figures of their pipes, even if several have the same name.
func TestPipes(t *testing.T) {
	root := actor.NewRoot("plant", actor.Options{})
	for range 2 {
		_, err := root.Spawn("stage", actor.Spec{Look: func(s *actor.Snapshot) {
			s.Failures = 3
			s.Pipes = []actor.PipeSnapshot{{Name: "reader", In: 5, Taken: 3, HWM: 2, Full: true}, {Name: "reader"}}
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	c := NewCollector(root, Options{})
	err := testutil.CollectAndCompare(c, strings.NewReader(wantPipes), "zeroactor_pipe_depth", "zeroactor_pipe_age_seconds", "zeroactor_messages_failed_total", "zeroactor_restarts_total")
	if err != nil {
		t.Error(err)
	}
	if problems, err := testutil.CollectAndLint(c); err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
	got := make(map[string]float64)
	reader := sdk.NewManualReader()
	if _, err := Register(sdk.NewMeterProvider(sdk.WithReader(reader)).Meter("test"), root, Options{}); err != nil {
		t.Fatal(err)
	}
	var all metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	for _, m := range all.ScopeMetrics[0].Metrics {
		for _, p := range points(m.Data) {
			path, _ := p.Attributes.Value("actor")
			pipe, _ := p.Attributes.Value("pipe")
			got[m.Name+path.AsString()+"|"+pipe.AsString()] = p.Value
		}
	}
	for name, want := range map[string]float64{"zeroactor.pipe.full/plant/stage (2)|reader": 1, "zeroactor.pipe.in/plant/stage|reader (2)": 0, "zeroactor.messages.failed/plant/stage|": 3} {
		if v, ok := got[name]; !ok || v != want {
			t.Errorf("%s is %v, %v, want %v", name, v, ok, want)
		}
	}
	if err := root.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

// Who asks for fewer nodes is told how many are missing; who asks for the nameless gets
// them.
func TestOptions(t *testing.T) {
	root := tree(t)
	if got := testutil.CollectAndCount(NewCollector(root, Options{MaxNodes: 2})); got != 1 {
		t.Errorf("%d figures of two passive nodes, want how many more there are", got)
	}
	if got, want := testutil.CollectAndCount(NewCollector(root, Options{Unnamed: true})), 2*len(ofActors())+1; got != want {
		t.Errorf("%d figures with the nameless, want %d", got, want)
	}
	if omitted := look(root, Options{MaxNodes: 2}, figures(), func(int, float64, ...string) { t.Error("a figure") }); omitted != 2 {
		t.Errorf("%d omitted", omitted)
	}
}

func TestOpenTelemetry(t *testing.T) {
	reader := sdk.NewManualReader()
	provider := sdk.NewMeterProvider(sdk.WithReader(reader))
	registration, err := Register(provider.Meter("test"), tree(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]float64)
	collect := func() {
		clear(got)
		var all metricdata.ResourceMetrics
		if err := reader.Collect(t.Context(), &all); err != nil {
			t.Fatal(err)
		}
		for _, scope := range all.ScopeMetrics {
			for _, m := range scope.Metrics {
				for _, p := range points(m.Data) {
					if path, _ := p.Attributes.Value("actor"); path.AsString() != "/plant/hall/work\xffer" {
						t.Errorf("%s of %q", m.Name, path.AsString())
					}
					got[m.Name] = p.Value
				}
			}
		}
	}
	collect()
	for name, want := range map[string]float64{
		"zeroactor.messages.in": 3, "zeroactor.messages.failed": 1, "zeroactor.messages.lost": 1, "zeroactor.restarts": 1,
		"zeroactor.mailbox.depth": 1, "zeroactor.mailbox.limit": 1, "zeroactor.mailbox.full": 1, "zeroactor.working": 1,
	} {
		if v, ok := got[name]; !ok || v != want {
			t.Errorf("%s is %v, %v, want %v", name, v, ok, want)
		}
	}
	if err := registration.Unregister(); err != nil {
		t.Error(err)
	}
	if collect(); len(got) != 0 {
		t.Errorf("still observed: %v", got)
	}
}

func points(data metricdata.Aggregation) []metricdata.DataPoint[float64] {
	switch d := data.(type) {
	case metricdata.Sum[float64]:
		return d.DataPoints
	case metricdata.Gauge[float64]:
		return d.DataPoints
	}
	return nil // the count of omitted nodes
}
