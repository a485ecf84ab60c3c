package sim

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"syscall"
	"time"
)

// A Link is one connection, seen from the network.
type Link struct {
	network          *Network
	address          string
	number           uint64
	dialed, accepted *Conn

	mu    sync.Mutex
	isCut bool
	cutAt time.Time
	open  int // ends that are not closed
}

func newLink(n *Network, address string, number uint64) *Link {
	l := &Link{network: n, address: address, number: number, open: 2}
	up, down := newFlow(l, "up"), newFlow(l, "down")
	l.dialed = &Conn{link: l, in: down, out: up, remote: addr(address), local: addr(fmt.Sprint(address, "#", number))}
	l.accepted = &Conn{link: l, in: up, out: down, local: l.dialed.remote, remote: l.dialed.local}
	n.add(l)
	return l
}

// flows returns both directions.
func (l *Link) flows() [2]*flow { return [2]*flow{l.dialed.out, l.dialed.in} }

// Reset ends the connection at both ends, as an intermediary or the crash of
// both systems does. What has arrived can still be read; what is on its way is
// lost.
func (l *Link) Reset() {
	l.mu.Lock()
	fresh := l.reset()
	l.mu.Unlock()
	if fresh {
		l.over()
	}
}

// reset is Reset with the lock held. It reports whether that was news.
func (l *Link) reset() (fresh bool) {
	for _, f := range l.flows() {
		if f.err == nil {
			fresh = true
			f.lose(syscall.ECONNRESET)
		}
	}
	if fresh {
		l.network.count(func(s *Stats) { s.Resets++ })
	}
	return fresh
}

// HalfOpen ends the connection at one end only, as a crash of that end's system
// does: the other one hears nothing of it, and what it writes vanishes.
func (l *Link) HalfOpen(dialer bool) {
	dead := l.accepted
	if dialer {
		dead = l.dialed
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	dead.crashed = true
	dead.in.drop(func(p piece) bool { return !dead.in.arrived(p) })
	dead.out.drop(func(p piece) bool { return !dead.out.arrived(p) })
	dead.out.void, dead.in.void = true, true
	for _, f := range l.flows() {
		f.changed.Broadcast()
	}
}

// Cut interrupts the connection: what has not arrived waits for Heal.
func (l *Link) Cut() {
	l.mu.Lock()
	fresh := !l.isCut
	if fresh {
		l.isCut, l.cutAt = true, time.Now()
	}
	l.mu.Unlock()
	if fresh {
		l.network.count(func(s *Stats) { s.Cuts++ })
	}
}

// Heal ends what Cut began.
func (l *Link) Heal() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.isCut {
		return
	}
	again := time.Now().Add(l.network.cfg.Latency)
	for _, f := range l.flows() {
		for i := range f.queue {
			if p := &f.queue[i]; p.at.After(l.cutAt) && p.at.Before(again) {
				p.at = again
			}
		}
		f.last = later(f.last, again)
	}
	l.isCut = false
	for _, f := range l.flows() {
		f.changed.Broadcast()
	}
}

// Corrupt turns a bit of the next byte that is written in each direction.
func (l *Link) Corrupt() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range l.flows() {
		f.corruptAt = f.total
	}
}

// over forgets a link that nothing can happen to any more.
func (l *Link) over() { l.network.remove(l) }

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// after draws a position in a stream at which something happens that happens
// every mean bytes; -1 is never.
func after(r *rand.Rand, from, mean int64) int64 {
	if mean <= 0 {
		return -1
	}
	return from + int64(r.ExpFloat64()*float64(mean))
}
