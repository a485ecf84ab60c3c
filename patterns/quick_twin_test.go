package patterns

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/internal/arena"
)

var quickSeed = flag.Uint64("quick.seed", 0, "play this program of TestQuickWays alone, and say what is seen of it; 0 is those of chance")

const (
	quickPrograms = 60                    // of a test
	quickSteps    = 150                   // of a program
	quickPause    = 20 * time.Millisecond // between steps
	quickLinger   = 50 * time.Millisecond
)

// A quickSetting is what the sockets of a program are like.
type quickSetting struct {
	dealers          bool // not PUSH and PULL
	wired            bool // with connections, not inproc
	conflate         bool // socket 0 does
	calm             bool // no socket is closed, and no pipe is given up
	late             bool // nobody binds at first
	lazy             bool // little is received
	sendHWM, recvHWM int
	sendBytes        int64
}

// A quickStep is a verb and what it needs: which socket, and other choices.
type quickStep struct {
	verb       int
	who        int
	how, n, of int
}

// The verbs, by how often they are drawn.
var quickVerbs = []struct {
	name   string
	weight int
	do     func(w *quickWorld, i int, s quickStep)
}{
	{"send", 30, (*quickWorld).send},
	{"receive", 34, (*quickWorld).receive},
	{"use", 12, (*quickWorld).use},
	{"cancel", 4, (*quickWorld).cancel},
	{"connect", 5, (*quickWorld).connect},
	{"leave", 2, (*quickWorld).leave},
	{"bind", 3, (*quickWorld).bind},
	{"look", 4, (*quickWorld).see},
	{"limit", 2, (*quickWorld).limit},
	{"cut", 2, (*quickWorld).cut},
	{"close", 1, (*quickWorld).shut},
}

// newQuickProgram draws a program.
func newQuickProgram(seed uint64) (c quickSetting, steps []quickStep) {
	r := rand.New(rand.NewPCG(seed, 1))
	marks := []int{1, 1, 2, 3, 5, 16, 17, 40, 64}
	c = quickSetting{
		dealers: r.IntN(2) == 0, wired: r.IntN(3) == 0, conflate: r.IntN(8) == 0, calm: r.IntN(2) == 0, late: r.IntN(3) == 0, lazy: r.IntN(3) == 0,
		sendHWM: marks[r.IntN(len(marks))], recvHWM: marks[r.IntN(len(marks))],
	}
	c.conflate = c.conflate && !c.wired // which messages a connection finds there is a matter of chance
	if r.IntN(4) == 0 {
		c.sendBytes = int64(1 + r.IntN(3000))
	}
	var chances []int
	for verb, v := range quickVerbs {
		for range v.weight {
			chances = append(chances, verb)
		}
	}
	for range quickSteps {
		s := quickStep{chances[r.IntN(len(chances))], r.IntN(4), r.IntN(1 << 16), r.IntN(1 << 16), r.IntN(1 << 16)}
		if c.lazy && quickVerbs[s.verb].name == "receive" && r.IntN(6) > 0 {
			s.verb, s.who = 0, s.who/2*2
		}
		steps = append(steps, s)
	}
	return c, steps
}

// playQuick plays a program in a world, and returns what is seen after each step.
func playQuick(t *testing.T, c quickSetting, steps []quickStep, long bool) (seen [][]string) {
	synctest.Test(t, func(t *testing.T) {
		w := newQuickWorld(c, long)
		for i := range 2 {
			if !c.late {
				w.bind(0, quickStep{who: i})
			}
			w.connect(0, quickStep{who: i})
			w.settle()
		}
		for i, s := range steps {
			quickVerbs[s.verb].do(w, i+1, s)
			seen = append(seen, w.settle())
		}
		seen = append(seen, w.end())
	})
	return seen
}

