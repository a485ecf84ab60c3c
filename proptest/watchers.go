package proptest

import (
	"strings"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// watch has a poller look at a socket that receives.
func (w *world) watch(i int) error {
	p := w.places[i]
	s, ok := p.end.(patterns.Socket)
	if _, receives := p.end.(tryReceiver); p.poller != nil || !ok || !receives || w.h.Sockets[i].Kind == "XPUB" {
		return nil
	}
	p.poller = patterns.NewPoller()
	return p.poller.Add(s, patterns.PollIn)
}

func (w *world) unwatch(i int) {
	if p := w.places[i]; p.poller != nil {
		p.poller.Close()
		p.poller = nil
	}
}

// polled holds, when everything is where it stays, that pollers tell of those
// sockets that have something to receive, and have given a sign of that.
func (w *world) polled() error {
	for i, p := range w.places {
		if p.poller == nil || len(p.waiters) > 0 || !w.twin.base().alive[i] {
			continue
		}
		signed := false
		select {
		case <-p.poller.C():
			signed = true
		default:
		}
		ready := len(p.poller.Ready()) > 0
		m := new(zmq.Message)
		err := p.end.(tryReceiver).TryRecv(m)
		switch {
		case ready && !signed:
			return violates(Polling, "socket %d is ready, and the poller has given no sign of it", i)
		case ready && err != nil && !w.lockStep():
			return violates(Polling, "the poller tells of socket %d, which says %v", i, err)
		case !ready && err == nil:
			return violates(Polling, "the poller does not tell of socket %d, which has %s", i, brief(strings.Join(framesOf(m), " ")))
		}
		if err := w.handled(i, m, err); err != nil {
			return err
		}
	}
	return nil
}
