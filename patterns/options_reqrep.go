package patterns

import (
	"bytes"
	"fmt"
)

// The options of the sockets that send and receive. What a type does not take
// does not compile.
type (
	PairOption   interface{ applyPair(*config) }
	DealerOption interface{ applyDealer(*config) }
	RouterOption interface{ applyRouter(*config) }
	ReqOption    interface{ applyReq(*config) }
	RepOption    interface{ applyRep(*config) }
	StreamOption interface{ applyStream(*config) }
)

func (o Option) applyPair(c *config)   { o.fn(c) }
func (o Option) applyDealer(c *config) { o.fn(c) }
func (o Option) applyRouter(c *config) { o.fn(c) }
func (o Option) applyReq(c *config)    { o.fn(c) }
func (o Option) applyRep(c *config)    { o.fn(c) }
func (o Option) applyStream(c *config) { o.fn(c) }

func (o SendOption) applyPair(c *config)   { o.applyPush(c) }
func (o SendOption) applyDealer(c *config) { o.applyPush(c) }
func (o SendOption) applyRouter(c *config) { o.applyPush(c) }
func (o SendOption) applyReq(c *config)    { o.applyPush(c) }
func (o SendOption) applyRep(c *config)    { o.applyPush(c) }
func (o SendOption) applyStream(c *config) { o.applyPush(c) }

func (o RecvOption) applyPair(c *config)   { o.applyPull(c) }
func (o RecvOption) applyDealer(c *config) { o.applyPull(c) }
func (o RecvOption) applyRouter(c *config) { o.applyPull(c) }
func (o RecvOption) applyReq(c *config)    { o.applyPull(c) }
func (o RecvOption) applyRep(c *config)    { o.applyPull(c) }
func (o RecvOption) applyStream(c *config) { o.applyPull(c) }

// reqrepConfig has the options that only sockets of this family know.
type reqrepConfig struct {
	correlate, relaxed  bool   // REQ
	probe               bool   // REQ, DEALER, ROUTER
	mandatory, handover bool   // ROUTER
	notify              Notify // ROUTER, STREAM
}

// Options of one type each.
type (
	reqOnly    func(*reqrepConfig)
	routerOnly func(*reqrepConfig)
	streamOnly func(*reqrepConfig)
	rawOption  bool
)

func (f reqOnly) applyReq(c *config)       { f(&c.reqrep) }
func (f routerOnly) applyRouter(c *config) { f(&c.reqrep) }
func (f streamOnly) applyStream(c *config) { f(&c.reqrep) }
func (o rawOption) applyRouter(c *config)  { c.raw = bool(o) }

// ReqCorrelate makes a REQ put a number before each request, by which it knows
// the reply. Late replies to requests that were given up are then told apart
// without ending the connection they may come over. The peer must send back the
// whole envelope, as a REP does. Off by default (ZMQ_REQ_CORRELATE).
func ReqCorrelate(on bool) ReqOption {
	return reqOnly(func(c *reqrepConfig) { c.correlate = on })
}

// ReqRelaxed allows a REQ to send the next request without waiting for the
// reply to the last one, which is then given up as [Req.Do] gives up one.
// Off by default (ZMQ_REQ_RELAXED).
func ReqRelaxed(on bool) ReqOption {
	return reqOnly(func(c *reqrepConfig) { c.relaxed = on })
}

// RouterMandatory makes a ROUTER fail with [zmq.ErrUnreachable] if it is to
// send to a peer that it does not know, and wait while the peer's queue is
// full. By default the message is dropped, and counted, in both cases
// (ZMQ_ROUTER_MANDATORY).
func RouterMandatory(on bool) RouterOption {
	return routerOnly(func(c *reqrepConfig) { c.mandatory = on })
}

// RouterHandover makes a ROUTER give the routing id of a connected peer to a
// newcomer that announces the same one, and end the older connection. By
// default the newcomer is refused (ZMQ_ROUTER_HANDOVER).
func RouterHandover(on bool) RouterOption {
	return routerOnly(func(c *reqrepConfig) { c.handover = on })
}

