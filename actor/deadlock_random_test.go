package actor

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// What ends a call in a random history, other than whom it waits for.
type help uint8

const (
	noHelp   help = iota
	deadline      // of its context
	cancel        // of its context, by somebody else
	idle          // nothing, but somebody might cancel
	stranger      // answers in place of who is asked
	helps
)

// A plan is what an actor of a random history does in its one long message. All actors
// are in theirs from the start, some with a full mailbox.
type plan struct {
	name string
	full bool
	at   time.Duration // when it calls another one; no two do at once
	to   int           // whom, or -1
	ask  bool          // or send
	help help
	more time.Duration // when the help comes, after at
}

// kind is what the actor waits for, or 0 if it does not wait.
func (p *plan) kind(all []*plan) WaitKind {
	switch {
	case p.to < 0:
		return 0
	case all[p.to].full:
		return ForRoom
	case p.ask:
		return ForAnswer
	}
	return 0
}

// makePlans draws a history. Helps come between whole seconds, where nobody calls and no
// time of grace ends, and no two come at once.
func makePlans(rnd *rand.Rand) (all []*plan) {
	n := 1 + rnd.IntN(8)
	order := rnd.Perm(n)
	for i := range n {
		p := &plan{name: string(rune('a' + i)), full: rnd.IntN(2) == 0, at: time.Duration(1+order[i]) * time.Second, to: -1, ask: rnd.IntN(2) == 0}
		if to := rnd.IntN(n); to != i && rnd.IntN(10) > 0 {
			p.to = to
		}
		if rnd.IntN(3) == 0 {
			p.help = help(rnd.IntN(int(helps)))
		}
		p.more = time.Duration(rnd.IntN(16))*time.Second + time.Duration(p.help)*200*time.Millisecond + time.Duration(i)*10*time.Millisecond
		all = append(all, p)
	}
	for _, p := range all {
		if p.help == stranger && p.kind(all) != ForAnswer {
			p.help = noHelp
		}
	}
	return all
}

// A fate is what became of an actor's call, and when.
type fate struct {
	at   time.Duration
	what string
}

// foretell works out what must come of a history, by going through its events.
func foretell(all []*plan) []fate {
	const late = lookAfter / 2 // a look comes then, on the average
	fates := make([]fate, len(all))
	over := make([]bool, len(all))
	var events []time.Duration
	for _, p := range all {
		events = append(events, p.at, p.at+p.more, p.at+late, p.at+late+DefaultDeadlockGrace)
	}
	slices.Sort(events)
	var now time.Duration
	waits := func(i int) bool { return !over[i] && all[i].at <= now && all[i].kind(all) != 0 }
	// cycle returns those in the cycle that i closes or is in.
	cycle := func(i int, counts func(p *plan) bool) (in []int) {
		for j := i; waits(j) && counts(all[j]); j = all[j].to {
			if j == i && len(in) > 0 {
				return in
			}
			if slices.Contains(in, j) {
				return nil
			}
			in = append(in, j)
		}
		return nil
	}
	var end func(i int, what string)
	end = func(i int, what string) {
		over[i] = true
		fates[i] = fate{now, what}
		for j := range all {
			if waits(j) && all[j].to == i {
				end(j, "")
			}
		}
	}
	for _, now = range events {
		for i, p := range all {
			switch {
			case over[i] || p.at > now:
			case p.to < 0 || p.kind(all) == 0 || over[p.to]:
				end(i, "")
			case p.at+p.more == now && p.help == stranger:
				end(i, "")
			case p.at+p.more == now && p.help == cancel:
				end(i, context.Canceled.Error())
			case p.at+p.more == now && p.help == deadline:
				what := context.DeadlineExceeded.Error()
				if in := cycle(i, func(*plan) bool { return true }); in != nil && p.at+p.more > all[latest(all, in)].at {
					what += ": " + told(all, in)
				}
				end(i, what)
			default:
				in := cycle(i, func(p *plan) bool { return p.help != deadline })
				if in == nil || latest(all, in) != i {
					continue
				}
				endless := !slices.ContainsFunc(in, func(j int) bool {
					return all[j].kind(all) == ForAnswer || all[j].help == cancel || all[j].help == idle
				})
				if endless && now >= p.at+late || now >= p.at+late+DefaultDeadlockGrace {
					end(i, told(all, in))
				}
			}
		}
	}
	return fates
}

