package peer

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// The byte after a message's topic.
const (
	markWarmUp = 'w'
	markStart  = 's' // the last message that is not measured
	markCount  = 'c'
)

// message returns a body of the job's size with a topic and a mark.
func (p *player) message(topic int, mark byte) []byte {
	b := append(AppendTopic(nil, topic), mark)
	return append(b, make([]byte, p.job.Size-len(b))...)
}

// maxPause is the longest time between two messages to subscribers that are not
// all there.
const maxPause = 100 * time.Millisecond

// openPublisher binds a PUB and sends topic 0 to it until the runner says that
// all subscribers have had it. Its topic is the last that each subscribes to. It
// sends ever less often: a subscriber that has had one reads no more until all
// have, and must not be sent so many that the publisher waits for it.
func (p *player) openPublisher(ctx context.Context) (Socket, error) {
	if p.job.Size <= TopicSize {
		return nil, fmt.Errorf("a message of %d bytes has no room for a topic of %d and a mark", p.job.Size, TopicSize)
	}
	s, err := p.open(ctx)
	if err != nil {
		return nil, err
	}
	ready := p.control.goAhead(ctx)
	pause := time.Millisecond
	next := time.NewTimer(pause)
	defer next.Stop()
	for warm := p.message(topicAll, markWarmUp); ; {
		select {
		case <-next.C:
			pause = min(pause+time.Millisecond, maxPause)
			next.Reset(pause)
			if err := s.Send(1, warm); err != nil {
				return nil, errors.Join(err, s.Close())
			}
			continue
		case <-ready.Done():
		}
		if err := context.Cause(ready); !errors.Is(err, context.Canceled) {
			return nil, errors.Join(err, s.Close())
		}
		return s, nil
	}
}

// publish sends to all subscribers. What is counted comes after the warm-up and the
// start mark.
func (p *player) publish(ctx context.Context) (err error) {
	s, err := p.openPublisher(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	publish := p.publisher(s)
	if err := s.Send(p.job.WarmUp, p.message(topicAll, markWarmUp)); err != nil {
		return err
	}
	m, err := p.begin()
	if err != nil {
		return err
	}
	if err := s.Send(1, p.message(topicAll, markStart)); err != nil {
		return err
	}
	if err := p.spoil(p.job.Count, publish); err != nil {
		return err
	}
	r := Report{Seconds: m.seconds()}
	p.control.hold()
	return p.finish(m, r)
}

// openSubscribers connects Peers SUBs and waits until each has had a message.
func (p *player) openSubscribers(ctx context.Context) ([]Subscriber, error) {
	sockets, err := p.openAll(ctx, p.job.Peers)
	if err != nil {
		return nil, err
	}
	var subscribers []Subscriber
	for _, s := range sockets {
		sub, ok := s.(Subscriber)
		if !ok {
			return nil, errors.Join(Unsupported(p.library.Name(), p.job.Type), closeAll(sockets))
		}
		subscribers = append(subscribers, sub)
	}
	err = each(subscribers, func(s Subscriber) error {
		var topic []byte
		for i := p.job.Subs - 1; i >= 0; i-- {
			topic = AppendTopic(topic[:0], i)
			if err := s.Subscribe(topic); err != nil {
				return err
			}
		}
		return s.Receive(1)
	})
	if err == nil {
		err = p.control.out.Encode(Ready{true})
	}
	if err != nil {
		return nil, errors.Join(err, closeAll(sockets))
	}
	return subscribers, nil
}

func closeSubscribers(sockets []Subscriber) error {
	return each(sockets, func(s Subscriber) error { return s.Close() })
}

// subscribe receives Count messages with each of its sockets. The clock starts when
// the first of them has the start mark, so that all that is counted is delivered
// within the time measured.
func (p *player) subscribe(ctx context.Context) (err error) {
	sockets, err := p.openSubscribers(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeSubscribers(sockets)) }()
	if err := p.control.waitGo(); err != nil {
		return err
	}
	begin := sync.OnceValues(p.begin)
	err = each(sockets, func(s Subscriber) error {
		if err := s.ReceiveMark(markStart); err != nil {
			return err
		}
		if _, err := begin(); err != nil {
			return err
		}
		return s.Receive(p.job.Count)
	})
	if err != nil {
		return err
	}
	m, _ := begin()
	if err := p.finish(m, Report{Seconds: m.seconds(), Count: p.job.Count * len(sockets)}); err != nil {
		return err
	}
	p.control.hold()
	return nil
}

// strangers is how many topics that nobody has subscribed to are matched in
// turn: more than a cache holds the way to.
const strangers = 1 << 16

// match sends messages that nobody wants, each of which differs from some topic
// in its last byte only: what that takes is looking them up.
func (p *player) match(ctx context.Context) (err error) {
	before := weigh()
	s, err := p.openPublisher(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	var r Report
	before.into(&r)
	random := rand.New(rand.NewPCG(1, 2))
	var bodies [][]byte
	for range strangers {
		b := p.message(random.IntN(p.job.Subs), markCount)
		b[TopicSize-1] = 'x'
		bodies = append(bodies, b)
	}
	round := func(n int) error {
		for i := range n {
			if err := s.Send(1, bodies[i%strangers]); err != nil {
				return err
			}
		}
		return nil
	}
	if err := round(p.job.WarmUp); err != nil {
		return err
	}
	m, err := p.begin()
	if err != nil {
		return err
	}
	if err := round(p.job.Count); err != nil {
		return err
	}
	r.Seconds = m.seconds()
	if err := p.finish(m, r); err != nil {
		return err
	}
	p.control.hold()
	return nil
}

// holdSubscriptions makes the subscriptions that match looks up.
func (p *player) holdSubscriptions(ctx context.Context) (err error) {
	before := weigh()
	sockets, err := p.openSubscribers(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeSubscribers(sockets)) }()
	if err := p.control.waitGo(); err != nil {
		return err
	}
	m, err := p.begin()
	if err != nil {
		return err
	}
	var r Report
	before.into(&r)
	p.control.hold()
	return p.finish(m, r)
}
