package real

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"os"
	"sync"
	"time"

	"github.com/zeroactor/zmq/internal/wait"
	"github.com/zeroactor/zmq/proptest"
)

// Badness is what a line does to packets.
type badness struct {
	delay time.Duration

	// How many of a hundred packets are lost, come twice, and come late, so
	// that others overtake them.
	loss, double, late int

	// every is how often the line is interrupted, each time for outage; 0 is never.
	every, outage time.Duration
}

// A line carries packets between two systems, and does to them what bad networks
// do. It is the [proptest.Network] of the connections that go over it.
//
// It loses no segment that resets a connection: nobody sends that again, and an end that
// has nothing to say would never know, unless it has heartbeats.
type line struct {
	badness
	ends  [2]*os.File // the systems' interfaces: that of 10.77.0.1, and that of 10.77.0.2
	began time.Time
	over  sync.WaitGroup

	mu          sync.Mutex // guards what follows
	chance      *rand.Rand
	connections map[route]*connection
	cut         map[netip.AddrPort][][]byte // addresses that are cut off, with the resets that wait for the end of that
	figures
}

// figures are numbers of packets so far; of resets, those that the line has made.
type figures struct{ carried, lost, doubled, late, cutOff, resets int }

func (f figures) String() string {
	return fmt.Sprintf("%d packets carried, %d lost, %d doubled, %d late, %d cut off, %d resets", f.carried, f.lost, f.doubled, f.late, f.cutOff, f.resets)
}

// A route is who has connected, and to whom.
type route struct{ dialer, listener netip.AddrPort }

// A connection is what a line knows of one.
type connection struct {
	end   map[netip.AddrPort]uint32 // the highest sequence number so far of what each side has sent
	dead  bool                      // the line has reset it, and whoever goes on is told so
	knows map[netip.AddrPort]bool   // that it is reset: the system knows of no such connection any more
}

var _ proptest.Network = (*line)(nil)

func newLine(b badness, ends [2]*os.File) *line {
	l := &line{
		badness: b, ends: ends, began: time.Now(), chance: rand.New(rand.NewPCG(1, 2)),
		connections: make(map[route]*connection), cut: make(map[netip.AddrPort][][]byte),
	}
	for _, from := range ends {
		l.over.Go(func() { l.carry(from) })
	}
	return l
}

// close ends the line. It returns when no packet is carried any more.
func (l *line) close() {
	for _, f := range l.ends {
		f.Close()
	}
	l.over.Wait()
}

// carry carries packets from one system to the other, until there are no more.
func (l *line) carry(from *os.File) {
	const most = 64 << 10
	for buf := make([]byte, most); ; {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		l.take(append([]byte(nil), buf[:n]...), from)
	}
}

// take decides what becomes of a packet.
func (l *line) take(p []byte, from *os.File) {
	to := l.ends[0]
	if from == to {
		to = l.ends[1]
	}
	s, ok := parseSegment(p)
	l.mu.Lock()
	defer l.mu.Unlock()
	var c *connection
	if ok {
		if c = l.connection(s); c != nil && c.dead {
			l.refuse(s, c)
			return
		}
		if at, is := l.cutAt(s); is {
			l.cutOff++
			if s.has(rstFlag) {
				l.cut[at] = append(l.cut[at], p)
			}
			return
		}
	}
	for _, after := range l.arrivals(ok && s.has(rstFlag)) {
		time.AfterFunc(after, func() { l.deliver(p, to, c) })
	}
}

// deliver has a packet arrive, unless its connection was reset meanwhile.
func (l *line) deliver(p []byte, to *os.File, c *connection) {
	l.mu.Lock()
	gone := c != nil && c.dead
	l.mu.Unlock()
	if !gone {
		to.Write(p) // what fails is lost
	}
}

// arrivals returns after which times a packet arrives: none if it is lost.
func (l *line) arrivals(precious bool) []time.Duration {
	out := l.every > 0 && time.Since(l.began)%l.every > l.every-l.outage
	if !precious && (out || l.chance.IntN(100) < l.loss) {
		l.lost++
		return nil
	}
	l.carried++
	all := []time.Duration{l.delay}
	if l.chance.IntN(100) < l.badness.late {
		l.figures.late++
		all[0] += time.Duration(l.chance.Int64N(int64(5 * l.delay)))
	}
	if l.chance.IntN(100) < l.double {
		l.doubled++
		all = append(all, 2*l.delay)
	}
	return all
}

