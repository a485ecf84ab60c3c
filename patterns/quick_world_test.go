package patterns

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"sync"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/internal/arena"
)

// The quick ways, of which sender and receiver have some, are to do what the long ones
// do. These are what the long ones are taken by: as they are not a loadBalancer and not a
// fairQueue, sender.init and receiver.init know of nothing quick.

// A longPutter puts one message after another, all of whose frames are counted.
type longPutter struct{ *loadBalancer }

func (l longPutter) put(o outgoing) error {
	if o.m != nil {
		for i := range o.m.Len() {
			o.m.View(i)
		}
	}
	return l.loadBalancer.put(o)
}

// A longTaker takes one message after another, each into an empty one.
type longTaker struct{ queue *fairQueue }

func (l longTaker) take(m *zmq.Message) error {
	if !l.queue.ready() {
		return errWait
	}
	m.Reset()
	return l.queue.take(m)
}

// A quickNode is a socket of a quickWorld.
type quickNode struct {
	*socket
	sender   *sender   // nil: it does not send
	receiver *receiver // nil: it does not receive
	slots    [3]quickSlot
	closed   bool
}

// The calls that may wait, in quickWorld.waits.
const (
	quickSends = iota
	quickReceives
)

// A quickSlot is a message that is received into, and what it must hold as long as nobody
// changes it.
type quickSlot struct {
	m    *zmq.Message
	want [][]byte
	busy bool // a call that waits has it
}

// hold notes what the message holds now.
func (s *quickSlot) hold() {
	s.want = nil
	for _, b := range s.m.Frames() {
		s.want = append(s.want, bytes.Clone(b))
	}
}

// A quickView is memory of a message that was shared before the message was used again.
type quickView struct {
	b, want []byte
	owner   arena.Owner
}

// A quickWorld is up to four sockets, of which the first two connect to the other two, and what has been
// observed of them. One goroutine plays; each call that may wait has one of its own.
type quickWorld struct {
	quickSetting
	long  bool // without the quick ways
	ctx   *Context
	cable *quickCable
	nodes [4]*quickNode
	kept  []quickSlot // copies, and what was moved out of slots
	views []quickView
	bound [2]bool
	waits [2]bool // a call to send, or to receive, may wait
	ends  bool    // a socket or a connection has come to its end: what was in its pipes is left to the collector
	names int     // bodies made

	mu      sync.Mutex
	pending map[int]context.CancelFunc // calls that have not returned, by their step
	done    []string                   // what calls have returned since the world was looked at
	freed   int                        // bodies by reference that were given back
}

func newQuickWorld(c quickSetting, long bool) *quickWorld {
	w := &quickWorld{quickSetting: c, long: long, cable: newQuickCable(), pending: make(map[int]context.CancelFunc)}
	w.ctx = NewContext(Transport(w.cable))
	for i := range w.nodes {
		w.open(i)
	}
	return w
}

// open makes socket i.
func (w *quickWorld) open(i int) {
	in, marks := InContext(w.ctx), [...]any{SendHWM(w.sendHWM), SendHWMBytes(w.sendBytes), RecvHWM(w.recvHWM)}
	send, bytes, recv := marks[0].(SendOption), marks[1].(SendOption), marks[2].(RecvOption)
	soon, linger, conflate := ReconnectInterval(time.Millisecond), Linger(quickLinger), Conflate(w.conflate && i == 0)
	n := new(quickNode)
	switch {
	case w.dealers:
		s := quickMust(NewDealer(in, send, bytes, recv, soon, linger, conflate, RoutingID([]byte{'n', byte(i)})))
		n.socket, n.sender, n.receiver = &s.socket, &s.sender, &s.receiver
		w.watch(s)
		if w.long {
			s.sender.init(&s.socket, longPutter{&s.lb})
			s.receiver.init(&s.socket, longTaker{&s.fq})
		}
	case i < 2:
		s := quickMust(NewPush(in, send, bytes, soon, linger, conflate))
		if n.socket, n.sender = &s.socket, &s.sender; w.long {
			s.sender.init(&s.socket, longPutter{&s.lb})
		}
	default:
		s := quickMust(NewPull(in, recv, soon, linger))
		w.watch(s)
		if n.socket, n.receiver = &s.socket, &s.receiver; w.long {
			s.receiver.init(&s.socket, longTaker{&s.fq})
		}
	}
	for k := range n.slots {
		n.slots[k].m = new(zmq.Message)
	}
	w.nodes[i] = n
}

// watch has the socket's connections read by their own goroutines and not by receivers, after which it
// is a matter of chance what is there without waiting.
func (w *quickWorld) watch(s Socket) {
	if w.wired {
		if err := NewPoller().Add(s, PollIn); err != nil {
			panic(err)
		}
	}
}

func quickMust[T any](s T, err error) T {
	if err != nil {
		panic(err)
	}
	return s
}

// name is the endpoint of socket 2 or 3.
func (w *quickWorld) name(i int) string {
	if w.wired {
		return fmt.Sprint("cable://", i)
	}
	return fmt.Sprint("inproc://", i)
}