// Notify says of which changes of its connections a ROUTER tells.
type Notify int

// The changes, which may be combined.
const (
	NotifyConnect    Notify = 1 << iota // a peer has connected
	NotifyDisconnect                    // a peer's connection is lost
)

// RouterNotify makes a ROUTER receive a message of the peer's routing id and an
// empty frame when a peer connects, before all others of that connection,
// or when its connection is lost, after all others. That the socket itself has
// ended a connection is not told, nor anything of inproc peers. 0, the
// default, tells nothing (ZMQ_ROUTER_NOTIFY).
func RouterNotify(n Notify) RouterOption {
	return routerOnly(func(c *reqrepConfig) { c.notify = n })
}

// RouterRaw makes a ROUTER exchange bytes with peers that do not speak ZMTP, as
// a [Stream] does, with its ids and its notifications: the one difference left is
// that what can't be sent is dropped, as a ROUTER does, unless there is
// [RouterMandatory]. What speaks of announced ids means nothing then, and there
// are no probes. New programs take a Stream. Off by default (ZMQ_ROUTER_RAW,
// which libzmq deprecates).
func RouterRaw(on bool) RouterOption { return rawOption(on) }

// StreamNotify makes a STREAM receive a message of the connection's id and an
// empty frame when a connection is made, and when it is lost. On by default
// (ZMQ_STREAM_NOTIFY).
func StreamNotify(on bool) StreamOption {
	return streamOnly(func(c *reqrepConfig) {
		c.notify = 0
		if on {
			c.notify = NotifyConnect | NotifyDisconnect
		}
	})
}

// A ProbeOption applies to the sockets that a ROUTER may want to know.
type ProbeOption struct{ on bool }

// ProbeRouter makes the socket send an empty message over each new connection,
// so that a ROUTER at the other end receives it and learns the socket's id.
// Peers of other types ought not to be probed: they would take it for a message.
// Off by default (ZMQ_PROBE_ROUTER).
func ProbeRouter(on bool) ProbeOption { return ProbeOption{on} }

func (o ProbeOption) applyDealer(c *config) { c.reqrep.probe = o.on }
func (o ProbeOption) applyRouter(c *config) { c.reqrep.probe = o.on }
func (o ProbeOption) applyReq(c *config)    { c.reqrep.probe = o.on }

// A RoutingIDOption applies to the sockets of the request-reply pattern.
type RoutingIDOption struct{ id []byte }

// maxRoutingID is the largest size of a routing id in bytes, which older
// versions of the protocol carry in a short frame.
const maxRoutingID = 255

// RoutingID sets the id that the socket announces to its peers, by which a
// ROUTER knows it: 1 to 255 bytes, the first one not zero (37/ZMTP, "The
// Identity Property"); an empty id, the default, announces none. A REP's is
// announced over inproc only, and used by no peer. A [Req] may have to give its
// name up (ZMQ_ROUTING_ID).
func RoutingID(id []byte) RoutingIDOption { return RoutingIDOption{bytes.Clone(id)} }

func (o RoutingIDOption) apply(c *config) {
	if len(o.id) > 0 {
		if err := checkRoutingID(o.id); err != nil && c.err == nil {
			c.err = err
		}
	}
	c.routingID = o.id
}

func (o RoutingIDOption) applyDealer(c *config) { o.apply(c) }
func (o RoutingIDOption) applyRouter(c *config) { o.apply(c) }
func (o RoutingIDOption) applyReq(c *config)    { o.apply(c) }
func (o RoutingIDOption) applyRep(c *config)    { o.apply(c) }

// checkRoutingID checks an id that a program chose. "The first octet of the
// Identity SHALL NOT be zero: identities starting with a zero octet are
// reserved for implementations' internal use" (37/ZMTP).
func checkRoutingID(id []byte) error {
	switch {
	case len(id) == 0 || len(id) > maxRoutingID:
		return fmt.Errorf("routing id of %d bytes: 1 to %d are allowed", len(id), maxRoutingID)
	case id[0] == 0:
		return fmt.Errorf("routing id %q begins with a zero byte", id)
	}
	return nil
}
