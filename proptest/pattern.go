package proptest

import (
	"fmt"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// A pattern is what a history is about: sockets of two sides, each of which
// talks to those of the other one.
type pattern struct {
	name  string
	sides [2][]string // kinds of sockets
	most  int         // sockets of a side
	gates [2]string   // kinds of the sockets of a proxy between them, that each side talks to; none if there can't be one
	twin  func(h History, local bool) twin
}

// allPatterns are the patterns of histories.
func allPatterns() []pattern {
	return []pattern{
		{"pair", [2][]string{{"PAIR"}, {"PAIR"}}, 1, [2]string{}, newPairTwin},
		{"pipeline", [2][]string{{"PUSH"}, {"PULL"}}, 3, [2]string{"PULL", "PUSH"}, newPipelineTwin},
		{"conflate", [2][]string{{"PUSH"}, {"PULL"}}, 1, [2]string{}, newConflateTwin},
		{"dealer", [2][]string{{"DEALER"}, {"DEALER"}}, 3, [2]string{"DEALER", "DEALER"}, newPipelineTwin},
		{"router", [2][]string{{"ROUTER"}, {"DEALER"}}, 3, [2]string{"DEALER", "ROUTER"}, newRouterTwin},
		{"reqrep", [2][]string{{"REQ"}, {"REP"}}, 3, [2]string{"ROUTER", "DEALER"}, newReqrepTwin},
		{"pubsub", [2][]string{{"PUB", "XPUB"}, {"SUB", "XSUB"}}, 3, [2]string{"XSUB", "XPUB"}, newPubsubTwin},
		{"stream", [2][]string{{"STREAM"}, {"STREAM"}}, 3, [2]string{}, newStreamTwin},
	}
}

// Patterns returns the names of the patterns that histories can be of.
func Patterns() (names []string) {
	for _, p := range allPatterns() {
		names = append(names, p.name)
	}
	return names
}

// Patterns returns the names of those of the patterns that the medium can be used
// for: a STREAM has bytes, and inproc none.
func (m Medium) Patterns() (names []string) {
	for _, name := range Patterns() {
		if name != "stream" || !m.Local {
			names = append(names, name)
		}
	}
	return names
}

func findPattern(name string) (pattern, error) {
	for _, p := range allPatterns() {
		if p.name == name {
			return p, nil
		}
	}
	return pattern{}, fmt.Errorf("proptest: no pattern %q: there are %q", name, Patterns())
}

// An end is what all socket types have in common.
type end interface {
	Bind(string) (zmq.Endpoint, error)
	Unbind(string) error
	Connect(string) error
	Disconnect(string) error
	Close() error
	CloseNow() error
	Stats() patterns.Stats
}

// What some socket types have.
type (
	trySender   interface{ TrySend(*zmq.Message) error }
	tryReceiver interface{ TryRecv(*zmq.Message) error }
	subscriber  interface {
		Subscribe(string) error
		Unsubscribe(string) error
	}
)

// open makes socket i of a history. Nobody is told what the gate of a device cannot
// deliver.
func open(s Socket, i int, gate bool, opts ...patterns.Option) (end, error) {
	send, recv := patterns.SendHWM(s.SendHWM), patterns.RecvHWM(s.RecvHWM)
	conflate := patterns.Conflate(s.Mode == Conflated)
	switch s.Kind {
	case "PAIR":
		return made(patterns.NewPair(with[patterns.PairOption](opts, send, recv)...))
	case "PUSH":
		return made(patterns.NewPush(with[patterns.PushOption](opts, send, conflate)...))
	case "PULL":
		return made(patterns.NewPull(with[patterns.PullOption](opts, recv, conflate)...))
	case "DEALER":
		id := patterns.RoutingID([]byte(routingID(i)))
		return made(patterns.NewDealer(with[patterns.DealerOption](opts, send, recv, id)...))
	case "ROUTER":
		return made(patterns.NewRouter(with[patterns.RouterOption](opts, send, recv, patterns.RouterMandatory(!gate))...))
	case "STREAM":
		return made(patterns.NewStream(with[patterns.StreamOption](opts, send, recv)...))
	case "REQ":
		return made(patterns.NewReq(with[patterns.ReqOption](opts, send, recv)...))
	case "REP":
		return made(patterns.NewRep(with[patterns.RepOption](opts, send, recv)...))
	}
	return openPubsub(s, opts, send, recv)
}

// openPubsub is open of the sockets that publish and subscribe.
func openPubsub(s Socket, opts []patterns.Option, send patterns.SendOption, recv patterns.RecvOption) (end, error) {
	invert, verbose, manual := patterns.InvertMatching(s.Mode == Inverted), patterns.XPubVerbose(s.Mode == Verbose), patterns.XPubManual(s.Mode == Manual)
	switch s.Kind {
	case "PUB":
		return made(patterns.NewPub(with[patterns.PubOption](opts, send, invert)...))
	case "XPUB":
		return made(patterns.NewXPub(with[patterns.XPubOption](opts, send, recv, invert, verbose, manual)...))
	case "SUB":
		return made(patterns.NewSub(with[patterns.SubOption](opts, recv, invert)...))
	case "XSUB":
		return made(patterns.NewXSub(with[patterns.XSubOption](opts, send, recv)...))
	}
	return nil, fmt.Errorf("proptest: no kind of socket %q", s.Kind)
}

// subscribes reports whether sockets of a kind subscribe.
func subscribes(kind string) bool { return kind == "SUB" || kind == "XSUB" }

// with returns options that apply to all sockets together with others.
func with[T any](opts []patterns.Option, more ...T) []T {
	for _, o := range opts {
		more = append(more, any(o).(T))
	}
	return more
}

func made[S end](s S, err error) (end, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}
