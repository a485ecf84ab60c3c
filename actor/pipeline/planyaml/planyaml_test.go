package planyaml_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/zeroactor/zmq/actor/pipeline/planyaml"
	"github.com/zeroactor/zmq/actor/pipeline/remote"
	"github.com/zeroactor/zmq/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// One plan, written in each way that there is, is the same plan.
func TestLoad(t *testing.T) {
	want := remote.Plan{
		Stages: map[string]string{"parse": "tcp://10.0.0.1:5556"},
		Edges: map[string]remote.Wire{
			"tasks":   {From: remote.Roles{"ventilator"}, To: "worker", Endpoint: "tcp://*:5557", Kind: remote.Router, Buffer: 32},
			"results": {From: remote.Roles{"worker", "spare"}, Endpoint: "tcp://10.0.0.2:5558", Bind: "to"},
		},
	}
	for name, text := range map[string]string{
		"in blocks": `# who meets where
stages:
  parse: tcp://10.0.0.1:5556   # its workers connect
edges:
  tasks:
    from: ventilator
    to: worker
    kind: router
    endpoint: "tcp://*:5557"
    buffer: 32
  results:
    from: [worker, spare]
    endpoint: &sink tcp://10.0.0.2:5558
    bind: to
`,
		"in a flow": `{stages: {parse: 'tcp://10.0.0.1:5556'}, edges: {tasks: {from: [ventilator], to: worker, kind: router, endpoint: tcp://*:5557, buffer: 0x20},
			results: {from: [worker, spare], endpoint: 'tcp://10.0.0.2:5558', bind: to}}}`,
		"as JSON": `{"stages": {"parse": "tcp://10.0.0.1:5556"}, "edges": {"tasks": {"from": "ventilator", "to": "worker", "kind": "router", "endpoint": "tcp://*:5557", "buffer": 32},
			"results": {"from": ["worker", "spare"], "endpoint": "tcp://10.0.0.2:5558", "bind": "to"}}}`,
	} {
		if got, err := planyaml.Load(strings.NewReader(text)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v\nwant %+v", name, got, err, want)
		}
	}
	for _, nothing := range []string{"", "# nothing is apart\n", "---\n", "edges:\n"} {
		if got, err := planyaml.Load(strings.NewReader(nothing)); err != nil || len(got.Edges)+len(got.Stages) != 0 {
			t.Errorf("%q: %+v, %v", nothing, got, err)
		}
	}
}

// What is wrong is told with the line, or the names of the edge and the field.
func TestErrors(t *testing.T) {
	for bad, want := range map[string]string{
		"edges: [":     "[1:8]",
		"- edges":      "[1:1]",
		"edge: {}":     `unknown field "edge"`,
		"a: 1\n---\nb": "more than one document",
		"edges:\n  x:\n    endpoint: tcp://h:1\n    endpoint: tcp://h:2": "[4:5]",
		"edges:\n  x:\n    endpoint: 5":                                  `edge "x": field "endpoint": it must be a string`,
		"edges:\n  x:\n    from: 5\n    endpoint: tcp://h:1":             `edge "x": it must be a string, or an array of strings`,
		"edges:\n  x:\n    kind: pull\n    endpoint: tcp://h:1":          `edge "x": field "kind": it is "pull"`,
		"edges:\n  x: {}": `edge "x": field "endpoint": it is missing`,
		strings.Repeat(" ", planyaml.MaxSize) + "a": "more than",
	} {
		_, err := planyaml.Load(strings.NewReader(bad))
		if !errors.Is(err, remote.ErrSite) || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%.80q: %v\nis to say %q", bad, err, want)
		}
	}
	broken := errors.New("broken")
	if _, err := planyaml.Load(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Error(err)
	}
}