// compareQuick plays a program with the quick ways and without, and returns what differs, or is wrong in both.
func compareQuick(t *testing.T, c quickSetting, steps []quickStep) (problem string) {
	quick, long := playQuick(t, c, steps, false), playQuick(t, c, steps, true)
	for i := range quick {
		what := "the end"
		if i < len(steps) {
			what = fmt.Sprintf("step %d, %s %+v", i+1, quickVerbs[steps[i].verb].name, steps[i])
		}
		if !slices.Equal(quick[i], long[i]) {
			return fmt.Sprintf("after %s:\nquick %s\nlong  %s", what, strings.Join(quick[i], "\n      "), strings.Join(long[i], "\n      "))
		}
		for _, s := range quick[i] {
			if strings.Contains(s, "not what it was") || strings.Contains(s, "WRONG") {
				return fmt.Sprintf("after %s: %s", what, s)
			}
		}
	}
	return ""
}

// TestQuickWays plays programs of chance with the quick ways and without, and sees the same: messages,
// errors, counters, who waits, bodies that are given back, and the memory that is out.
func TestQuickWays(t *testing.T) {
	seeds := []uint64{*quickSeed}
	if *quickSeed == 0 {
		first := uint64(time.Now().UnixNano())
		seeds = nil
		for i := range uint64(quickPrograms) {
			seeds = append(seeds, first+i)
		}
	}
	for _, seed := range seeds {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			c, steps := newQuickProgram(seed)
			if problem := compareQuick(t, c, steps); problem != "" {
				t.Errorf("%+v, %s\nplay it again: go test ./patterns -run TestQuickWays -quick.seed=%d", c, problem, seed)
			}
		})
	}
}

// free is what bodies by reference are given back with.
func (w *quickWorld) free([]byte) {
	w.mu.Lock()
	w.freed++
	w.mu.Unlock()
}

// body makes the next body: no two are alike that are long enough to differ.
func (w *quickWorld) body(size int) []byte {
	w.names++
	b := bytes.Repeat([]byte{byte(w.names), byte(w.names >> 8), byte(size)}, size/3+1)
	return b[:size]
}

// message makes a message to send.
func (w *quickWorld) message(how, of int) *zmq.Message {
	sizes := []int{0, 1, 10, 10, 100, 200, 255, 256, 1000, 5000, 8192, 8193, 20_000}
	if of%50 == 0 {
		sizes = []int{lendMin, carryMin}
	}
	frames := []int{1, 1, 1, 1, 2, 3}[of%6]
	m := new(zmq.Message)
	for f := range frames {
		b := w.body(sizes[(of/6+f*how)%len(sizes)])
		switch (how + f) % 3 {
		case 0:
			m.AppendOwned(b, w.free)
		case 1:
			m.AppendOwned(b, nil)
		default:
			m.Append(b)
		}
	}
	return m
}

// send sends in one of the ways that there are.
func (w *quickWorld) send(i int, s quickStep) {
	n := w.nodes[s.who]
	if n.sender == nil {
		return
	}
	willing := s.how/7%3 == 0
	switch s.how % 7 {
	case 0:
		w.sendOne(i, n, willing, w.message(s.n, s.of))
	case 1:
		m := w.message(2, s.of) // the caller's
		w.call(i, quickSends, willing, nil, func(ctx context.Context) string {
			return "send bytes: " + quickError(n.sender.SendBytes(ctx, slices.Collect(quickFrames(m))...))
		})
	case 2:
		m := w.message(s.n, s.of)
		w.call(i, quickSends, false, nil, func(context.Context) string {
			err := n.sender.TrySend(m)
			defer m.Release()
			return fmt.Sprintf("try to send: %s, %d frames left", quickError(err), m.Len())
		})
	case 3, 4:
		batch := make([]*zmq.Message, 1+s.n%8)
		for k := range batch {
			batch[k] = w.message(s.n/8+k*(s.of%2), s.of)
		}
		// One that waits for the first goes on with the others while there may be a receiver.
		w.call(i, quickSends, willing && len(batch) == 1, nil, func(ctx context.Context) string {
			sent, err := n.sender.SendBatch(ctx, batch)
			said := fmt.Sprintf("send a batch: %d of %d, %s, frames left", sent, len(batch), quickError(err))
			for _, m := range batch {
				said += fmt.Sprint(" ", m.Len())
				m.Release()
			}
			return said
		})
	case 5:
		b := new(zmq.Batch)
		size := 1 + s.n%8
		if w.wired { // how many more go when the first has waited depends on who writes to the connection meanwhile
			size = 1
		}
		for k := range size {
			m := w.message(2, s.of+k*(s.n/8%2)) // the caller's
			b.Append(slices.Collect(quickFrames(m))...)
		}
		w.call(i, quickSends, willing, nil, func(ctx context.Context) string {
			err := n.sender.SendAll(ctx, b)
			defer b.Release()
			return fmt.Sprintf("send all: %s, %d left", quickError(err), b.Len())
		})
	case 6: // what was received
		if slot := &w.nodes[s.n%4].slots[s.of%3]; !slot.busy && slot.m.Len() > 0 {
			m := slot.m
			slot.m = new(zmq.Message)
			slot.hold()
			w.sendOne(i, n, willing, m)
		}
	}
}

