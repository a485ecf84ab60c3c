package actor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A source gives what a test puts into it, and fails as told.
type source struct {
	items chan int
	fail  chan error
}

func newSource() *source { return &source{make(chan int, 100), make(chan error, 100)} }

func (s *source) recv(ctx context.Context) (int, error) {
	select {
	case err := <-s.fail:
		return 0, err
	default:
	}
	select {
	case v := <-s.items:
		return v, nil
	case err := <-s.fail:
		return 0, err
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}

// A sink is an actor that keeps what it gets, once it may.
type sink struct {
	gate chan struct{}
	mu   sync.Mutex
	got  []int
}

func (k *sink) Receive(_ context.Context, v int) error {
	<-k.gate
	k.mu.Lock()
	defer k.mu.Unlock()
	k.got = append(k.got, v)
	return nil
}

func (k *sink) all() []int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.got)
}

// feedRig is a feed between a source and a sink with a short mailbox.
func feedRig(t *testing.T) (src *source, k *sink, to Ref[int], n *Node, s *Supervisor, letters *[]string) {
	letters = new([]string)
	var mu sync.Mutex
	s, err := New(t.Context(), Config{
		DeadLetters: func(l DeadLetter) {
			mu.Lock()
			defer mu.Unlock()
			*letters = append(*letters, fmt.Sprintf("%v %v", l.Message, l.Reason))
		},
		OnFailure: func(string, error) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	src, k = newSource(), &sink{gate: make(chan struct{})}
	if to, err = Start(s, "sink", func(Ref[int]) Actor[int] { return k }, HWM(2)); err != nil {
		t.Fatal(err)
	}
	if n, err = Feed(s, "feed", src.recv, to); err != nil {
		t.Fatal(err)
	}
	return src, k, to, n, s, letters
}

// While the mailbox is full nothing is taken from the source; what has been taken
// when the tree stops is handled.
func TestFeedHoldsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src, k, _, _, s, letters := feedRig(t)
		for i := range 10 {
			src.items <- i
		}
		synctest.Wait()
		if left := len(src.items); left != 6 { // one is in work, two wait, one is in the feed's hand
			t.Errorf("%d left in the source, want 6", left)
		}
		stopped := make(chan error)
		go func() { stopped <- s.Stop(context.Background()) }()
		synctest.Wait()
		close(k.gate)
		if err := <-stopped; err != nil {
			t.Error(err)
		}
		if got := k.all(); !slices.Equal(got, []int{0, 1, 2, 3}) || len(*letters) > 0 {
			t.Errorf("handled %v, dead %v", got, *letters)
		}
	})
}

// A source that fails is asked again later, and given up when it does so too often.
func TestFeedGoesOnAfterFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src, k, _, n, s, _ := feedRig(t)
		close(k.gate)
		for i := range DefaultMaxRestarts {
			src.fail <- fmt.Errorf("failure %d", i)
		}
		src.items <- 1
		time.Sleep(2 * DefaultWindow)
		if got := k.all(); !slices.Equal(got, []int{1}) || n.Err() != nil {
			t.Errorf("handled %v, %v", got, n.Err())
		}
		for range DefaultMaxRestarts + 1 {
			src.fail <- errors.New("again")
		}
		if err := n.Wait(t.Context()); !errors.As(err, new(*EscalationError)) {
			t.Errorf("ended with %v", err)
		}
		if err := s.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// A source that is done ends the feed, and not the actor.
func TestFeedEndsWithItsSource(t *testing.T) {
	for _, end := range []error{ErrDone, ErrStop} {
		synctest.Test(t, func(t *testing.T) {
			src, k, to, n, s, _ := feedRig(t)
			close(k.gate)
			src.fail <- end
			if err := n.Wait(t.Context()); err != nil {
				t.Errorf("%v: ended with %v", end, err)
			}
			if err := to.Send(t.Context(), 1); err != nil {
				t.Error(err)
			}
			if err := s.Stop(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// When the actor ends so does the feed, whether it waits for the source or for room;
// what it has in hand is a dead letter.
func TestFeedEndsWithItsActor(t *testing.T) {
	for name, items := range map[string]int{"waiting for the source": 0, "waiting for room": 10} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				src, k, to, n, s, letters := feedRig(t)
				for i := range items {
					src.items <- i
				}
				synctest.Wait()
				to.Kill()
				close(k.gate)
				if err := n.Wait(t.Context()); !errors.Is(err, ErrStopped) {
					t.Errorf("ended with %v", err)
				}
				synctest.Wait() // the feed may end before the handler that was held up
				if got := len(k.all()) + len(*letters) + len(src.items); got != items {
					t.Errorf("%d of %d accounted for: handled %v, dead %v, %d in the source", got, items, k.all(), *letters, len(src.items))
				}
				if err := s.Stop(t.Context()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// A feed that is killed while it waits for room leaves a dead letter.
func TestFeedIsKilled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src, k, _, n, s, letters := feedRig(t)
		for i := range 10 {
			src.items <- i
		}
		synctest.Wait()
		n.Kill()
		if err := n.Wait(t.Context()); !errors.Is(err, ErrKilled) {
			t.Errorf("ended with %v", err)
		}
		if !slices.Equal(*letters, []string{"3 killed"}) {
			t.Errorf("dead %v", *letters)
		}
		close(k.gate)
		if err := s.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestFeedIsChecked(t *testing.T) {
	s, err := New(t.Context(), Config{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Feed(s, "x", nil, Ref[int]{}); !errors.Is(err, ErrSpec) {
		t.Errorf("no source: %v", err)
	}
	if _, err := Feed(s, "x", newSource().recv, Ref[int]{}); !errors.Is(err, ErrNoActor) {
		t.Errorf("no actor: %v", err)
	}
	to, err := Start(s, "sink", func(Ref[int]) Actor[int] { return new(sink) })
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := Feed(s, "x", newSource().recv, to); !errors.Is(err, ErrStopping) {
		t.Errorf("stopped: %v", err)
	}
}
