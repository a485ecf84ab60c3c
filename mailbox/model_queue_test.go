//go:build ypipemodel

package mailbox

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/zeroactor/zmq/internal/modeltest"
)

// A post is a queue under observation, with a reader that is run as actors are.
type post struct {
	Queue[int]
	r        *room
	got      []int
	commands int
	paused   bool // the reader takes no items until it is commanded to
	looks    bool // the reader looks for items before it tries to sleep
	seized   bool // somebody else is the reader
}

func newPost(w *modeltest.World, limits Limits) *post {
	p := &post{r: &room{w: w}, looks: w.Choose(2) == 0}
	p.Init(&limits, p.read)
	p.tail.Store(barred | asleep)
	w.Finally(func() error {
		c := p.Counts()
		if c.Awake || c.Put != c.Taken || c.Put != int64(len(p.got)) || p.urgent.v != 0 {
			return fmt.Errorf("%+v, %d items got, commands %d", c, len(p.got), p.urgent.v)
		}
		if barring := p.tail.v&barred != 0; barring != (p.closed || p.limits.Single || p.ring.v == nil) {
			return fmt.Errorf("barred: %v", barring)
		}
		if p.rare != nil && !p.rare.line.Empty() {
			return fmt.Errorf("somebody is left in line")
		}
		return nil
	})
	return p
}

func (p *post) read() {
	p.r.w.Require(!p.paused || p.Urgent(), "woken for nothing")
	p.r.w.Require(!p.seized, "two readers")
	for {
		if p.Urgent() {
			p.r.visit()
			for _, c := range p.Commands() {
				c()
				p.commands++
			}
		}
		if !p.paused {
			if v, ok := p.take(); ok {
				p.r.visit()
				p.got = append(p.got, v)
				continue
			}
		}
		if p.Sleep(p.paused) {
			return
		}
	}
}

func (p *post) take() (v int, ok bool) {
	if p.looks {
		return p.Next()
	}
	return p.Held()
}

// wants checks that all items have come, each sender's in order. Items are tens
// for the sender and ones for the order.
func (p *post) wants(n int) error {
	last := make(map[int]int)
	for _, v := range p.got {
		if last[v/10] >= v {
			return fmt.Errorf("order %v", p.got)
		}
		last[v/10] = v
	}
	if len(p.got) != n {
		return fmt.Errorf("got %v, want %d", p.got, n)
	}
	return nil
}

// Two wait for room in a queue for one or two.
func TestModelQueue(t *testing.T) {
	for preemptions, limits := range []Limits{1: {HWM: 1}, 2: {HWM: 2, LWM: 1}} {
		if preemptions == 0 {
			continue
		}
		cfg := modeltest.Config{Preemptions: preemptions, Random: 5000}
		modeltest.Explore(t, cfg, func(w *modeltest.World) {
			world = w
			p := newPost(w, limits)
			for _, sender := range []int{10, 20} {
				w.Go(fmt.Sprint("sender ", sender), func() {
					for i := range 2 {
						o, err := p.PutWait(context.Background(), sender+i+1, nil)
						w.Require(o == Queued && err == nil, "%v, %v", o, err)
					}
				})
			}
			w.Finally(func() error { return p.wants(4) })
		})
	}
}

// Credit is exact: no more items are in the queue than the high-water mark says.
func TestModelQueueBound(t *testing.T) {
	modeltest.Explore(t, modeltest.Config{Preemptions: 2, Random: 5000, Reach: []string{"full"}}, func(w *modeltest.World) {
		world = w
		p := newPost(w, Limits{HWM: 2})
		put := 0
		for _, sender := range []int{10, 20} {
			w.Go(fmt.Sprint("sender ", sender), func() {
				for i := range 2 {
					if p.Put(sender+i+1) == Queued {
						put++
					} else {
						w.Reached("full")
					}
					w.Require(p.tail.v/numbered-p.taken <= 2, "%d items", p.tail.v/numbered-p.taken)
				}
			})
		}
		w.Finally(func() error { return p.wants(put) })
	})
}

// A command wakes a reader that is deaf to items, and goes past them.
func TestModelQueueCommands(t *testing.T) {
	modeltest.Explore(t, modeltest.Config{Preemptions: 2, Random: 5000}, func(w *modeltest.World) {
		world = w
		p := newPost(w, Limits{HWM: 4})
		p.paused = true
		p.tail.Store(barred)
		p.deaf = true
		w.Go("sender", func() { p.Put(11); p.Put(12) })
		w.Go("commander", func() {
			w.Require(p.Post(func() {}), "refused")
			w.Require(p.Post(func() {
				w.Require(len(p.got) == 0, "items before the command")
				p.paused = false
			}), "refused")
		})
		w.Finally(func() error {
			if p.commands != 2 {
				return fmt.Errorf("%d commands", p.commands)
			}
			return p.wants(2)
		})
	})
}