// call has f run, and notes what it returns. It uses the slots meanwhile. It may wait until its context ends, if it is
// willing to and is then the only one that waits to do the same; of several, the order would be one of chance.
func (w *quickWorld) call(step, does int, willing bool, slots []*quickSlot, f func(ctx context.Context) string) {
	ctx, cancel := context.WithCancel(context.Background())
	waits := willing && !w.waits[does]
	if waits {
		w.pending[step] = cancel
		w.waits[does] = true
	} else {
		cancel() // it does what it can without waiting
	}
	for _, s := range slots {
		s.busy = true
	}
	go func() {
		defer cancel()
		said := f(ctx)
		w.mu.Lock()
		defer w.mu.Unlock()
		if waits {
			delete(w.pending, step)
			w.waits[does] = false
		}
		for _, s := range slots {
			s.busy = false
			s.hold()
		}
		w.done = append(w.done, fmt.Sprintf("step %d: %s", step, said))
	}()
}

// settle waits until nothing goes on, and returns what there is to be seen then.
func (w *quickWorld) settle() (seen []string) {
	time.Sleep(quickPause) // virtual: for reconnecting, and for writers that nap
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	seen, w.done = w.done, nil
	slices.Sort(seen)
	for i, n := range w.nodes {
		seen = append(seen, fmt.Sprintf("socket %d: %+v", i, n.Stats()))
	}
	for _, s := range w.slots() {
		if !s.busy && !s.same() {
			seen = append(seen, fmt.Sprintf("a message of %d frames is not what it was, of %d", s.m.Len(), len(s.want)))
		}
	}
	for _, v := range w.views {
		if !bytes.Equal(v.b, v.want) {
			seen = append(seen, fmt.Sprintf("a view of %d bytes is not what it was", len(v.want)))
		}
	}
	seen = append(seen, fmt.Sprintf("%d calls wait, %d bodies are given back", len(w.pending), w.freed))
	if !w.wired { // what connections have depends on how much they find at once
		seen = append(seen, fmt.Sprintf("%d bytes are out", w.ctx.pool.Out()))
	}
	return seen
}

// slots returns all messages that hold what was received.
func (w *quickWorld) slots() (all []*quickSlot) {
	for _, n := range w.nodes {
		for k := range n.slots {
			all = append(all, &n.slots[k])
		}
	}
	for k := range w.kept {
		all = append(all, &w.kept[k])
	}
	return all
}

func (s *quickSlot) same() bool {
	i := 0
	for ; i < min(s.m.Len(), len(s.want)); i++ {
		if !bytes.Equal(s.m.Frame(i), s.want[i]) {
			return false
		}
	}
	return i == s.m.Len() && i == len(s.want)
}

// end lets go of everything, and returns what is to be seen of it. Where all could be received nothing may be left.
func (w *quickWorld) end() (seen []string) {
	w.mu.Lock()
	for _, cancel := range w.pending {
		cancel()
	}
	w.mu.Unlock()
	seen = w.settle()
	for i := range w.bound {
		if !w.bound[i] {
			w.bound[i] = true
			w.nodes[2+i].Bind(w.name(2 + i))
		}
	}
	seen = append(seen, w.settle()...)
	seen = append(seen, w.drain()...)
	for _, s := range w.slots() {
		s.m.Release()
	}
	for _, v := range w.views {
		v.owner.Release(v.b)
	}
	w.kept, w.views = nil, nil
	if !w.ends && !w.wired {
		seen = append(seen, w.nothingOut())
	}
	for i, n := range w.nodes {
		seen = append(seen, fmt.Sprintf("close of socket %d: %s", i, quickError(n.CloseNow())))
	}
	w.ctx.Close()
	time.Sleep(time.Minute) // virtual: for timers
	return seen
}

// drain receives what is there, and what comes when there is room for it, and returns that.
func (w *quickWorld) drain() (seen []string) {
	left := make([][]string, len(w.nodes))
	for more := true; more; {
		more = false
		for i, n := range w.nodes {
			s := &n.slots[0]
			for n.receiver != nil && n.receiver.TryRecv(s.m) == nil {
				more = true
				left[i] = append(left[i], fmt.Sprintf("left at socket %d: %s", i, describe(s.m)))
			}
			s.hold()
		}
		time.Sleep(quickPause) // virtual: for connections
		synctest.Wait()
	}
	return append(slices.Concat(left...), w.settle()...)
}

// nothingOut gives back what idle logs hold, and says what is left.
func (w *quickWorld) nothingOut() string {
	for _, n := range w.nodes {
		n.turn.Lock()
		for p := range n.pipes {
			p.in.Idle()
			p.out.Idle()
		}
		n.turn.Unlock()
	}
	if out := w.ctx.pool.Out(); out != 0 {
		return fmt.Sprintf("WRONG: %d bytes are not given back", out)
	}
	return "all memory is given back"
}

func describe(m *zmq.Message) string {
	var b strings.Builder
	for _, f := range m.Frames() {
		fmt.Fprintf(&b, "%d bytes %08x, ", len(f), crc32.ChecksumIEEE(f))
	}
	if p := m.Peer(); p != nil {
		fmt.Fprintf(&b, "of %s %q", p.SocketType, p.RoutingID)
	}
	return b.String()
}

func quickError(err error) string {
	switch {
	case err == nil:
		return "done"
	case errors.Is(err, zmq.ErrAgain):
		return "again"
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.Is(err, zmq.ErrClosed):
		return "closed"
	}
	return err.Error()
}

// look is what a program sees that looks at the tree of actors.
func (w *quickWorld) look(n *quickNode) string {
	var s actor.Snapshot
	n.look(&s)
	var pipes []string // in any order, if their names are the same
	for _, p := range s.Pipes {
		pipes = append(pipes, fmt.Sprintf("%d of %d, %v", p.Taken, p.In, p.Full))
	}
	slices.Sort(pipes)
	return fmt.Sprint(pipes)
}
