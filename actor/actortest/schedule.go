package actortest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing/synctest"
)

// theTest is the name in a schedule of what is no actor: the test itself.
const theTest = "(test)"

// A request is a goroutine that waits for its turn.
type request struct {
	who     string
	patient bool // it lets all others go first
	granted chan struct{}
}

// A schedule lets one goroutine of a bubble run at a time: when none can run that has
// had a turn, it draws the next from those that wait for one. So the draws decide all,
// and a seed decides the draws.
type schedule struct {
	kick chan struct{} // somebody waits
	stop chan struct{}
	done chan struct{}

	mu      sync.Mutex
	chance  *rand.Rand
	waiting []*request
	over    bool // everybody goes as they like
	taken   []string
}

func newSchedule(seed uint64) *schedule {
	return &schedule{
		kick:   make(chan struct{}, 1),
		stop:   make(chan struct{}),
		done:   make(chan struct{}),
		chance: rand.New(rand.NewPCG(seed, 0)),
	}
}

// Turn implements turns.Scheduler.
func (s *schedule) Turn(who string) {
	if who == "" {
		who = theTest
	}
	s.wait(&request{who: who})
}

// settle waits until nobody else can do anything now.
func (s *schedule) settle() { s.wait(&request{who: theTest, patient: true}) }

func (s *schedule) wait(r *request) {
	r.granted = make(chan struct{})
	s.mu.Lock()
	if s.over {
		s.mu.Unlock()
		return
	}
	s.waiting = append(s.waiting, r)
	s.mu.Unlock()
	select {
	case s.kick <- struct{}{}:
	default:
	}
	<-r.granted
}

// run is the goroutine that draws. Time goes on while it waits for a kick.
func (s *schedule) run() {
	defer close(s.done)
	for {
		synctest.Wait()
		if r := s.draw(); r != nil {
			close(r.granted)
			continue
		}
		select {
		case <-s.kick:
		case <-s.stop:
			s.release()
			return
		}
	}
}

// draw takes out one of those that wait, or returns nil if there is none. Who came
// when is up to the Go runtime, so that the draw is among names in order.
func (s *schedule) draw() *request {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiting) == 0 {
		return nil
	}
	slices.SortStableFunc(s.waiting, func(a, b *request) int {
		switch {
		case a.patient == b.patient:
			return strings.Compare(a.who, b.who)
		case a.patient:
			return 1
		}
		return -1
	})
	eager := slices.IndexFunc(s.waiting, func(r *request) bool { return r.patient })
	if eager < 0 {
		eager = len(s.waiting)
	}
	at := s.chance.IntN(max(eager, 1))
	r := s.waiting[at]
	s.waiting = slices.Delete(s.waiting, at, at+1)
	s.taken = append(s.taken, r.who)
	return r
}

// release lets everybody go.
func (s *schedule) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	for _, r := range s.waiting {
		close(r.granted)
	}
	s.waiting = nil
}

// end stops the goroutine.
func (s *schedule) end() {
	close(s.stop)
	<-s.done
}

// steps returns who had a turn, in order.
func (s *schedule) steps() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.taken)
}

// shownSteps is how many turns a failure shows: what led to it is among the last.
const shownSteps = 30

// String shows the last turns.
func (s *schedule) String() string {
	steps := s.steps()
	from := max(0, len(steps)-shownSteps)
	return fmt.Sprintf("%d turns, the last ones: %s", len(steps), strings.Join(steps[from:], " "))
}