func (w *quickWorld) sendOne(i int, n *quickNode, willing bool, m *zmq.Message) {
	w.call(i, quickSends, willing, nil, func(ctx context.Context) string {
		err := n.sender.Send(ctx, m)
		defer m.Release()
		return fmt.Sprintf("send: %s, %d frames left", quickError(err), m.Len())
	})
}

func quickFrames(m *zmq.Message) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for _, b := range m.Frames() {
			if !yield(b) {
				return
			}
		}
	}
}

// receive receives in one of the ways that there are, into messages that were used before.
func (w *quickWorld) receive(i int, s quickStep) {
	n := w.nodes[s.who]
	slot := &n.slots[s.n%3]
	if n.receiver == nil || slot.busy {
		return
	}
	willing := s.how/4%3 == 0
	switch s.how % 4 {
	case 0:
		w.call(i, quickReceives, willing, []*quickSlot{slot}, func(ctx context.Context) string {
			err := n.receiver.RecvInto(ctx, slot.m)
			return fmt.Sprintf("receive: %s, %s", quickError(err), describe(slot.m))
		})
	case 1:
		w.call(i, quickReceives, false, []*quickSlot{slot}, func(context.Context) string {
			err := n.receiver.TryRecv(slot.m)
			return fmt.Sprintf("try to receive: %s, %s", quickError(err), describe(slot.m))
		})
	default:
		var slots []*quickSlot
		var batch []*zmq.Message
		for k := range n.slots {
			if !n.slots[k].busy {
				slots, batch = append(slots, &n.slots[k]), append(batch, n.slots[k].m)
			}
		}
		if w.wired || len(w.pending) > 0 { // who reads a connection, or waits to send, may go on in the middle of it
			slots, batch = slots[:1], batch[:1]
		}
		w.call(i, quickReceives, willing && len(batch) == 1, slots, func(ctx context.Context) string {
			got, err := n.receiver.RecvBatch(ctx, batch)
			said := fmt.Sprintf("receive a batch: %d of %d, %s", got, len(batch), quickError(err))
			for _, m := range batch {
				said += "; " + describe(m)
			}
			return said
		})
	}
}

// use does something with a message that was received.
func (w *quickWorld) use(_ int, s quickStep) {
	slot := &w.nodes[s.who].slots[s.n%3]
	if slot.busy {
		return
	}
	switch m := slot.m; s.how % 8 {
	case 0:
		m.Release()
	case 1:
		m.Reset()
	case 2: // a copy
		w.keep(m.Clone())
	case 3: // kept elsewhere
		moved := new(zmq.Message)
		m.MoveTo(moved)
		w.keep(moved)
	case 4, 5: // grown
		m.AppendString("more")
	case 6: // shared
		if m.Len() > 0 {
			if b, buf := m.View(0); buf != nil {
				buf.Retain(1)
				w.views = append(w.views, quickView{b, bytes.Clone(b), arena.Owner{Buf: buf}})
			}
		}
	case 7: // what was kept or shared is let go
		if len(w.views) > 0 {
			w.views[0].owner.Release(w.views[0].b)
			w.views = w.views[1:]
		}
		if len(w.kept) > 0 {
			w.kept[0].m.Release()
			w.kept = w.kept[1:]
		}
	}
	slot.hold()
}

func (w *quickWorld) keep(m *zmq.Message) {
	s := quickSlot{m: m}
	s.hold()
	w.kept = append(w.kept, s)
}