// Closing sends away who waits; what was let in is delivered. Who is cancelled
// takes nobody's wake-up.
func TestModelQueueClose(t *testing.T) {
	cfg := modeltest.Config{Preemptions: 1, Random: 5000, Reach: []string{"closed", "cancelled"}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		world = w
		p := newPost(w, Limits{HWM: 1})
		put := 0
		ctx, cancel := context.WithCancel(context.Background())
		for _, s := range []struct {
			n, items int
			ctx      context.Context
		}{{10, 2, context.Background()}, {20, 1, ctx}} {
			w.Go(fmt.Sprint("sender ", s.n), func() {
				for i := range s.items {
					switch o, err := p.PutWait(s.ctx, s.n+i+1, nil); {
					case o == Queued:
						put++
					case o == Closed:
						w.Reached("closed")
					case err != nil:
						w.Reached("cancelled")
					}
				}
			})
		}
		w.Go("closer", func() { cancel(); p.Close() })
		w.Finally(func() error { return p.wants(put) })
	})
}

// An impatient watch lets itself be told to give up.
type impatient struct {
	q     *post
	mu    mutex
	w     *Waiter // guarded by mu; nil while nobody waits
	tired error   // guarded by mu
}

func (i *impatient) Wait(ctx context.Context, w *Waiter) error {
	i.mu.Lock()
	i.w = w
	i.mu.Unlock()
	err := w.Wait(ctx)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.w = nil
	if err == nil {
		err = i.tired
	}
	return err
}

func (i *impatient) giveUp(w *modeltest.World) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.w == nil {
		return
	}
	i.tired = errors.New("tired")
	if i.q.Waits(i.w) {
		w.Reached("nudged")
	} else {
		w.Reached("woken already")
	}
	i.q.Nudge(i.w)
}

// Who is nudged waits no more, also where there is room at the same moment.
func TestModelQueueNudge(t *testing.T) {
	reach := []string{"nudged", "woken already", "gave up", "put"}
	modeltest.Explore(t, modeltest.Config{Preemptions: 2, Random: 5000, Reach: reach}, func(w *modeltest.World) {
		world = w
		p := newPost(w, Limits{HWM: 1})
		watch := &impatient{q: p}
		put := 0
		w.Go("sender", func() {
			for i := range 3 {
				switch o, err := p.PutWait(context.Background(), 10+i+1, watch); {
				case o == Queued:
					put++
					w.Reached("put")
				case err != nil:
					w.Reached("gave up")
				}
			}
		})
		w.Go("nudger", func() { watch.giveUp(w) })
		w.Finally(func() error { return p.wants(put) })
	})
}

// Closing sends away also who waits where nobody reads.
func TestModelQueueCloseUnread(t *testing.T) {
	modeltest.Explore(t, modeltest.Config{Preemptions: -1}, func(w *modeltest.World) {
		world = w
		var q Queue[int]
		q.Init(&Limits{HWM: 1}, func() {})
		w.Go("sender", func() {
			var got [2]Outcome
			for i := range got {
				got[i], _ = q.PutWait(context.Background(), i, nil)
			}
			w.Require(got[1] == Closed, "%v", got)
		})
		w.Go("closer", q.Close)
	})
}

// A reader gives credit before it sleeps, also where it is not due yet.
func TestModelQueueLastCredit(t *testing.T) {
	for _, hwm := range []int{9, 10} { // it falls due at an even number of items, or at an odd one
		modeltest.Explore(t, modeltest.Config{Preemptions: 1}, func(w *modeltest.World) {
			world = w
			p := newPost(w, Limits{HWM: hwm})
			w.Go("sender", func() {
				for i := range hwm + 1 {
					o, _ := p.PutWait(context.Background(), 100+i, nil)
					w.Require(o == Queued, "%v", o)
				}
			})
			w.Finally(func() error { return p.wants(hwm + 1) })
		})
	}
}

// Who finds room gets it, also while another makes the ring larger under who reads, and
// nobody is told that there is none.
func TestModelQueueGrowth(t *testing.T) {
	cfg := modeltest.Config{Preemptions: 2, Random: 5000, Reach: []string{"items left in the old ring", "grown twice"}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		world = w
		p := newPost(w, Limits{HWM: 4})
		for _, sender := range []int{10, 20} {
			w.Go(fmt.Sprint("sender ", sender), func() {
				for i := range 2 {
					w.Require(p.Put(sender+i+1) == Queued, "there is room")
					if r := p.from.v; r != nil && r.next.v != nil && r.next.v.first != p.taken {
						w.Reached("items left in the old ring")
					}
				}
			})
		}
		w.Finally(func() error {
			if len(p.ring.v.places) == 4*firstRing {
				w.Reached("grown twice")
			}
			return p.wants(4)
		})
	})
}

