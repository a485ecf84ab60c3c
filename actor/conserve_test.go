package actor

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// seeds returns those of a random test: some, or the one that the environment names.
func seeds(t *testing.T, n int) []uint64 {
	if text := os.Getenv("ACTOR_SEED"); text != "" {
		seed, err := strconv.ParseUint(text, 0, 64)
		if err != nil {
			t.Fatal(err)
		}
		return []uint64{seed}
	}
	var all []uint64
	for range n {
		all = append(all, rand.Uint64())
	}
	return all
}

// tally counts what became of messages. Each has a number of its own.
type tally struct {
	mu                            sync.Mutex
	handled, dead, returned, sent map[int]int
}

func (y *tally) count(in map[int]int, n int) {
	y.mu.Lock()
	defer y.mu.Unlock()
	in[n]++
}

// erratic is an actor that does what a message tells it to, by its number.
type erratic struct {
	y       *tally
	self    Ref[int]
	others  *[2]Ref[int] // it is one of them
	number  *atomic.Int64
	rnd     *rand.Rand
	trouble int // one message in so many makes trouble
}

func (e *erratic) Receive(ctx context.Context, m int) error {
	if e.rnd.IntN(e.trouble) > 0 {
		e.y.count(e.y.handled, m)
		return nil
	}
	switch e.rnd.IntN(11) {
	case 0:
		panic(fmt.Sprint("message ", m))
	case 1:
		return errors.New("bad luck")
	case 2:
		goexit()
	case 3:
		e.self.Kill()
	case 4:
		if e.rnd.IntN(8) == 0 {
			e.self.BeginStop()
		}
	case 5:
		if e.rnd.IntN(8) == 0 {
			e.y.count(e.y.handled, m)
			return ErrStop
		}
	case 6:
		e.y.count(e.y.handled, m)
		return ErrDone
	case 7, 8:
		return ErrLater
	case 9:
		Unstash(e.self)
	case 10: // each may wait for the other, and be restarted because of it meanwhile
		n := int(e.number.Add(1))
		e.y.count(e.y.sent, n)
		if err := e.others[e.rnd.IntN(2)].Send(ctx, n); err != nil {
			e.y.count(e.y.returned, n)
		}
	}
	e.y.count(e.y.handled, m)
	return nil
}

// TestNothingVanishes plays histories made by chance: whatever the policy and the strategy, and
// whether actors panic, return errors, end their goroutines, lay messages aside, wait for
// room in each other's mailbox or in their own, are restarted, stop
// or are killed in the middle, and whoever gives up: each message that was sent is
// handled, returned to its sender by an error, or a dead letter; and only one of these.
func TestNothingVanishes(t *testing.T) {
	for _, seed := range seeds(t, 60) {
		if err := playActors(t, seed); err != nil {
			t.Fatalf("%v\nto see this again: ACTOR_SEED=%d go test -run TestNothingVanishes ./actor", err, seed)
		}
	}
}

func playActors(t *testing.T, seed uint64) error {
	rnd := rand.New(rand.NewPCG(seed, 1))
	y := &tally{handled: map[int]int{}, dead: map[int]int{}, returned: map[int]int{}, sent: map[int]int{}}
	cfg := Config{
		DeadLetters: func(l DeadLetter) { y.count(y.dead, l.Message.(int)) },
		OnFailure:   func(string, error) {},
		Supervision: Supervision{MaxRestarts: 1 + rnd.IntN(40), Strategy: Strategy(rnd.IntN(3))},
	}
	if rnd.IntN(2) == 0 {
		cfg.Backoff = Exponential{First: time.Microsecond, Max: time.Millisecond}.Delay
	}
	hwm, policy := 1+rnd.IntN(1<<rnd.IntN(10)), Policy(rnd.IntN(4))
	senders, each := 1+rnd.IntN(8), rnd.IntN(400)
	trouble := 2 + rnd.IntN(200)
	var number atomic.Int64
	err := Run(t.Context(), cfg, func(ctx context.Context, s *Supervisor) error {
		// The behaviours get seeds of their own: they are made while others draw.
		var made atomic.Uint64
		var refs [2]Ref[int]
		for i := range refs {
			var err error
			refs[i], err = Start(s, fmt.Sprint("erratic", i), func(self Ref[int]) Actor[int] {
				return &erratic{y, self, &refs, &number, rand.New(rand.NewPCG(seed, 100+made.Add(1))), trouble}
			}, HWM(hwm), OnFull(policy), Restarts(Restart(rnd.IntN(3))))
			if err != nil {
				return err
			}
		}
		ref := refs[0]
		var all sync.WaitGroup
		for i := range senders {
			chance := rand.New(rand.NewPCG(seed, 1000+uint64(i)))
			all.Go(func() { sendMany(ctx, refs[i%2], y, chance, each, &number) })
		}
		if rnd.IntN(2) == 0 {
			all.Wait()
		}
		switch rnd.IntN(4) {
		case 0:
			ref.Kill()
		case 1:
			ref.BeginStop()
		case 2:
			s.Node().BeginStop()
		}
		all.Wait()
		return nil
	})
	if up := (*EscalationError)(nil); err != nil && !errors.As(err, &up) {
		return err
	}
	for m := range y.sent {
		if y.handled[m]+y.dead[m]+y.returned[m] != 1 {
			return fmt.Errorf("message %d of %d: handled %d times, %d times a dead letter, %d times returned (hwm %d, %v)",
				m, len(y.sent), y.handled[m], y.dead[m], y.returned[m], hwm, policy)
		}
	}
	if len(y.handled)+len(y.dead)+len(y.returned) != len(y.sent) {
		return errors.New("messages from nowhere")
	}
	return nil
}

// sendMany sends in each of the ways there are.
func sendMany(ctx context.Context, ref Ref[int], y *tally, chance *rand.Rand, each int, number *atomic.Int64) {
	for range each {
		n := int(number.Add(1))
		y.count(y.sent, n)
		var err error
		switch chance.IntN(4) {
		case 0:
			err = ref.TrySend(n)
		case 1:
			short, cancel := context.WithTimeout(ctx, time.Duration(chance.IntN(100))*time.Microsecond)
			err = ref.Send(short, n)
			cancel()
		case 2:
			err = askOnce(ctx, ref, n)
		default:
			err = ref.Send(ctx, n)
		}
		if err != nil {
			y.count(y.returned, n)
		}
	}
}

// askOnce asks a question that nobody answers, and does not wait for the answer: the
// error is that of sending.
func askOnce(ctx context.Context, ref Ref[int], n int) error {
	short, cancel := context.WithTimeout(ctx, time.Microsecond)
	defer cancel()
	q := &question[int]{core: &ref.c.core}
	q.ready = make(chan struct{})
	return ref.c.put(short, item[int]{m: n, ask: &q.pending}, true)
}
