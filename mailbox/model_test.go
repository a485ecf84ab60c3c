//go:build ypipemodel

package mailbox

import (
	"context"
	"fmt"
	"testing"

	"github.com/zeroactor/zmq/internal/modeltest"
)

// room checks that threads enter it one at a time.
type room struct {
	w      *modeltest.World
	inside int
}

func (r *room) visit() {
	r.inside++
	r.w.Require(r.inside == 1, "%d at once", r.inside)
	r.w.Step()
	r.inside--
}

// job is an event under observation.
type job struct {
	Event
	posts, runs int
	due         bool // posted, and not begun to run since
}

func newJob(r *room, also func()) *job {
	j := new(job)
	j.Do = func() {
		j.due = false
		j.runs++
		r.visit()
		if also != nil {
			also()
		}
	}
	return j
}

func (j *job) post(t *Turn) {
	j.posts++
	j.due = true
	t.Post(&j.Event)
}

func (j *job) check() error {
	if j.due || j.runs < 1 || j.runs > j.posts {
		return fmt.Errorf("an event was posted %d times and ran %d times; still due: %v", j.posts, j.runs, j.due)
	}
	return nil
}

// turnLab makes a turn and checks in the end that nothing is left in it.
func turnLab(w *modeltest.World, jobs ...*job) *Turn {
	t := new(Turn)
	w.Finally(func() error {
		if !t.mu.TryLock() {
			return fmt.Errorf("the turn is not given back")
		}
		if !t.inbox.empty() {
			return fmt.Errorf("events are left in the inbox")
		}
		for _, j := range jobs {
			if err := j.check(); err != nil {
				return err
			}
		}
		return nil
	})
	return t
}

// Two post while a third takes the turn and gives it back.
func TestModelTurn(t *testing.T) {
	cfg := modeltest.Config{Preemptions: 4, Random: 5000, Reach: []string{"run by the holder", "run by a poster"}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		world = w
		r := &room{w: w}
		holding := false
		where := func() {
			if holding {
				w.Reached("run by the holder")
			} else {
				w.Reached("run by a poster")
			}
		}
		a, b := newJob(r, where), newJob(r, where)
		turn := turnLab(w, a, b)
		w.Go("poster a", func() { a.post(turn) })
		w.Go("poster b", func() { b.post(turn) })
		w.Go("holder", func() {
			turn.Lock()
			holding = true
			r.visit()
			turn.Pending()
			turn.Unlock()
			holding = false
		})
	})
}

// The smallest case under every schedule.
func TestModelTurnFull(t *testing.T) {
	modeltest.Explore(t, modeltest.Config{Preemptions: -1}, func(w *modeltest.World) {
		world = w
		r := &room{w: w}
		a := newJob(r, nil)
		turn := turnLab(w, a)
		w.Go("poster", func() { a.post(turn) })
		w.Go("holder", func() {
			turn.Lock()
			r.visit()
			turn.Unlock()
		})
	})
}

// Events run in the order in which one goroutine has posted them.
func TestModelTurnOrder(t *testing.T) {
	modeltest.Explore(t, modeltest.Config{Preemptions: 4, Random: 2000}, func(w *modeltest.World) {
		world = w
		r := &room{w: w}
		var jobs []*job
		begun := 0
		for i := range 3 {
			jobs = append(jobs, newJob(r, func() {
				w.Require(begun == i, "event %d ran after %d others", i, begun)
				begun++
			}))
		}
		turn := turnLab(w, jobs...)
		w.Go("poster", func() {
			for _, j := range jobs {
				j.post(turn)
			}
		})
		w.Go("holder", func() {
			turn.Lock()
			r.visit()
			turn.Unlock()
		})
	})
}

// One event is posted by two, again and again, and from within itself; another
// takes the turn.
func TestModelTurnPostAgain(t *testing.T) {
	cfg := modeltest.Config{Preemptions: 3, Random: 5000, Reach: []string{"run once for two"}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		world = w
		r := &room{w: w}
		var turn *Turn
		var a *job
		again := true
		a = newJob(r, func() {
			if again { // run from inside: the turn is held by who runs it
				again = false
				a.post(turn)
			}
		})
		turn = turnLab(w, a)
		for _, name := range []string{"poster 1", "poster 2"} {
			w.Go(name, func() {
				a.post(turn)
				a.post(turn)
			})
		}
		w.Go("holder", func() {
			turn.Lock()
			r.visit()
			turn.Unlock()
		})
		w.Finally(func() error {
			if a.runs < a.posts {
				w.Reached("run once for two")
			}
			return nil
		})
	})
}