// While somebody is there in place of the reader, no item and no command brings that back.
func TestModelQueueWhileAway(t *testing.T) {
	for items, preemptions := range []int{3, 1} {
		cfg := modeltest.Config{Preemptions: preemptions, Random: 2000, Reach: []string{"away", "awake"}}
		modeltest.Explore(t, cfg, func(w *modeltest.World) {
			world = w
			p := newPost(w, Limits{HWM: 4})
			p.Put(1) // there is a ring: the next one need not take the lock
			if items > 0 {
				w.Go("sender", func() { w.Require(p.Put(10) == Queued, "there is room") })
			}
			w.Go("commander", func() { w.Require(p.Post(func() {}), "refused") })
			w.Go("visitor", func() {
				if p.WhileAway(p.r.visit) {
					w.Reached("away")
				} else {
					w.Reached("awake")
				}
			})
			w.Finally(func() error {
				if p.commands != 1 {
					return fmt.Errorf("%d commands", p.commands)
				}
				return p.wants(1 + items)
			})
		})
	}
}

// What is displaced is not delivered, and what is delivered was not displaced.
func TestModelQueueDisplace(t *testing.T) {
	modeltest.Explore(t, modeltest.Config{Preemptions: 3, Random: 5000, Reach: []string{"displaced"}}, func(w *modeltest.World) {
		world = w
		p := newPost(w, Limits{HWM: 1, Single: true})
		away := 0
		w.Go("sender", func() {
			for i := range 4 {
				old, displaced, o := p.Displace(10 + i + 1)
				w.Require(o == Queued, "%v", o)
				if displaced {
					w.Require(old > 10, "displaced nothing")
					away++
					w.Reached("displaced")
				}
			}
		})
		w.Finally(func() error { return p.wants(4 - away) })
	})
}

// Who waits for room in a single queue gets it.
func TestModelQueueSingle(t *testing.T) {
	modeltest.Explore(t, modeltest.Config{Preemptions: 2, Random: 2000}, func(w *modeltest.World) {
		world = w
		p := newPost(w, Limits{HWM: 1, Single: true})
		w.Go("sender", func() {
			for i := range 3 {
				o, err := p.PutWait(context.Background(), 10+i+1, nil)
				w.Require(o == Queued && err == nil, "%v, %v", o, err)
			}
		})
		w.Finally(func() error { return p.wants(3) })
	})
}

// Finishing refuses while there are commands, and commands are refused after it.
func TestModelQueueFinish(t *testing.T) {
	modeltest.Explore(t, modeltest.Config{Preemptions: -1}, func(w *modeltest.World) {
		world = w
		var q Queue[int]
		q.Init(&Limits{HWM: 1}, func() {})
		ran, posted := 0, 0
		w.Go("reader", func() {
			q.Close()
			for !q.Finish() {
				for _, c := range q.Commands() {
					c()
				}
			}
		})
		w.Go("commander", func() {
			if q.Post(func() { ran++ }) {
				posted++
			}
		})
		w.Finally(func() error {
			if ran != posted {
				return fmt.Errorf("%d posted, %d run", posted, ran)
			}
			return nil
		})
	})
}

// What was put before a queue is seized has been taken, and what comes after it is
// refused; a command is run by whoever reads.
func TestModelQueueSeize(t *testing.T) {
	modeltest.Explore(t, modeltest.Config{Preemptions: 1, Random: 5000, Reach: []string{"seized", "awake"}}, func(w *modeltest.World) {
		world = w
		p := newPost(w, Limits{HWM: 4})
		put := 0
		w.Go("sender", func() {
			for i := range 2 {
				if p.Put(10+i+1) == Queued {
					put++
				}
			}
		})
		w.Go("commander", func() { w.Require(p.Post(func() {}), "refused") })
		w.Go("seizer", func() {
			if !p.Seize() {
				w.Reached("awake")
				return
			}
			w.Reached("seized")
			p.seized = true
			w.Require(len(p.got) == put && !p.Look(), "%d of %d items taken", len(p.got), put)
			p.seized = false
			p.read()
		})
		w.Finally(func() error {
			if p.commands != 1 {
				return fmt.Errorf("%d commands", p.commands)
			}
			return p.wants(put)
		})
	})
}
