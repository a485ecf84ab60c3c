package main

// A mutant is a bug that is planted: in a package one text becomes another one.
type mutant struct {
	name     string
	in       string // the package; with a function or method behind it where the text is more than once in that
	from, to string
	tests    string // which tests are to catch it; with a package before them, as "engine:TestX", if not proptest's
}

// What the tests are called.
const (
	local = "TestHistories/inproc/"
	wire  = "TestHistories/sim/"
	exact = "TestProperties/(inproc|sim)/"

	minimals = "TestMinimalHistories"

	// ordered histories are played in many orders of their goroutines: see package orders.
	ordered = inOrders + wire
)

// proxied is how the names begin of those that only histories with a proxy in the middle are to
// catch.
const proxied = "proxy: "

var mutants = []mutant{
	{"a wake-up is lost", "ypipe", "if l.end.Swap(end) == asleep {", "if l.end.Swap(end) == asleep && end%3 != 0 {", local + "pipeline"},
	{"HWM: one message too many", "ypipe", "return c.hwm - (c.written - c.settled)", "return c.hwm - (c.written - c.settled) + 1", exact + "exact"},
	{"HWM: one message too few", "ypipe", "return c.hwm - (c.written - c.settled)", "return c.hwm - (c.written - c.settled) - 1", exact + "exact"},
	{"HWM: no credit comes back", "ypipe", "\t\tl.r.onWritable()\n\t}\n}", "\t}\n}", exact + "exact"},
	{"HWM: of an inproc pipe is that of one end", "patterns", "return send + recv", "return send", exact + "exact"},
	{"HWM: a ROUTER heeds none", "patterns", "case p.hasRoom():", "case true:", exact + "exact"},
	{"HWM: the load balancer heeds none", "patterns.loadBalancer.pick", "if !p.out.Full() {", "if true {", exact + "exact"},
	{"HWM: a pipe with room again stays out of the balancer", "patterns.Push.writable", "{ s.lb.add(p) }", "{}", exact + "exact"},
	{"HWM: what a PUB drops is not counted", "patterns.publisher.put", "b.sock.stats.Dropped += b.dist.send(o)", "b.dist.send(o)", local + "pubsub"},
	{"the fair queue stays with one peer", "patterns", "if q.next++; q.next >= len(q.active) {", "if q.next >= len(q.active) {", exact + "fair"},
	{"the fair queue forgets who was empty", "patterns", "q.active[q.next].queued = false", "_ = 0", local + "pipeline"},
	{"the load balancer stays with one peer", "patterns", "if b.next++; b.next >= len(b.active) {", "if b.next >= len(b.active) {", exact + "load"},
	{"the last frame of three is left out", "patterns", "if i == last {\n\t\t\tflags = 0", "if i == last || i == 1 {\n\t\t\tflags = 0", local + "pair"},
	{"a frame of 256 bytes has a short header", "ypipe", "if n <= shortMax {\n\t\td[0]", "if n <= shortMax+1 {\n\t\td[0]", wire + "pair"},
	{"a large body is released twice", "ypipe", "\t\tr.current.Release()\n\t\tr.current = nil", "\t\tr.current.Release()\n\t\tr.current.Release()\n\t\tr.current = nil", local + "pubsub"},
	{"a shared body has a reference too few", "patterns", "buf.Retain(len(d.chosen) - 1)", "buf.Retain(len(d.chosen) - 2)", local + "pubsub"},
	{"a large frame ends its message", "engine", "r.more = l.flags&FlagMore != 0; !r.more", "r.more = false; !r.more", wire + "pipeline"},
	{"half a message of a lost connection stays", "engine", "\tp.reading.Unlock()\n\tp.In.Rollback()", "\tp.reading.Unlock()", exact + "whole"},
	{"what a lost connection has not taken is forgotten", "engine", "w.sent = sent - c.port.Out.CommitTo(sent)", "w.sent = sent - c.port.Out.CommitTo(sent)\n\t\tif err != nil {\n\t\t\tc.port.Out.Discard()\n\t\t}", exact + "reconnecting"},
	{"what a lost connection has taken is sent again", "engine", "w.sent = sent - c.port.Out.CommitTo(sent)", "w.sent = sent", wire + "(pipeline|dealer|pair)"},
	{"a close drops what is queued", "patterns", "\t\tp.port.Finish()\n\t\treturn", "\t\tp.port.Fail(zmq.ErrClosed)\n\t\tp.port.Finish()\n\t\treturn", exact + "close"},
	{"an inproc peer is not told of a close", "patterns", "if mate := p.mate; p.joined {", "if mate := p.mate; false {", local + "pipeline"},
	{"a PAIR takes a second peer", "patterns", "if s.peer != nil {\n\t\treturn errSecondPeer", "if false {\n\t\treturn errSecondPeer", exact + "one"},
	{"a subscription counts once", "internal/trie", "\t\tn.value++\n", "\t\tn.value = 1\n", local + "pubsub"},
	{"an unsubscribe is forgotten", "patterns", "last, known := b.subs.Remove(topic, p)", "last, known := false, true", local + "pubsub"},
	{"a subscription of a lost peer stays", "patterns", "\tb.withdraw(p, nil)\n\tb.former", "\tb.former", local + "pubsub"},
	{"a SUB does not filter", "patterns.subscriber.take", "if !b.filter || b.topics", "if true || b.topics", local + "pubsub"},
	{"subscriptions are not repeated to the next connection", "patterns", "p.linked = false\n\tb.sock.stats", "b.sock.stats", wire + "pubsub"},
	{"a REQ asks twice", "patterns", "if !s.cfg.reqrep.relaxed {", "if false {", local + "reqrep"},
	{"a REP hears twice", "patterns", "if s.open.pipe != nil {\n\t\treturn zmq.ErrState", "if false {\n\t\treturn zmq.ErrState", local + "reqrep"},
	{"a REP keeps the envelope of the last request", "patterns", "\t\tfrom.envelope.Reset()\n", "", local + "reqrep"},
	{"a mandatory ROUTER drops what is for nobody", "patterns", "return zmq.ErrUnreachable\n\tcase p == nil:", "return nil\n\tcase p == nil:", local + "router"},
	{"a ROUTER never forgets a peer", "patterns", "delete(r.pipes, string(p.routingID))", "_ = 0", local + "router"},
	{"a ROUTER gives an id to two", "patterns", "if !s.cfg.reqrep.handover {", "if false {", exact + "identity"},
	{"a silent peer is waited for", "engine", "if h.answerBy.IsZero() && h.timeout() > 0 {", "if false {", exact + "heartbeat"},
	{"a proxy loses the end of a batch", "patterns", "m.hand = m.batch[:n]", "m.hand = m.batch[:max(1, n-1)]", exact + "invisible"},
	{"an answer lies unread until the peer is given up", "engine", "if t := p.heart.timeout(); t > 0 && t <= mostUnread {", "if false {", exact + "heartbeat"},
	{"a receiver that reads is not told of other peers", "patterns", "\t\tw.OnWake(p.interrupt)\n", "", wire + "(pipeline|dealer|router|pubsub)"},
	{"an interrupt of a receiver that reads stays", "engine", "\t\tc.nc.SetReadDeadline(time.Time{})\n\t\tc.lastRead()\n", "", wire + "(pipeline|dealer|router|pubsub)"},
	{"an interrupt ends the connection", "engine", "\t\tif errors.Is(err, os.ErrDeadlineExceeded) {\n\t\t\terr = nil\n\t\t}\n", "\t\t_ = errors.Is(err, os.ErrDeadlineExceeded)\n", wire + "(pipeline|dealer|router|pubsub)"},
	{"who wakes up in vain wakes nobody else", "patterns.receiver.try", "\t\ts.recvq.Wake() // there may be more\n", "\t\t_ = 0\n", local + "(pipeline|dealer|router|pubsub)"},
	{"a poller gets no sign", "patterns", "for _, w := range s.watchers {\n\t\tping(w.c)", "for _, w := range s.watchers {\n\t\t_ = w", local + "(pipeline|dealer|router|pubsub)"},
	{"a waiting Recv does not heed its context", "patterns", "\t\terr = w.Wait(ctx)", "\t\terr = w.Wait(context.WithoutCancel(ctx))", exact + "cancellation"},
	{"what conflates keeps what is older", "patterns", "\tinto.Discard()\n", "", local + "conflate"},
	{"what conflates keeps the last frame only", "patterns.conflation.collect", "\t\tif !more {\n", "\t\tif !more || true {\n", local + "conflate"},
	{"what a PUSH conflates is not told to the connection", "patterns", "p.conflateOut(pool, sent, p.port.Wake)", "p.conflateOut(pool, sent, func() {})", wire + "conflate"},
	{"a STREAM does not tell of a lost connection", "patterns", "\t}\n\ts.tell(p, NotifyDisconnect)\n", "\t}\n", wire + "stream"},
	{"a STREAM does not tell of the end of one who came", "patterns", "\tif p.ended {\n\t\ts.tell(p, NotifyDisconnect)\n\t}\n", "", wire + "stream"},
	{"a STREAM finishes on a connection what it began on the last", "patterns.router.disconnected", "s.stats.Dropped += p.port.Discard()", "s.stats.Dropped += 0", "TestMinimalHistories"},
	{"a STREAM writes the frames' headers", "engine", "\treturn append(dst, body...), nil\n", "\treturn append(append(dst, 0), body...), nil\n", wire + "stream"},
	{"a STREAM writes less than a large frame", "engine", "\treturn append(dst, body...), nil\n", "\treturn append(dst, body[:min(len(body), 20_000)]...), nil\n", wire + "stream"},
	{"an XPUB by hand subscribes its peer at once", "patterns", "\t\tb.notices.request(p, octet, topic)\n\t\tb.limit(p)\n", "\t\tb.notices.request(p, octet, topic)\n\t\tif octet == subscribeOctet {\n\t\t\tb.subs.Add(topic, p)\n\t\t}\n\t\tb.limit(p)\n", local + "pubsub"},
	{"by hand the wrong peer is subscribed", "patterns", "\tif one.user == nil {\n\t\tn.last = one.from\n", "\tif one.user == nil && n.last == nil {\n\t\tn.last = one.from\n", local + "pubsub"},
	{"by hand the end of a subscription is forgotten", "patterns", "\t\ts.subs.Remove([]byte(topic), p)\n", "", local + "pubsub"},
	{"an XPUB by hand is not told of the end of lost peers' subscriptions", "patterns", "\t\tb.notices.withdraw(p)\n", "\t\t_ = 0\n", local + "pubsub"},

	// Bugs that are there in few orders of goroutines only, of those that come about by themselves in next to none.
	{"a log's reader falls asleep by load and store", "ypipe", "if l.end.CompareAndSwap(r.limit, asleep) {", "if l.end.Load() == r.limit {\n\t\t\tl.end.Store(asleep)", ordered + "pipeline"},
	{"a log's writer publishes by load and store", "ypipe", "if l.end.Swap(end) == asleep {", "was := l.end.Load()\n\tl.end.Store(end)\n\tif was == asleep {", ordered + "pipeline"},
	{"a log's reader is woken before there is something", "ypipe", "if l.end.Swap(end) == asleep {\n\t\tl.onReadable()\n\t}", "if l.end.Load() == asleep {\n\t\tl.onReadable()\n\t}\n\tl.end.Swap(end)", ordered + "pipeline"},

	// Bugs that there were, planted again: the test that was written when they were found has to catch them.
	{"once: a REP answers a REQ over its next connection", "patterns.origin.gone", `return p.closed || o.peer != p.peer && o.peer != nil && o.peer.SocketType == "REQ"`, "return p.closed", "patterns:Rep"},
	{"once: what conflates breaks messages of several frames", "patterns.conflation.collect", "\t\tif !more {\n", "\t\tif !more || true {\n", minimals},
	{"once: a ROUTER does not know a peer that has come back", "patterns", "delete(r.pipes, string(p.routingID))", "_ = 0", minimals},
	{"once: an XPUB by hand does not tell of the end of a peer", "patterns", "\t\tb.notices.withdraw(p)\n", "\t\t_ = 0\n", minimals},
	{"once: the welcome is for a pipe and not for each connection", "patterns.publisher.connected", "\tb.greet(p)\n", "", "TestWelcomeOverEachConnection"},
	{"once: a reply that comes late answers the next request", "patterns", "s.envelope.correlate = s.cfg.reqrep.correlate || s.numbers && p.endpoint.bound", "s.envelope.correlate = s.cfg.reqrep.correlate", "patterns:TestLateReplyByNameGoesNowhere"},
	{"once: what a lost peer has sent besides its reply stays", "patterns.Req.lose", "\ts.discard(p)\n", "", "patterns:TestReqForgetsAPeerThatSaidTooMuch"},
	{"once: what a lost subscriber has asked for and nobody has read stays", "patterns.publisher.detach", "\tb.finish(p)\n", "", "patterns:TestLostPeerWithUnreadSubscriptions"},
	{"once: what one that is away has asked for and nobody has read stays", "patterns.publisher.disconnected", "\tb.finish(p)\n", "", minimals},
	{"once: what comes over another connection answers a request", "patterns.Req.lose", "\ts.lost = true\n", "", "patterns:TestReqTakesNoReplyOfAnotherConnection"},
	{"once: a publisher in its connection's flush waits for itself", "engine.Conn.roomAgain", "if !r.parsing.TryLock() {\n\t\treturn false\n\t}", "r.parsing.Lock()", minimals},
	{"once: one who floods keeps others' subscriptions away", "patterns.notices.stall", "p.demands.untold >= most", "len(n.queue) >= most", "patterns:TestFloodStopsItsSenderOnly"},
	{"once: notices of changes have no bound", "patterns.notices.stall", "p.demands.untold >= most", "p.demands.untold >= most && n.queue[len(n.queue)-1].user != nil", "patterns:TestNoticesAreBounded"},
	{"once: what a lost peer has sent is the next one's", "patterns.pipe.succeed", "p.past = append(p.past, era{end, p.peer, p.routingID})", "_ = end", "patterns:TestMessagesStayOfTheirConnection"},
	{"once: a ROUTER gives what a lost peer has sent the next one's id", "patterns.pipe.fromID", "_, id := p.fromPast()\n\t\treturn id", "p.fromPast()\n\t\treturn p.routingID", "patterns:TestRouterKeepsIDsOfThePast"},
	{"once: a close does not wait for who binds", "patterns.socket.endInproc", "if !e.pipe.answered && e.pipe.out.Written() > 0 {", "if false {", "patterns:TestCloseWaitsForWhoBinds"},
	{"once: what an inproc peer refuses is not counted", "patterns.pipe.refuseAll", "p.sock.stats.Dropped += n", "_ = n", "patterns:TestRefusedOverInprocIsCounted"},
	{"once: the pipe of a peer that is gone stays until somebody receives", "patterns.pipe.leave", "if p.queued && p.queue != nil && p.newest == nil && p.in.Drained() {", "if false {", "patterns:TestReadOutPipeGoesWithItsPeer"},
	{"once: a peer that is gone is not noticed while nobody reads", "engine.Conn.peerGone", "r.gone = c.port.In.Written() != c.port.over && r.hangUp.hungUp()", "r.gone = false", "patterns:TestPeerIsMissedWhileNobodyReads"},
	{"once: a peer is not connected to again while nobody reads", "engine.Conn.peerGone", "r.gone = c.port.In.Written() != c.port.over && r.hangUp.hungUp()", "r.gone = false", "patterns:TestReconnectsWhileNobodyReads"},
	{"once: senders that wait for a ROUTER's peers lose wake-ups", "patterns.correspondent.roomFor", "c.sock.sendq.WakeAll()", "c.sock.sendq.Wake()", "patterns:TestRouterMandatoryWaits"},
	{"once: the writer of a log is woken without a sleep", "ypipe.Log.waitForCredit", "if !l.want.CompareAndSwap(want, 0) {", "if l.want.Store(0); false {", "ypipe:TestModelCreditPolled"},
	{"once: a lowered high-water mark makes a full log stay full", "ypipe.Log.SetHWM", "c.written > c.marked()", "c.n == 0 && c.written > c.settled", "ypipe:TestModelSetHWM"},
	{"once: a large frame gets the body of one that was rolled back", "ypipe.Log.flushBodies", "b.refs.flushTo(b.refs.write - int64(l.w.refs))", "b.refs.Flush()", "ypipe:TestModelLogRollback"},
	{"once: a large frame gets the body of one that was rolled back, in histories", "ypipe.Log.flushBodies", "b.refs.flushTo(b.refs.write - int64(l.w.refs))", "b.refs.Flush()", "ypipe:TestLogHistories"},
	{"once: what is discarded gives no credit back", "ypipe.Log.Discard", "\tl.giveAll()\n\treturn messages", "\treturn messages", "ypipe:TestModelLogDiscard"},
	{"once: what comes over a lent connection lies unread", "patterns.socket.nearest", "\ts.attend() // the only pipe of before may have lent its reading\n", "", "TestNobodyWaitsForALentConnection"},
	{"once: a connection is lent that somebody has asked for", "engine.role.lend", "if r.wanted || r.recalled {", "if r.wanted {", "engine:TestAttendBeforeLending"},
	{"once: a close waits for a peer that was sent nothing", "engine.Conn.closeWrite", "if !c.writer.said {", "if false {", "patterns:TestCloseWithNothingToHandOver/ipc/PUSH"},
	{"once: who waits at a lent connection is not told of other peers", "patterns", "\t\tw.OnWake(p.interrupt)\n", "", minimals},
	{"once: a frame that no memory holds is waited for", "engine", "const maxBody = min(math.MaxInt-longHeader-1, 1<<47)", "const maxBody = math.MaxInt - longHeader - 1", "patterns:TestBadPeers"},
	{"once: messages before a malformed frame are lost with it", "engine.Conn.readDecoded", "\t\tin.Flush() // also what came before an error\n\t\tif err != nil {\n\t\t\treturn err\n\t\t}\n", "\t\tif err != nil {\n\t\t\treturn err\n\t\t}\n\t\tin.Flush()\n", "engine:TestMalformedTrafficOf1_0"},
	{"once: a peer of ZMTP 2.0 and of a wrong type is let in", "engine.Handshake.v2Greeting", "if octet < len(socketTypes) && ", "if octet < 0 && ", "engine:TestSocketTypesOf2_0AreEnforced"},
	{"once: a subscriber of ZMTP 1.0 that cannot ask gets nothing", "engine.Conn.open", "if c.cfg.Subscriptions && peer.FiltersItself() {", "if false {", "proptest/interop:TestOldPeers"},
	{"once: a publisher forgets a subscriber that is away", "patterns", "b.withdraw(p, func(topic []byte) { b.former.Add(topic, p) })", "b.withdraw(p, nil)", "patterns:TestPubQueuesForOneThatIsAway"},
}
