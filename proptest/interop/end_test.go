//go:build unix

package interop

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// An end is a socket of ours or of libzmq. Whatever fails, fails its test; what
// would wait longer than patience has failed.
type end interface {
	bind(endpoint string) (bound string)
	connect(endpoint string)
	send(m message)
	recv() message
	recvWithin(d time.Duration) (m message, ok bool)
	subscribe(topics ...string)
	unsubscribe(topics ...string)
	close() // and deliver
}

// ours is a socket of this module.
type ours struct {
	t    testing.TB
	typ  string
	sock socket

	happened chan patterns.Event // closed after the last one
}

// socket has the methods of all sockets of ours.
type socket interface {
	Bind(string) (zmq.Endpoint, error)
	Unbind(string) error
	Connect(string) error
	Monitor(context.Context) iter.Seq[patterns.Event]
	Close() error
	CloseNow() error
}

type sender interface {
	Send(context.Context, *zmq.Message) error
	TrySend(*zmq.Message) error
}

type receiver interface {
	RecvInto(context.Context, *zmq.Message) error
}

// take picks the options that a constructor takes: all of them, or the test is
// wrong.
func take[O any](t testing.TB, options []any) (picked []O) {
	t.Helper()
	for _, o := range options {
		option, ok := o.(O)
		if !ok {
			t.Fatalf("option %v does not apply", o)
		}
		picked = append(picked, option)
	}
	return picked
}

// newOurs makes a socket that is closed with t, and watched from its beginning.
func newOurs(t testing.TB, typ string, options ...any) *ours {
	t.Helper()
	s, err := construct(t, typ, options)
	if err != nil {
		t.Fatal(err)
	}
	o := &ours{t: t, typ: typ, sock: s, happened: make(chan patterns.Event, 1000)}
	ctx, cancel := context.WithCancel(context.Background())
	monitor := s.Monitor(ctx)
	go func() {
		defer close(o.happened)
		for ev := range monitor {
			o.happened <- ev
		}
	}()
	t.Cleanup(func() {
		_ = s.CloseNow() // most tests have closed it, or have sent to nobody
		cancel()
		o.events()
	})
	return o
}

func construct(t testing.TB, typ string, options []any) (socket, error) {
	switch typ {
	case "PUSH":
		return patterns.NewPush(take[patterns.PushOption](t, options)...)
	case "PULL":
		return patterns.NewPull(take[patterns.PullOption](t, options)...)
	case "PAIR":
		return patterns.NewPair(take[patterns.PairOption](t, options)...)
	case "DEALER":
		return patterns.NewDealer(take[patterns.DealerOption](t, options)...)
	case "ROUTER":
		return patterns.NewRouter(take[patterns.RouterOption](t, options)...)
	case "REQ":
		return patterns.NewReq(take[patterns.ReqOption](t, options)...)
	case "REP":
		return patterns.NewRep(take[patterns.RepOption](t, options)...)
	case "PUB":
		return patterns.NewPub(take[patterns.PubOption](t, options)...)
	case "SUB":
		return patterns.NewSub(take[patterns.SubOption](t, options)...)
	case "XPUB":
		return patterns.NewXPub(take[patterns.XPubOption](t, options)...)
	case "XSUB":
		return patterns.NewXSub(take[patterns.XSubOption](t, options)...)
	case "STREAM":
		return patterns.NewStream(take[patterns.StreamOption](t, options)...)
	}
	t.Fatalf("no socket type %q", typ)
	return nil, nil
}

func (o *ours) ok(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatalf("our %s: %v", o.typ, err)
	}
}

func (o *ours) bind(endpoint string) string {
	o.t.Helper()
	bound, err := o.sock.Bind(endpoint)
	o.ok(err)
	return bound.String()
}

func (o *ours) connect(endpoint string) {
	o.t.Helper()
	o.ok(o.sock.Connect(endpoint))
}

// send sends a message, and waits for a peer that a ROUTER is to reach.
func (o *ours) send(m message) {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	out := m.toZMQ()
	err := o.sock.(sender).Send(ctx, out)
	for errors.Is(err, zmq.ErrUnreachable) && ctx.Err() == nil {
		time.Sleep(time.Millisecond) // nothing tells of a peer that becomes known
		err = o.sock.(sender).Send(ctx, out)
	}
	o.ok(err)
}

func (o *ours) recv() message {
	o.t.Helper()
	m, ok := o.recvWithin(patience)
	if !ok {
		o.t.Fatalf("our %s: no message", o.typ)
	}
	return m
}

func (o *ours) recvWithin(d time.Duration) (message, bool) {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	var in zmq.Message
	err := o.sock.(receiver).RecvInto(ctx, &in)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, false
	}
	o.ok(err)
	defer in.Release()
	return fromZMQ(&in), true
}

// subscriber is what SUB and XSUB have more than others.
type subscriber interface {
	Subscribe(prefix string) error
	Unsubscribe(prefix string) error
}

func (o *ours) subscribe(topics ...string) {
	o.t.Helper()
	for _, topic := range topics {
		o.ok(o.sock.(subscriber).Subscribe(topic))
	}
}

func (o *ours) unsubscribe(topics ...string) {
	o.t.Helper()
	for _, topic := range topics {
		o.ok(o.sock.(subscriber).Unsubscribe(topic))
	}
}

