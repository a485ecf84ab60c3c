package remote

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/actor/pipeline"
)

// Errors of edges.
var (
	// ErrNoPeer says that nobody came to the other end of an edge for as long as the
	// site has patience.
	ErrNoPeer = errors.New("remote: nobody is at the other end")

	// ErrPeerLost says that one at the other end is gone, without having ended.
	ErrPeerLost = errors.New("remote: the other end is lost")

	// ErrItemsLost says that items were on the way to or from one that is lost.
	ErrItemsLost = errors.New("remote: items are lost")

	// ErrCutShort says that the pipeline at the other end ended before its sources did by themselves.
	ErrCutShort = errors.New("remote: the other end was cut short")
)

// A Link is an edge of a pipeline that a [Plan] may make one between processes.
type Link[T any] struct {
	// Name names the edge, in the plan.
	Name string

	// Codec turns items into bytes and back. nil is [JSON].
	Codec Codec[T]

	// Packer, if it is not nil, takes the place of the codec.
	Packer Packer[T]

	// Out and In are options of one end only, the one that gives and the one that takes, behind those
	// for both: as when the one may do without the other, but not the other way round. They are for edges of sockets.
	Out, In []pipeline.Option
}

// A Packer turns items into messages and back: for items of several frames, or of large
// ones that are not to be copied. It may be used by several goroutines at once.
type Packer[T any] interface {
	// Pack appends frames to m. After an error m is thrown away.
	Pack(m *zmq.Message, v T) error

	// Unpack makes an item of the frames of m from the one with the number first on. m is
	// used again: to keep its frames, move it ([zmq.Message.MoveTo]).
	Unpack(m *zmq.Message, first int) (T, error)
}

// coder is a Codec as a Packer.
type coder[T any] struct{ codec Codec[T] }

func (c coder[T]) Pack(m *zmq.Message, v T) error {
	b, err := c.codec.Append(nil, v)
	if err == nil {
		m.AppendOwned(b, nil)
	}
	return err
}

func (c coder[T]) Unpack(m *zmq.Message, first int) (v T, err error) {
	if m.Len() != first+1 {
		return v, fmt.Errorf("%d frames, not %d", m.Len(), first+1)
	}
	return c.codec.Decode(m.Frame(first))
}

// Edge makes an edge that may lead to another process: it gives what comes. If the site's
// plan does not name it, it is nothing but the stream itself; else it is
// two stages, called as the edge is and "out" or "in", with a socket each, of which one process or
// another may run either. The options are for both.
func Edge[T any](in pipeline.Stream[T], site *Site, link Link[T], opts ...pipeline.Option) pipeline.Stream[T] {
	return Join([]pipeline.Stream[T]{in}, site, link, opts...)
}

// Join is [Edge] for streams that become one, as [pipeline.Merge] does: what comes from
// parts of different roles.
func Join[T any](ins []pipeline.Stream[T], site *Site, link Link[T], opts ...pipeline.Option) pipeline.Stream[T] {
	if link.Packer == nil {
		if link.Codec == nil {
			link.Codec = JSON[T]{}
		}
		link.Packer = coder[T]{link.Codec}
	}
	x := site.crossing(link.Name, len(ins))
	switch {
	case x != nil:
		return cross(ins, x, link, opts)
	case len(ins) == 1:
		return ins[0]
	}
	return pipeline.Merge(ins, opts...)
}

// A crossing is an edge of sockets: what its ends have in common, if they are in one
// process.
type crossing struct {
	name string
	wire Wire
	site *Site
	ins  int // streams that it joins

	mu      sync.Mutex // guards the rest
	bound   string     // endpoint that has been bound here
	givers  int        // ends here that have not ended
	refused bool       // the end here that takes wants no more
}

// crossing enters an edge of the definition, and returns nil if it is not one of sockets.
func (s *Site) crossing(name string, ins int) *crossing {
	if s.edges == nil {
		s.edges = make(map[string]*crossing)
	}
	if _, twice := s.edges[name]; twice {
		s.problems = append(s.problems, fmt.Errorf("%w: two edges of the name %q", ErrSite, name))
		return nil
	}
	wire, apart := s.Edges[name]
	if !apart {
		s.edges[name] = nil
		return nil
	}
	x := &crossing{name: name, wire: wire, site: s, ins: ins}
	s.edges[name] = x
	if n := len(wire.From); n > 1 && n != ins {
		s.problems = append(s.problems, wrong(name, fmt.Errorf("field \"from\": %d roles for %d streams", n, ins)))
		x.wire.From = nil
	}
	if ins > 1 && wire.binds(bindFrom) {
		s.problems = append(s.problems, wrong(name, fmt.Errorf("field \"bind\": it must be %q, as %d streams are joined", bindTo, ins)))
	}
	return x
}

// from returns the role of the i-th part before the edge, or "".
func (x *crossing) from(i int) string {
	switch len(x.wire.From) {
	case 0:
		return ""
	case 1:
		return x.wire.From[0]
	}
	return x.wire.From[i]
}

// endpoint returns where to connect to.
func (x *crossing) endpoint() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.bound != "" {
		return x.bound
	}
	return x.wire.Endpoint
}

// bind binds an end.
func (x *crossing) bind(s binder) error {
	bound, err := s.Bind(x.wire.Endpoint)
	if err != nil {
		return err
	}
	x.mu.Lock()
	x.bound = bound.String()
	x.mu.Unlock()
	if x.site.OnBound != nil {
		x.site.OnBound(x.name, bound.String())
	}
	return nil
}

// count counts the ends here that give.
func (x *crossing) count(n int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.givers += n
}

// givesHere reports whether something may still come from ends in this process.
func (x *crossing) givesHere() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.givers > 0
}

// refuse says that the end here that takes wants no more, which those that give here can hear of.
func (x *crossing) refuse() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.refused = x.isWhole()
}

func (x *crossing) isRefused() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.refused
}

// isWhole reports whether all of the edge is in this process.
func (x *crossing) isWhole() bool { return x.site.Role == "" }

// cross makes the stages of an edge of sockets.
func cross[T any](ins []pipeline.Stream[T], x *crossing, link Link[T], opts []pipeline.Option) pipeline.Stream[T] {
	packer := link.Packer
	outOpts, inOpts := slices.Concat(opts, link.Out), slices.Concat(opts, link.In)
	for i, in := range ins {
		if x.wire.Kind == Router {
			e := newRouterEnd(x, packer)
			pipeline.Outflow(in, e.run, x.options(outOpts, "out", x.from(i), e.ready)...)
		} else {
			e := &giver[T]{crossing: x, packer: packer, index: i}
			pipeline.Outflow(in, e.run, x.options(outOpts, "out", x.from(i), e.ready)...)
		}
	}
	p := ins[0].Pipeline()
	if x.wire.Kind == Router {
		e := &dealerEnd[T]{crossing: x, packer: packer}
		return pipeline.Inflow(p, e.run, x.options(inOpts, "in", x.wire.To, e.ready)...)
	}
	e := &taker[T]{crossing: x, packer: packer}
	return pipeline.Inflow(p, e.run, x.options(inOpts, "in", x.wire.To, e.ready)...)
}

// options are those of one of the stages.
func (x *crossing) options(opts []pipeline.Option, end, role string, ready func() error) []pipeline.Option {
	opts = append(opts[:len(opts):len(opts)], pipeline.Name(x.name+" "+end), pipeline.Ready(ready))
	if role != "" {
		opts = append(opts, pipeline.Role(role))
	}
	return opts
}