// latest returns which of those has called last.
func latest(all []*plan, in []int) int {
	return slices.MaxFunc(in, func(a, b int) int { return int(all[a].at - all[b].at) })
}

// told is the text of the error that names those.
func told(all []*plan, in []int) string {
	e := &DeadlockError{}
	for _, i := range in {
		p := all[i]
		e.Cycle = append(e.Cycle, Waiting{"/actors/" + p.name, p.kind(all), "/actors/" + all[p.to].name})
	}
	return e.Error()
}

// A trial is a history that is played.
type trial struct {
	plans []*plan
	refs  []Ref[deed]
	begun time.Time
	fates []fate
}

// live is the long message of one actor.
func (r *trial) live(ctx context.Context, i int) {
	p := r.plans[i]
	time.Sleep(p.at)
	help := time.Until(r.begun.Add(p.at + p.more))
	switch p.help {
	case deadline:
		limited, over := context.WithTimeout(ctx, help)
		defer over()
		ctx = limited
	case cancel, idle:
		limited, over := context.WithCancel(ctx)
		defer over()
		ctx = limited
		if p.help == cancel {
			time.AfterFunc(help, over)
		}
	}
	var err error
	switch {
	case p.to < 0:
	case p.ask:
		_, err = Ask(ctx, r.refs[p.to], func(reply ReplyTo[int]) deed {
			if p.help == stranger {
				time.AfterFunc(help, func() { _ = reply.Send(2) })
			}
			return func(context.Context) error { _ = reply.Send(1); return nil }
		})
	default:
		err = r.refs[p.to].Send(ctx, nothing)
	}
	r.fates[i] = fate{at: time.Since(r.begun)}
	if err != nil {
		_, text, _ := strings.Cut(err.Error(), ": ") // without whom it was about
		r.fates[i].what = text
	}
}

func (r *trial) play(ctx context.Context, s *Supervisor) error {
	for _, p := range r.plans {
		marks := []Option{HWM(2)}
		if !p.full {
			marks = nil
		}
		ref, err := Start(s, p.name, doer, marks...)
		if err != nil {
			return err
		}
		r.refs = append(r.refs, ref)
	}
	r.fates = make([]fate, len(r.plans))
	r.begun = time.Now()
	done := make(chan struct{}, len(r.plans))
	for i := range r.plans {
		if err := r.refs[i].Send(ctx, func(ctx context.Context) error {
			r.live(ctx, i)
			done <- struct{}{}
			return nil
		}); err != nil {
			return err
		}
	}
	synctest.Wait()
	for i, p := range r.plans {
		for p.full && r.refs[i].TrySend(nothing) == nil {
		}
	}
	for range r.plans {
		<-done
	}
	return nil
}

// TestDeadlocks plays histories made by chance: actors ask each other and send to each
// other's full mailboxes, while contexts end and strangers answer. Who gets an error,
// when, and which names are in it is as foretold: no cycle hangs, and none is reported that
// ends by itself.
func TestDeadlocks(t *testing.T) {
	cycles := 0
	for _, seed := range seeds(t, 1500) {
		plans := makePlans(rand.New(rand.NewPCG(seed, 1)))
		want := foretell(plans)
		r := &trial{plans: plans}
		var d diary
		cfg := quietly(&d)
		cfg.DeadLetters = func(DeadLetter) {}
		within(t, cfg, func(ctx context.Context, s *Supervisor) {
			if err := r.play(ctx, s); err != nil {
				t.Error(err)
			}
		})
		for i, p := range plans {
			got := r.fates[i]
			if strings.Contains(want[i].what, ErrDeadlock.Error()) {
				cycles++
			}
			if off := got.at - want[i].at; got.what != want[i].what || off.Abs() > lookAfter {
				t.Errorf("%s at %v: %q\nwant at %v: %q", p.name, got.at, got.what, want[i].at, want[i].what)
			}
		}
		if t.Failed() {
			for _, p := range plans {
				t.Logf("%+v", *p)
			}
			t.Fatalf("to see this again: ACTOR_SEED=%d go test -run TestDeadlocks ./actor", seed)
		}
	}
	if cycles == 0 && len(seeds(t, 2)) > 1 {
		t.Error("no history had a cycle: this tests nothing")
	}
}
