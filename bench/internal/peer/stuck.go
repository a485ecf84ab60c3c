package peer

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// A flood is a PUB that drops, one SUB that receives, and Peers SUBs that do not. In turn
// the publisher sends what only the first one wants, and what all want, so that both are
// compared within one pair of processes and within a millisecond: what a send costs depends
// more on how many the receiving one takes, which changes all the time, than on who is stuck.

// The topics of a flood.
const (
	topicAll   = 0 // as of all other publishers
	topicFirst = 1 // of the subscriber that receives
)

const (
	// floodWarmUp is more bytes than the system's buffers of a connection hold.
	floodWarmUp = 20 << 20

	// floodBurst is how many messages of a kind are timed together, if there are so many:
	// some hundred microseconds.
	floodBurst = 1000

	// floodLead is how many are not timed after each change of kind.
	floodLead = floodBurst / 5
)

// A Stuck is what the sends to stuck subscribers cost: their number in a second, and the
// publisher's CPU time for each, both divided by those of sends that only the receiving
// one wants. Medians of all turns. CPU times are zero if the system does not tell.
type Stuck struct {
	Rate      float64 `json:"rate"`
	CPU       float64 `json:"cpu"`
	SendCPUNS float64 `json:"send_cpu_ns"` // of the publisher, for each message timed
}

// A window is what some sends took.
type window struct{ wall, cpu time.Duration }

func (w window) plus(v window) window { return window{w.wall + v.wall, w.cpu + v.cpu} }

// A turn is as many sends of both kinds.
type turn struct{ free, stuck window }

// stuckOf evaluates turns of n messages each.
func stuckOf(turns []turn, n int) Stuck {
	var all window
	var rates, cpus []float64
	for _, t := range turns {
		all = all.plus(t.free).plus(t.stuck)
		if t.stuck.wall > 0 {
			rates = append(rates, t.free.wall.Seconds()/t.stuck.wall.Seconds())
		}
		if t.free.cpu > 0 {
			cpus = append(cpus, t.stuck.cpu.Seconds()/t.free.cpu.Seconds())
		}
	}
	return Stuck{median(rates), median(cpus), float64(all.cpu) / float64(n*len(turns))}
}

// median returns that of numbers, which it sorts; of none it is zero.
func median(numbers []float64) float64 {
	n := len(numbers)
	if n == 0 {
		return 0
	}
	slices.Sort(numbers)
	return (numbers[(n-1)/2] + numbers[n/2]) / 2
}

// flood sends as fast as it can, Count messages that are timed and others between them.
// The warm-up fills all queues.
func (p *player) flood(ctx context.Context) error {
	s, err := p.openPublisher(ctx)
	if err != nil {
		return err
	}
	defer s.Close() // its error is that not everything arrived, which is the point
	all, first := p.message(topicAll, markCount), p.message(topicFirst, markCount)
	if err := s.Send(max(p.job.WarmUp, floodWarmUp/p.job.Size), all); err != nil {
		return err
	}
	burst := max(min(floodBurst, p.job.Count/4), 1)
	m, err := p.begin()
	if err != nil {
		return err
	}
	var turns []turn
	var r Report
	for r.Count < p.job.Count {
		var t turn
		// What gets slower or faster during a turn touches both kinds.
		for _, kind := range []struct {
			body []byte
			to   *window
		}{{first, &t.free}, {all, &t.stuck}, {all, &t.stuck}, {first, &t.free}} {
			w, err := p.burst(s, burst, kind.body)
			if err != nil {
				return err
			}
			*kind.to = kind.to.plus(w)
		}
		turns = append(turns, t)
		r.Count += 4 * burst
		r.Seconds += (t.free.wall + t.stuck.wall).Seconds()
	}
	stuck := stuckOf(turns, 4*burst)
	r.Stuck = &stuck
	if err := p.finish(m, r); err != nil {
		return err
	}
	p.control.hold()
	return nil
}

// burst times n sends, after some that it does not time.
func (p *player) burst(s Socket, n int, body []byte) (window, error) {
	if err := s.Send(floodLead, body); err != nil {
		return window{}, err
	}
	before, err := cpuTime()
	if err != nil {
		return window{}, err
	}
	start := time.Now()
	if err := p.spoil(n, func(n int) error { return s.Send(n, body) }); err != nil {
		return window{}, err
	}
	w := window{wall: time.Since(start)}
	after, err := cpuTime()
	w.cpu = after - before
	return w, err
}

// ignore receives with the first of its sockets, and not with the others.
func (p *player) ignore(ctx context.Context) (err error) {
	sockets, err := p.openSubscribers(ctx)
	if err != nil {
		return err
	}
	var received sync.WaitGroup
	defer func() {
		err = errors.Join(err, closeSubscribers(sockets))
		received.Wait()
	}()
	// That it arrives late does not matter: the publisher has queues to fill first.
	if err := sockets[0].Subscribe(AppendTopic(nil, topicFirst)); err != nil {
		return err
	}
	if err := p.control.waitGo(); err != nil {
		return err
	}
	m, err := p.begin()
	if err != nil {
		return err
	}
	received.Go(func() {
		for sockets[0].Receive(1) == nil {
		}
	})
	p.control.hold()
	return p.finish(m, Report{})
}
