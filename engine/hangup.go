package engine

import (
	"net"
	"time"
)

// A connection that is not read, because its log is full, would hear only from
// the next read that its peer is gone, and that may be long in coming. So it
// asks the system from time to time, with pauses from firstLook to lastLook:
// nothing else tells without reading, and the more often the more it costs.
const (
	firstLook = 50 * time.Millisecond
	lastLook  = time.Second
)

// A hangUpWatch tells when to ask. It belongs to the connection's goroutine.
type hangUpWatch struct {
	hungUp func() bool // asks the system; nil before that is needed, or if it cannot tell
	timer  *time.Timer // made when it is needed first
	pause  time.Duration
}

// begin begins a wait, and returns when it is time to look at nc.
func (w *hangUpWatch) begin(nc net.Conn) <-chan time.Time {
	if w.hungUp == nil {
		if w.hungUp = hangUpProbe(nc); w.hungUp == nil {
			return nil
		}
	}
	w.pause = firstLook
	if w.timer == nil {
		w.timer = time.NewTimer(w.pause)
	} else {
		w.timer.Reset(w.pause)
	}
	return w.timer.C
}

// again goes on after a look.
func (w *hangUpWatch) again() {
	w.pause = min(2*w.pause, lastLook)
	w.timer.Reset(w.pause)
}

func (w *hangUpWatch) end() {
	if w.timer != nil {
		w.timer.Stop()
	}
}

// peerGone asks whether the peer is gone. What it has sent is here then, in the
// system's buffer, and is taken over the high-water mark, by as much as that
// buffer holds: so the connection ends, as it does when it is read, and nothing is
// lost.
//
// It happens to a log once. Until that has had room again its next connections
// have to wait, or else a peer that comes and goes would fill the memory.
func (c *Conn) peerGone() bool {
	r := &c.reader
	r.parsing.Lock()
	defer r.parsing.Unlock()
	r.gone = c.port.In.Written() != c.port.over && r.hangUp.hungUp()
	if !r.gone {
		r.hangUp.again()
	}
	return r.gone
}