func (o *ours) close() {
	o.t.Helper()
	o.ok(o.sock.Close())
}

// event waits for one of the kinds.
func (o *ours) event(kinds patterns.EventKind) patterns.Event {
	o.t.Helper()
	late := time.After(patience)
	var seen []string
	for {
		select {
		case ev, ok := <-o.happened:
			if ok && ev.Kind&kinds != 0 {
				return ev
			}
			if !ok {
				o.t.Fatalf("our %s: no %v, but %v, and the end", o.typ, kinds, seen)
			}
			seen = append(seen, ev.Kind.String())
		case <-late:
			o.t.Fatalf("our %s: no %v, but %v", o.typ, kinds, seen)
		}
	}
}

// events returns the kinds of what is left of a closed socket's events.
func (o *ours) events() (kinds []string) {
	for ev := range o.happened {
		kinds = append(kinds, ev.Kind.String())
	}
	return kinds
}

// names of sockets of libzmq.
var names atomic.Int64

// theirs is a socket of libzmq.
type theirs struct {
	t    testing.TB
	typ  string
	peer *peer
	name int

	closed bool
	last   string // endpoint connected to
}

type options map[string]any

// newTheirs makes a socket of libzmq that is closed with t. Options go by the
// names of libzmq without ZMQ_; their values are integers or []byte.
func newTheirs(t testing.TB, p *peer, typ string, opts options) *theirs {
	t.Helper()
	s := &theirs{t: t, typ: typ, peer: p, name: int(names.Add(1))}
	r := request{Op: "socket", Type: typ, Options: options{}}
	for name, v := range opts {
		r.Options[name] = toValue(v)
	}
	s.call(r)
	t.Cleanup(func() {
		if s.closed {
			return
		}
		if _, err := p.call(request{Op: "close", Sock: s.name}); err != nil && !errors.Is(err, errPeerEnded) {
			t.Error(err)
		}
	})
	return s
}

func toValue(v any) any {
	if b, ok := v.([]byte); ok {
		return toWire(received(b))
	}
	return v
}

func (s *theirs) call(r request) answer {
	s.t.Helper()
	r.Sock = s.name
	a, err := s.peer.call(r)
	if err != nil {
		s.t.Fatalf("their %s: %v", s.typ, err)
	}
	return a
}

func (s *theirs) bind(endpoint string) string {
	s.t.Helper()
	return s.call(request{Op: "bind", Endpoint: endpoint}).OK.Endpoint
}

func (s *theirs) connect(endpoint string) {
	s.t.Helper()
	s.call(request{Op: "connect", Endpoint: endpoint})
	s.last = endpoint
}

func (s *theirs) send(m message) {
	s.t.Helper()
	r := request{Op: "send"}
	for _, f := range m {
		r.Frames = append(r.Frames, toWire(f))
	}
	s.call(r)
}

func (s *theirs) recv() message {
	s.t.Helper()
	m, ok := s.recvWithin(patience)
	if !ok {
		s.t.Fatalf("their %s: no message", s.typ)
	}
	return m
}

func (s *theirs) recvWithin(d time.Duration) (message, bool) {
	s.t.Helper()
	a, err := s.peer.call(request{Op: "recv", Sock: s.name, Timeout: max(1, d.Milliseconds())})
	if err != nil && strings.Contains(err.Error(), "timeout") {
		return nil, false
	}
	if err != nil {
		s.t.Fatalf("their %s: %v", s.typ, err)
	}
	var m message
	for _, w := range a.OK.Frames {
		f, err := fromWire(w)
		if err != nil {
			s.t.Fatal(err)
		}
		m = append(m, f)
	}
	return m, true
}

func (s *theirs) set(name string, values ...any) {
	s.t.Helper()
	r := request{Op: "set", Name: name}
	for _, v := range values {
		r.Values = append(r.Values, toValue(v))
	}
	s.call(r)
}

func (s *theirs) subscribe(topics ...string)   { s.filter("SUBSCRIBE", "\x01", topics) }
func (s *theirs) unsubscribe(topics ...string) { s.filter("UNSUBSCRIBE", "\x00", topics) }

func (s *theirs) filter(option, prefix string, topics []string) {
	s.t.Helper()
	if s.typ == "XSUB" {
		for _, topic := range topics {
			s.send(texts(prefix + topic))
		}
		return
	}
	for some := range slices.Chunk(topics, 1000) {
		var values []any
		for _, topic := range some {
			values = append(values, []byte(topic))
		}
		s.set(option, values...)
	}
}

func (s *theirs) monitor() { s.t.Helper(); s.call(request{Op: "monitor"}) }

// event waits for one of the events, named as in libzmq without ZMQ_EVENT_.
func (s *theirs) event(names ...string) answer {
	s.t.Helper()
	return s.call(request{Op: "event", Names: names})
}

// notice lets libzmq forget the peers that it has lost. Until then a PAIR refuses
// the next one, a ROUTER the next one of that id, and messages go to who is gone.
func (s *theirs) notice() { s.t.Helper(); s.call(request{Op: "notice"}) }

// close lets libzmq deliver in the background, without end.
func (s *theirs) close() {
	s.t.Helper()
	s.call(request{Op: "close", Linger: -1})
	s.closed = true
}
