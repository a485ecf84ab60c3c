package patterns_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// A pubsubModel is a dumb publisher: per topic, the subscribers that have it.
type pubsubModel struct {
	verbose, verboser bool
	topics            map[string]map[int]bool
}

func (p *pubsubModel) subscribe(who int, topic string) (notes []string) {
	first := len(p.topics[topic]) == 0
	if first {
		p.topics[topic] = make(map[int]bool)
	}
	p.topics[topic][who] = true
	if first || p.verbose || p.verboser {
		notes = append(notes, subscribed+topic)
	}
	return notes
}

func (p *pubsubModel) cancel(who int, topic string) (notes []string) {
	had := len(p.topics[topic]) > 0
	known := p.topics[topic][who]
	delete(p.topics[topic], who)
	last := known && len(p.topics[topic]) == 0
	if last || !had || p.verboser {
		notes = append(notes, cancelled+topic)
	}
	return notes
}

func (p *pubsubModel) lose(who int) (notes []string) {
	for topic, subs := range p.topics {
		if subs[who] {
			notes = append(notes, p.cancel(who, topic)...)
		}
	}
	return notes
}

func (p *pubsubModel) wants(who int, message string) bool {
	for topic, subs := range p.topics {
		if subs[who] && strings.HasPrefix(message, topic) {
			return true
		}
	}
	return false
}

// A pubsubStep is one thing that happens.
type pubsubStep struct {
	Kind, Who int
	Topic     string
}

// pubsubRun is a real publisher with its subscribers, and the model of it. All
// of it is inproc and on one goroutine, where an effect is there at once.
type pubsubRun struct {
	in    patterns.Option
	name  string
	pub   *patterns.XPub
	subs  [3]*patterns.XSub
	model pubsubModel
}

func (r *pubsubRun) open(who int) error {
	sub, err := patterns.NewXSub(r.in, patterns.XSubVerboseUnsubscribe(true))
	if err != nil {
		return err
	}
	r.subs[who] = sub
	return sub.Connect(r.name)
}

// step does one step and returns what the XPUB should tell of it, in any order.
func (r *pubsubRun) step(s pubsubStep) (want []string, err error) {
	sub := r.subs[s.Who]
	switch s.Kind {
	case 0, 1, 2:
		return r.model.subscribe(s.Who, s.Topic), sub.Subscribe(s.Topic)
	case 3, 4:
		return r.model.cancel(s.Who, s.Topic), sub.Unsubscribe(s.Topic)
	case 5:
		if err = sub.Close(); err == nil {
			err = r.open(s.Who)
		}
		return r.model.lose(s.Who), err
	}
	if err := r.pub.TrySend(zmq.NewMessage(s.Topic)); err != nil {
		return nil, err
	}
	for who, sub := range r.subs {
		var m zmq.Message
		if got := sub.TryRecv(&m) == nil; got != r.model.wants(who, s.Topic) {
			return nil, fmt.Errorf("subscriber %d receives %q: %v", who, s.Topic, got)
		}
		if sub.TryRecv(&m) == nil {
			return nil, fmt.Errorf("subscriber %d receives %q twice", who, s.Topic)
		}
	}
	return nil, nil
}

// told returns what the XPUB has told.
func (r *pubsubRun) told() (notes []string) {
	var m zmq.Message
	for r.pub.TryRecv(&m) == nil {
		notes = append(notes, string(m.Frame(0)))
	}
	return notes
}

// TestPublisherAgreesWithItsModel compares notifications and deliveries.
func TestPublisherAgreesWithItsModel(t *testing.T) {
	seed := time.Now().UnixNano()
	t.Logf("seed %d", seed)
	params := gopter.DefaultTestParametersWithSeed(seed)
	params.MinSuccessfulTests = 500
	properties := gopter.NewProperties(params)
	steps := gen.SliceOf(gen.Struct(reflect.TypeFor[pubsubStep](), map[string]gopter.Gen{
		"Kind":  gen.IntRange(0, 7),
		"Who":   gen.IntRange(0, 2),
		"Topic": gen.OneConstOf("", "a", "ab", "abc", "b", "\x00", "ac"),
	}))
	in := patterns.InContext(newContext(t))
	runs := 0
	properties.Property("an XPUB is as its model", prop.ForAll(func(mode int, steps []pubsubStep) (string, error) {
		runs++
		r := &pubsubRun{in: in, name: fmt.Sprint("inproc://model ", runs)}
		r.model = pubsubModel{verbose: mode == 1, verboser: mode == 2, topics: make(map[string]map[int]bool)}
		pub, err := patterns.NewXPub(in, patterns.XPubVerboser(mode == 2), modeOption(mode))
		if err != nil {
			return "", err
		}
		r.pub = pub
		defer pub.Close()
		if _, err := pub.Bind(r.name); err != nil {
			return "", err
		}
		for who := range r.subs {
			if err := r.open(who); err != nil {
				return "", err
			}
			defer func() { r.subs[who].Close() }()
		}
		for i, s := range steps {
			want, err := r.step(s)
			got := r.told()
			slices.Sort(want)
			slices.Sort(got)
			if err != nil || !slices.Equal(got, want) {
				return fmt.Sprintf("step %d, %+v: told %q, want %q; %v", i, s, got, want, err), nil
			}
		}
		return "", nil
	}, gen.IntRange(0, 2), steps))
	properties.TestingRun(t)
}

// modeOption makes an XPUB verbose in mode 1, and changes nothing in others.
func modeOption(mode int) patterns.XPubOption {
	if mode == 1 {
		return patterns.XPubVerbose(true)
	}
	return patterns.NoDrop(false)
}
