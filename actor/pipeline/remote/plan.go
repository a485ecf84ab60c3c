package remote

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/actor/pipeline"
)

// A Plan says which parts of a pipeline are apart, and where they meet. The zero
// Plan leaves all of it in one process. It is to be had from a file ([Load]), the same one for all processes:
//
//	{
//	  "edges": {
//	    "tasks":   {"from": "ventilator", "to": "worker", "endpoint": "tcp://10.0.0.1:5557"},
//	    "results": {"from": "worker", "to": "sink", "endpoint": "tcp://10.0.0.2:5558", "bind": "to"}
//	  }
//	}
type Plan struct {
	// Stages are where stages made by [Map] meet their workers, by the stages' names. The
	// process that runs the stage binds the endpoint, its workers' connect to it. A stage
	// without one does its work itself.
	Stages map[string]string `json:"stages,omitempty"`

	// Edges are those, made by [Edge] and [Join], that are sockets, by their names. An edge
	// that is not among them is a queue like others.
	Edges map[string]Wire `json:"edges,omitempty"`
}

// A Wire is how an edge of sockets is made.
type Wire struct {
	// From and To name the roles of the parts before and after it. They may be
	// left out where another edge, or [pipeline.Role], names them. The parts that
	// a [Join] joins are of one role, or of one each, in their order.
	From Roles  `json:"from,omitempty"`
	To   string `json:"to,omitempty"`

	// Kind is which sockets: [Push], which is the default, [Pub] or [Router].
	Kind string `json:"kind,omitempty"`

	// Endpoint is where its ends meet.
	Endpoint string `json:"endpoint"`

	// Bind is which end binds the endpoint, and so is one process, while the other end may be several:
	// "from", which is the default, or "to".
	Bind string `json:"bind,omitempty"`

	// Buffer is how many items each socket holds for each peer, besides what the operating system does. 0 is
	// [DefaultWireBuffer].
	Buffer int `json:"buffer,omitempty"`

	// Receivers is for how many a Pub waits before it gives anything. 0 is one.
	Receivers int `json:"receivers,omitempty"`
}

// Kinds of wires.
const (
	// Push is PUSH and PULL: each item goes to one receiver, in turn to those that
	// have room. At most once: what a receiver had that dies is lost.
	Push = "push"

	// Pub is PUB and SUB: each item goes to all receivers, at the pace of the slowest. At
	// most once.
	Pub = "pub"

	// Router is ROUTER and DEALER: each item goes to the receiver that has least to do. At
	// least once: what a receiver had not taken when it died goes to another.
	Router = "router"
)

// DefaultWireBuffer is how many items a socket of an edge holds.
const DefaultWireBuffer = 64

// Which end binds.
const (
	bindFrom = "from"
	bindTo   = "to"
)

// maxReceivers is more than a PUB can serve at a useful pace.
const maxReceivers = 1 << 16

// Roles are names of roles; one of them may stand for itself in JSON.
type Roles []string

// UnmarshalJSON reads a string or an array of strings.
func (r *Roles) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*r = Roles{one}
		return nil
	}
	var all []string
	if json.Unmarshal(text, &all) != nil {
		return errors.New("it must be a string, or an array of strings")
	}
	*r = all
	return nil
}

// MarshalJSON writes what UnmarshalJSON reads.
func (r Roles) MarshalJSON() ([]byte, error) {
	if len(r) == 1 {
		return json.Marshal(r[0])
	}
	return json.Marshal([]string(r))
}

// Load reads a plan from JSON. A field that is unknown or wrong is an error, an [ErrSite], that names it and its edge.
func Load(r io.Reader) (Plan, error) {
	var file struct {
		Stages map[string]string          `json:"stages"`
		Edges  map[string]json.RawMessage `json:"edges"`
	}
	d := json.NewDecoder(r)
	if err := strict(d, &file); err != nil {
		return Plan{}, fmt.Errorf("%w: %w", ErrSite, err)
	}
	plan := Plan{Stages: file.Stages, Edges: make(map[string]Wire)}
	for _, name := range slices.Sorted(maps.Keys(file.Edges)) {
		var w Wire
		if err := strict(json.NewDecoder(bytes.NewReader(file.Edges[name])), &w); err != nil {
			return Plan{}, wrong(name, err)
		}
		plan.Edges[name] = w
	}
	return plan, plan.check()
}

// strict reads one value, and nothing else.
func strict(d *json.Decoder, into any) error {
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if mismatch, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("field %q: it must be a %v, not a %s", mismatch.Field, mismatch.Type, mismatch.Value)
	}
	if err != nil {
		return fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "json: ")) // as "unknown field "x""
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("there is more behind it")
	}
	return nil
}

// wrong says what is wrong with the wire of an edge.
func wrong(edge string, err error) error {
	return fmt.Errorf("%w: edge %q: %w", ErrSite, edge, err)
}

// check returns all that is wrong with a plan by itself.
func (p Plan) check() error {
	var all []error
	for _, name := range slices.Sorted(maps.Keys(p.Edges)) {
		if err := p.Edges[name].check(); err != nil {
			all = append(all, wrong(name, err))
		}
	}
	return errors.Join(all...)
}

// check returns what is wrong with a wire, with the name of the field.
func (w Wire) check() error {
	field := func(name, format string, args ...any) error {
		return fmt.Errorf("field %q: "+format, append([]any{name}, args...)...)
	}
	switch _, err := zmq.ParseEndpoint(w.Endpoint); {
	case w.Endpoint == "":
		return field("endpoint", "it is missing")
	case err != nil:
		return field("endpoint", "%w", err)
	case !slices.Contains([]string{"", Push, Pub, Router}, w.Kind):
		return field("kind", "it is %q; it must be %q, %q or %q", w.Kind, Push, Pub, Router)
	case !slices.Contains([]string{"", bindFrom, bindTo}, w.Bind):
		return field("bind", "it is %q; it must be %q or %q", w.Bind, bindFrom, bindTo)
	case w.Kind == Router && w.Bind == bindTo:
		return field("bind", "a router binds the end that items come from")
	case w.Buffer < 0 || w.Buffer > pipeline.MaxBuffer:
		return field("buffer", "it is %d; it must be from 1 to %d, or 0 for the default", w.Buffer, pipeline.MaxBuffer)
	case w.Receivers < 0 || w.Receivers > maxReceivers:
		return field("receivers", "it is %d; it must be from 1 to %d, or 0 for one", w.Receivers, maxReceivers)
	case w.Receivers > 0 && w.Kind != Pub:
		return field("receivers", "only a %q waits for them", Pub)
	case slices.Contains(w.From, ""):
		return field("from", "a role without a name")
	case w.To != "" && slices.Contains(w.From, w.To):
		return field("to", "%q is the role that it comes from as well", w.To)
	}
	return nil
}

func (w Wire) buffer() int {
	if w.Buffer == 0 {
		return DefaultWireBuffer
	}
	return w.Buffer
}

// binds reports whether an end binds the endpoint.
func (w Wire) binds(end string) bool { return w.Bind == end || w.Bind == "" && end == bindFrom }