// cancel ends the context of a call that waits.
func (w *quickWorld) cancel(_ int, s quickStep) {
	if calls := slices.Sorted(maps.Keys(w.pending)); len(calls) > 0 {
		w.pending[calls[s.n%len(calls)]]()
	}
}

// peer returns the endpoint that socket 0 or 1 connects to. Of several connections
// any may be the first to have something; so there only is one.
func (w *quickWorld) peer(s quickStep) string {
	if w.wired {
		return w.name(2 + s.who%2)
	}
	return w.name(2 + s.how%2)
}

// connect connects socket 0 or 1 to 2 or 3, if it is not.
func (w *quickWorld) connect(i int, s quickStep) {
	n, to := w.nodes[s.who%2], w.peer(s)
	if len(n.endpoints[to]) == 0 {
		w.note(i, "connect", n.Connect(to))
	}
}

// mayEnd reports whether a pipe may come to its end. If it has a connection, then not while there is something on
// its way, or about to be: it is a matter of chance how much of that is lost.
func (w *quickWorld) mayEnd() bool {
	if !w.wired || w.calm {
		return !w.calm
	}
	left := int64(len(w.pending))
	for _, n := range w.nodes {
		s := n.Stats()
		left += s.Sent - s.Received - s.Dropped
	}
	return left == 0
}

// leave ends that.
func (w *quickWorld) leave(i int, s quickStep) {
	if n, to := w.nodes[s.who%2], w.peer(s); w.mayEnd() && len(n.endpoints[to]) > 0 {
		w.ends = true
		w.note(i, "disconnect", n.Disconnect(to))
	}
}

// bind binds socket 2 or 3, if it is not.
func (w *quickWorld) bind(i int, s quickStep) {
	if k := s.who % 2; !w.bound[k] {
		w.bound[k] = true
		_, err := w.nodes[2+k].Bind(w.name(2 + k))
		w.note(i, "bind", err)
	}
}

// see looks at a socket in the ways that there are.
func (w *quickWorld) see(i int, s quickStep) {
	n := w.nodes[s.who]
	if s.how%2 == 0 {
		w.say(i, w.look(n))
		return
	}
	n.turn.Lock()
	defer n.turn.Unlock()
	if in, ok := n.pattern.(inReady); ok && n.receiver != nil {
		w.say(i, fmt.Sprint("ready to receive: ", in.readyIn()))
	}
	if out, ok := n.pattern.(outReady); ok && n.sender != nil {
		w.say(i, fmt.Sprint("ready to send: ", out.readyOut()))
	}
}

// limit changes a high-water mark of a socket that has one pipe: of several, any may be told first.
func (w *quickWorld) limit(i int, s quickStep) {
	n := w.nodes[s.who]
	if n.Stats().Pipes > 1 {
		return
	}
	if n.sender != nil && s.how%2 == 0 {
		w.note(i, "limit what is sent", n.sender.SetSendHWM(1+s.n%20))
	} else if n.receiver != nil {
		w.note(i, "limit what is received", n.receiver.SetRecvHWM(1+s.n%20))
	}
}

// cut ends all connections; others come.
func (w *quickWorld) cut(int, quickStep) {
	if w.mayEnd() {
		w.ends = true
		w.cable.cut()
	}
}

// shut closes a socket, and later opens it again.
func (w *quickWorld) shut(i int, s quickStep) {
	n := w.nodes[s.who]
	switch {
	case !w.mayEnd() || slices.ContainsFunc(n.slots[:], func(k quickSlot) bool { return k.busy }) && n.closed:
	case n.closed:
		for k := range n.slots {
			n.slots[k].m.Release()
		}
		w.open(s.who)
		if s.who >= 2 {
			w.bound[s.who-2] = false
		}
	default:
		n.closed, w.ends = true, true
		w.call(i, quickSends, false, nil, func(context.Context) string {
			if s.how%2 == 0 {
				return "close now: " + quickError(n.CloseNow())
			}
			return "close: " + quickError(n.Close())
		})
	}
}

func (w *quickWorld) note(i int, what string, err error) { w.say(i, what+": "+quickError(err)) }

func (w *quickWorld) say(i int, what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done = append(w.done, fmt.Sprintf("step %d: %s", i, what))
}