// Work runs after each wake-up, one at a time; it may wake itself.
func TestModelActivation(t *testing.T) {
	cfg := modeltest.Config{Preemptions: 5, Random: 5000, Reach: []string{"run again", "two wake-ups, one run"}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		world = w
		r := &room{w: w}
		due, wakes, runs, itself := false, 0, 0, true
		var a *Activation
		wake := func() {
			wakes++
			due = true
			a.Wake()
		}
		a = NewActivation(func() {
			due = false
			runs++
			r.visit()
			if itself {
				itself = false
				wake()
				w.Reached("run again")
			}
		})
		for _, name := range []string{"waker 1", "waker 2"} {
			w.Go(name, func() {
				wake()
				wake()
			})
		}
		w.Finally(func() error {
			if runs < wakes {
				w.Reached("two wake-ups, one run")
			}
			if due || runs > wakes || a.state.v != idle {
				return fmt.Errorf("%d wake-ups, %d runs; still due: %v, state %d", wakes, runs, due, a.state.v)
			}
			return nil
		})
	})
}

// A larder is an actor as sockets are: who takes something from it waits in
// line while it is empty.
type larder struct {
	w     *modeltest.World
	turn  Turn
	line  WaitList
	items int
	shut  bool
}

func (l *larder) put() {
	l.turn.Lock()
	l.items++
	l.line.Wake()
	l.turn.Unlock()
}

func (l *larder) close() {
	l.turn.Lock()
	l.shut = true
	l.line.WakeAll()
	l.turn.Unlock()
}

// take waits for an item. It returns false if it was cancelled, or the larder
// is closed, first.
func (l *larder) take(ctx context.Context) bool {
	l.turn.Lock()
	for l.items == 0 {
		if l.shut {
			l.turn.Unlock()
			return false
		}
		wait := l.line.Join()
		l.turn.Unlock()
		err := wait.Wait(ctx)
		l.turn.Lock()
		woken := l.line.Leave(wait)
		if err == nil {
			continue
		}
		if woken {
			l.w.Reached("baton passed on")
			l.line.Wake()
		}
		l.turn.Unlock()
		return false
	}
	l.items--
	l.turn.Unlock()
	return true
}

func (l *larder) check() error {
	if !l.line.Empty() {
		return fmt.Errorf("somebody is left in the line")
	}
	for n, w := 0, l.line.free; w != nil; n, w = n+1, w.next {
		if *w.woken.s || n > 2 {
			return fmt.Errorf("%d waiters to be reused; woken before: %v", n, *w.woken.s)
		}
	}
	return nil
}

// One item, for one who takes it, and one who is cancelled or puts it back:
// whoever was woken for it, the first one gets it.
func TestModelWaitList(t *testing.T) {
	cfg := modeltest.Config{Preemptions: 2, Random: 10_000, Reach: []string{"baton passed on", "taken", "cancelled"}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		world = w
		l := &larder{w: w}
		w.Finally(l.check)
		ctx, cancel := context.WithCancel(context.Background())
		w.Go("fickle", func() {
			if l.take(ctx) {
				w.Reached("taken")
				l.put()
			} else {
				w.Reached("cancelled")
			}
		})
		w.Go("taker", func() {
			w.Require(l.take(context.Background()), "the taker was cancelled")
		})
		w.Go("giver", func() { l.put() })
		w.Go("canceller", func() {
			w.Step()
			cancel()
		})
	})
}

// Those who wait are woken first in, first out, and their places used again.
func TestModelWaitListReuse(t *testing.T) {
	modeltest.Explore(t, modeltest.Config{Preemptions: 2, Random: 5000}, func(w *modeltest.World) {
		world = w
		l := &larder{w: w}
		w.Finally(l.check)
		got := 0
		for _, name := range []string{"taker 1", "taker 2"} {
			w.Go(name, func() {
				for l.take(context.Background()) {
					got++
				}
			})
		}
		w.Go("giver", func() {
			for range 3 {
				l.put()
			}
			l.close()
		})
		w.Finally(func() error {
			if got != 3 || l.items != 0 {
				return fmt.Errorf("%d of 3 taken, %d left", got, l.items)
			}
			return nil
		})
	})
}
