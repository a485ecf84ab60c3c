package remote

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/patterns"
)

// A server does the work of a stage in a process of its own.
type server[A, B any] struct {
	site   *Site
	stage  Stage[A, B]
	dealer *patterns.Dealer
}

func newServer[A, B any](site *Site, stage Stage[A, B]) *server[A, B] {
	return &server[A, B]{site: site, stage: stage}
}

// window is how many items the server takes at a time: each worker has one in hand
// and one to go on with.
func (s *server[A, B]) window() int { return 2 * s.stage.Workers }

func (s *server[A, B]) run(ctx context.Context) (err error) {
	if s.dealer, err = newDealer(s.site); err != nil {
		return err
	}
	if err := s.dealer.Connect(s.site.Stages[s.stage.Name]); err != nil {
		return errors.Join(err, s.dealer.CloseNow())
	}
	inner, cancel := context.WithCancel(ctx)
	tasks := make(chan *zmq.Message, s.window())
	var all sync.WaitGroup
	all.Go(func() { giveSigns(inner, s.site, s.dealer, s.window()) })
	for range s.stage.Workers {
		all.Go(func() {
			for m := range tasks {
				s.work(inner, m)
			}
		})
	}
	err = s.receive(ctx, tasks)
	close(tasks)
	cancel() // what is still in hand is done by nobody's order
	all.Wait()
	if err != nil {
		return fmt.Errorf("%s: %w", s.stage.Name, errors.Join(err, s.dealer.CloseNow()))
	}
	s.dealer.Close() // nobody misses what is dropped: the pipeline has ended
	return nil
}

// newDealer makes the socket of who takes items from a dispatcher.
func newDealer(site *Site) (*patterns.Dealer, error) {
	return patterns.NewDealer(append(common[patterns.DealerOption](site), patterns.Linger(site.quiet()))...)
}

// giveSigns gives signs of life, until ctx is done.
func giveSigns(ctx context.Context, site *Site, dealer *patterns.Dealer, window int) {
	tick := time.NewTicker(site.quiet() / signsPerQuiet)
	defer tick.Stop()
	for {
		// It waits while there is no connection: the first sign goes out at once.
		if dealer.Send(ctx, note{kind: kindAlive, number: uint64(window)}.message(nil)) != nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// receive takes tasks until the pipeline has ended.
func (s *server[A, B]) receive(ctx context.Context, tasks chan<- *zmq.Message) error {
	for {
		within, cancel := context.WithTimeoutCause(ctx, s.site.patience(), ErrNoPipeline)
		m, err := s.dealer.Recv(within)
		cancel()
		if err != nil {
			return err
		}
		switch n, ok := parse(m, 0); {
		case ok && n.kind == kindEnd:
			m.Release()
			return nil
		case ok && n.kind == kindTask:
			select {
			case tasks <- m:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		default:
			m.Release()
		}
	}
}

// work does one task, and releases it.
func (s *server[A, B]) work(ctx context.Context, m *zmq.Message) {
	defer m.Release()
	if ctx.Err() != nil {
		return
	}
	n, _ := parse(m, 0)
	answer := note{kind: kindResult, number: n.number}
	var err error
	if answer.body, err = s.do(ctx, n.body); err != nil {
		if ctx.Err() != nil {
			return // it is not the item's fault; who gave it finds out that we are gone
		}
		answer.kind, answer.body = kindFailed, []byte(err.Error())
	}
	_ = s.dealer.Send(ctx, answer.message(nil)) // if it does not go, the item is another worker's
}

// do does one item. A panic is an error.
func (s *server[A, B]) do(ctx context.Context, body []byte) (result []byte, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &actor.PanicError{Value: v}
		}
	}()
	v, err := s.stage.In.Decode(body)
	if err != nil {
		return nil, fmt.Errorf("decode: %w", err)
	}
	r, err := s.stage.Do(ctx, v)
	if err != nil {
		return nil, err
	}
	return s.stage.Out.Append(nil, r)
}