// connection returns what is known of the connection of a segment, or nil, and notes
// what the segment tells of it. The lock must be held, as below.
func (l *line) connection(s segment) *connection {
	there, back := route{s.from, s.to}, route{s.to, s.from}
	if s.opens() && (l.connections[there] == nil || l.connections[there].end[s.from] != s.end) { // it is not the same once more
		l.connections[there] = &connection{end: map[netip.AddrPort]uint32{s.from: s.end}}
	}
	c := l.connections[there]
	if c == nil {
		c = l.connections[back]
	}
	if c == nil {
		return nil
	}
	if last, some := c.end[s.from]; !some || int32(s.end-last) > 0 {
		c.end[s.from] = s.end
	}
	if s.has(rstFlag) && !c.dead {
		delete(l.connections, there)
		delete(l.connections, back)
	}
	return c
}

// cutAt returns which end of a segment is cut off.
func (l *line) cutAt(s segment) (at netip.AddrPort, is bool) {
	for _, at := range []netip.AddrPort{s.from, s.to} {
		if _, is := l.cut[at]; is {
			return at, true
		}
	}
	return at, false
}

// refuse tells whoever has sent a segment that there is no such connection; unless that is what it says.
func (l *line) refuse(s segment, c *connection) {
	if s.has(rstFlag) {
		c.knows[s.from] = true
		return
	}
	l.send(s.refusal())
}

// send sends a segment of the line's own, at once.
func (l *line) send(s segment) { l.forward(s.packet(), s.to) }

// forward gives a packet to the system that an address is of.
func (l *line) forward(p []byte, to netip.AddrPort) { l.ends[hostOf(to)].Write(p) }

// hostOf returns which of the two systems an address is of, 0 or 1.
func hostOf(a netip.AddrPort) int {
	ip := a.Addr().As4()
	return int(ip[3]) - 1
}

// Reset implements [proptest.Network], as an intermediary does that has forgotten its
// connections: both ends are told, and told again if they go on.
func (l *line) Reset(address string) {
	at := netip.MustParseAddrPort(address)
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make(map[route]*connection)
	for r, c := range l.connections {
		if r.listener == at && !c.dead {
			c.dead, c.knows = true, make(map[netip.AddrPort]bool)
			l.resets++
			all[r] = c
		}
	}
	for p := wait.New(patience); len(all) > 0 && !p.Over(); {
		for r, c := range all {
			l.tell(r.dialer, r.listener, c)
			l.tell(r.listener, r.dialer, c)
		}
		l.mu.Unlock()
		time.Sleep(time.Millisecond) // systems that are real
		l.mu.Lock()
		maps.DeleteFunc(all, func(r route, c *connection) bool { return c.knows[r.dialer] && c.knows[r.listener] })
	}
}

// tell resets one end of a connection, and asks whether it knows that: a system answers what is of no
// connection with a reset.
func (l *line) tell(from, to netip.AddrPort, c *connection) {
	if c.knows[to] {
		return
	}
	// What the other end has sent last is what this one has got, if nothing was lost; if so, it answers with what it
	// has, and the refusal of that is right.
	s := segment{from: from, to: to, seq: c.end[from], ack: c.end[to], flags: rstFlag | ackFlag}
	l.send(s)
	s.flags = ackFlag
	l.send(s)
}

// Cut implements [proptest.Network].
func (l *line) Cut(address string) {
	at := netip.MustParseAddrPort(address)
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, is := l.cut[at]; !is {
		l.cut[at] = nil
	}
}

// Heal implements [proptest.Network]. Resets arrive, which nobody would send again.
func (l *line) Heal(address string) {
	at := netip.MustParseAddrPort(address)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.cut[at] {
		s, _ := parseSegment(p)
		l.forward(p, s.to)
	}
	delete(l.cut, at)
}

// sum returns the line's figures.
func (l *line) sum() figures {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.figures
}
