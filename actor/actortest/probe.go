package actortest

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/zeroactor/zmq/actor"
)

// probeRoom is the high-water mark of a probe: no test should see an actor wait for it.
const probeRoom = 1 << 20

// A Probe is an actor that keeps what it gets, for the test to look at. It counts as
// having got a message when it has handled it.
type Probe[M any] struct {
	k    *Kit
	name string
	ref  actor.Ref[M]
	came chan struct{} // has one if something may have come since the test looked

	mu   sync.Mutex
	got  []M // not yet expected
	seen []M // expected already
}

// NewProbe starts a probe of that name, below [Kit.Root]. The test ends if it cannot, as the name is taken. What it
// gets is the test's from then on.
func NewProbe[M any](k *Kit, name string) *Probe[M] {
	k.t.Helper()
	p := &Probe[M]{k: k, name: name, came: make(chan struct{}, 1)}
	ref, err := actor.Start(k.root, name, func(actor.Ref[M]) actor.Actor[M] { return actor.Func[M](p.receive) }, actor.HWM(probeRoom))
	k.NoError(err)
	p.ref = ref
	return p
}

func (p *Probe[M]) receive(_ context.Context, m M) error {
	p.mu.Lock()
	p.got = append(p.got, m)
	p.mu.Unlock()
	select {
	case p.came <- struct{}{}:
	default:
	}
	return nil
}

// Ref is the probe's address.
func (p *Probe[M]) Ref() actor.Ref[M] { return p.ref }

// take returns the oldest message that was not expected yet, if one comes in time.
func (p *Probe[M]) take(patience *time.Timer) (m M, ok bool) {
	p.k.schedule.Turn("")
	for {
		if m, ok := p.pop(); ok {
			return m, true
		}
		select {
		case <-p.came:
			p.k.schedule.Turn("")
		case <-patience.C:
			p.k.schedule.settle()
			return p.pop() // it may have come at the last moment
		}
	}
}

func (p *Probe[M]) pop() (m M, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.got) == 0 {
		return m, false
	}
	m = p.got[0]
	p.got = p.got[1:]
	p.seen = append(p.seen, m)
	return m, true
}

// next is take, and ends the test if nothing comes.
func (p *Probe[M]) next(want string) M {
	p.k.t.Helper()
	patience := time.NewTimer(p.k.patience)
	defer patience.Stop()
	m, ok := p.take(patience)
	if !ok {
		p.k.Fatalf("%s: nothing came within %v, want %s%s", p.name, p.k.patience, want, p.before(0))
	}
	return m
}

// shownMessages is how many of the messages that came before a failure it shows.
const shownMessages = 10

// before shows what came before the last few.
func (p *Probe[M]) before(last int) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	seen := p.seen[:len(p.seen)-last]
	if len(seen) == 0 {
		return "; it is the first"
	}
	var all []string
	for _, m := range seen[max(0, len(seen)-shownMessages):] {
		all = append(all, show(m))
	}
	return "; before that came " + strings.Join(all, ", ")
}

func show(m any) string { return fmt.Sprintf("%T%+v", m, m) }

// Next returns the next message. The test ends if none comes within
// [Config.Patience], as it does in all methods that expect one.
func (p *Probe[M]) Next() M {
	p.k.t.Helper()
	return p.next("a message")
}

// ExpectMsg expects want as the next message, and is content with what
// [reflect.DeepEqual] takes for the same.
func (p *Probe[M]) ExpectMsg(want M) {
	p.k.t.Helper()
	if m := p.next(show(want)); !reflect.DeepEqual(m, want) {
		p.k.Fatalf("%s: got %s, want %s%s", p.name, show(m), show(want), p.before(1))
	}
}

// ExpectMsgs expects these as the next messages, in any order.
func (p *Probe[M]) ExpectMsgs(want ...M) {
	p.k.t.Helper()
	missing := slices.Clone(want)
	for len(missing) > 0 {
		m := p.next("one of " + showAll(missing))
		at := slices.IndexFunc(missing, func(w M) bool { return reflect.DeepEqual(w, m) })
		if at < 0 {
			p.k.Fatalf("%s: got %s, want one of %s%s", p.name, show(m), showAll(missing), p.before(1))
		}
		missing = slices.Delete(missing, at, at+1)
	}
}

func showAll[M any](all []M) string {
	var texts []string
	for _, m := range all {
		texts = append(texts, show(m))
	}
	return strings.Join(texts, ", ")
}

// ExpectMatch expects a next message for which match is true, and returns it. what is
// for the failure to say.
func (p *Probe[M]) ExpectMatch(what string, match func(M) bool) M {
	p.k.t.Helper()
	m := p.next(what)
	if !match(m) {
		p.k.Fatalf("%s: got %s, want %s%s", p.name, show(m), what, p.before(1))
	}
	return m
}

// Fish passes over messages until there is one for which match is true, and returns it.
// what is for the failure to say.
func (p *Probe[M]) Fish(what string, match func(M) bool) M {
	p.k.t.Helper()
	patience := time.NewTimer(p.k.patience)
	defer patience.Stop()
	for {
		m, ok := p.take(patience)
		if !ok {
			p.k.Fatalf("%s: %s did not come within %v%s", p.name, what, p.k.patience, p.before(0))
		}
		if match(m) {
			return m
		}
	}
}

// ExpectNoMsg expects that nothing comes within d of virtual time; 0 is as long as
// actors have something to do without time passing.
func (p *Probe[M]) ExpectNoMsg(d time.Duration) {
	p.k.t.Helper()
	p.k.Sleep(d)
	if m, ok := p.pop(); ok {
		p.k.Fatalf("%s: got %s, want nothing within %v%s", p.name, show(m), d, p.before(1))
	}
}

// ExpectType expects a next message of type T, and returns it as that.
func ExpectType[T, M any](p *Probe[M]) T {
	p.k.t.Helper()
	want := reflect.TypeFor[T]().String()
	m := p.next("a " + want)
	as, ok := any(m).(T)
	if !ok {
		p.k.Fatalf("%s: got %s, want a %s%s", p.name, show(m), want, p.before(1))
	}
	return as
}

// ExpectTerminated expects that an actor ends, for good, within [Config.Patience], and
// returns what it ended with: nil if it was done or stopped as asked.
func ExpectTerminated[M any](k *Kit, ref actor.Ref[M]) error {
	k.t.Helper()
	patience := time.NewTimer(k.patience)
	defer patience.Stop()
	k.schedule.Turn("")
	select {
	case <-ref.Done():
	case <-patience.C:
		k.Fatalf("%s: has not ended within %v", ref, k.patience)
	}
	k.schedule.Turn("")
	return ref.Err()
}
