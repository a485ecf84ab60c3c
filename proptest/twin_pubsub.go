package proptest

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/zeroactor/zmq"
)

// A pubsubTwin keeps what each subscriber has asked for. A subscription counts
// for sure when everything has settled; until then what it concerns may come or
// not.
type pubsubTwin struct {
	*twinBase
	topics  []map[string]int    // that a subscriber has now, counted
	past    [][]map[string]bool // that it has had since everything settled
	topicOf map[name]string     // of what was sent
	through []int               // how many messages of a publisher are behind a device for sure
	notes   []map[string]int    // how often an XPUB was told of a topic and not that it ended

	repeated map[string]bool // topics that somebody has asked for twice, who cancels them once
	inverted bool            // what matches is kept away
}

func newPubsubTwin(h History, local bool) twin {
	t := &pubsubTwin{twinBase: newTwinBase(h, local), topicOf: make(map[name]string), repeated: make(map[string]bool)}
	t.inverted = h.Sockets[0].Mode == Inverted
	for range h.Sockets {
		t.topics = append(t.topics, make(map[string]int))
		t.past = append(t.past, nil)
		t.notes = append(t.notes, make(map[string]int))
		t.through = append(t.through, 0)
	}
	return t
}

func (t *pubsubTwin) publishes(i int) bool { return strings.HasSuffix(t.sockets[i].Kind, "PUB") }

// compose puts the topic first.
func (t *pubsubTwin) compose(s Step, n name) []string {
	if !t.publishes(s.Who) {
		return nil
	}
	return append([]string{s.Topic}, n.frames(t.seed)...)
}

func (t *pubsubTwin) sent(s Step, n name, _ []string, err error) error {
	if err != nil {
		return violates(BackPressure, "socket %d is to publish, and refuses a message: %v", s.Who, err)
	}
	to := make(map[int]bool)
	for _, j := range t.targets(s.Who) {
		must, may := t.wants(s.Who, j, s.Topic)
		// What a publisher does not know of yet keeps nothing away.
		if may || t.inverted && !t.sure(s.Who, j) {
			to[j] = must && t.sure(s.Who, j)
		}
	}
	t.topicOf[n] = s.Topic
	t.ledger.add(&entry{name: n, to: to, epochs: t.epochs(s.Who)})
	return nil
}

// wants reports whether a subscriber must get what a publisher sends on a topic,
// or may. Through a device a publisher knows one subscriber, who has asked for
// what any has: it decides of that one what is to come to the device, and the
// device does not decide by hand.
func (t *pubsubTwin) wants(pub, sub int, topic string) (must, may bool) {
	if !t.proxied() {
		return t.asks(sub, topic, t.manual(pub))
	}
	_, far := t.gate(pub)
	must, may = t.asks(sub, topic, false)
	surely, maybe := false, false
	for _, j := range t.opposite(pub) {
		m, n := t.asks(j, topic, t.manual(pub))
		surely, maybe = surely || m && t.topology.settled[far][j], maybe || n
	}
	return must && surely, may && maybe
}

// asks reports whether a subscriber has asked a publisher for a topic, or may have.
func (t *pubsubTwin) asks(sub int, topic string, manual bool) (must, may bool) {
	must = matches(t.topics[sub], topic, manual) != t.inverted
	may = must
	for _, past := range t.past[sub] {
		m := matches(past, topic, manual) != t.inverted
		must, may = must && m, may || m
	}
	return must, may
}

// filters reports whether what a subscriber is subscribed to now lets a topic
// pass.
func (t *pubsubTwin) filters(sub int, topic string) bool {
	return matches(t.topics[sub], topic, false) != t.inverted
}

// manual reports whether the program decides, which is the world, what the peers
// of an XPUB are subscribed to: what they have asked for and is not forbidden.
func (t *pubsubTwin) manual(pub int) bool { return t.sockets[pub].Mode == Manual }

// forbidden reports whether nobody is to be subscribed to a topic by hand.
func forbidden(topic string) bool { return strings.HasPrefix(topic, "b") }

// matches reports whether a topic begins with one of those subscribed to; by hand
// if that is how it is done.
func matches[V any](subscribed map[string]V, topic string, manual bool) bool {
	for prefix := range subscribed {
		if strings.HasPrefix(topic, prefix) && !(manual && forbidden(prefix)) {
			return true
		}
	}
	return false
}

func (t *pubsubTwin) subscribe(who int, topic string, on bool) {
	before := make(map[string]bool)
	for prefix := range t.topics[who] {
		before[prefix] = true
	}
	t.past[who] = append(t.past[who], before)
	t.quiet = false
	if on {
		t.topics[who][topic]++
		t.repeated[topic] = t.repeated[topic] || t.topics[who][topic] > 1
	} else if t.topics[who][topic]--; t.topics[who][topic] <= 0 {
		delete(t.topics[who], topic)
	}
	t.overtaken(who)
	if t.sockets[who].Kind == "XSUB" {
		return // it gives whatever it gets
	}
	// A SUB does not give what it is not subscribed to any more: see received.
	for from := range t.sockets {
		for _, e := range t.outstanding(from, who) {
			if !t.filters(who, t.topicOf[e.name]) {
				e.to[who] = false
			}
		}
	}
}

// overtaken has it that what is on its way to a device is given to who is subscribed
// to it when it is there.
func (t *pubsubTwin) overtaken(sub int) {
	if !t.proxied() {
		return
	}
	for from, through := range t.through {
		for _, e := range t.entries[from][through:] {
			if matches(t.topics[sub], t.topicOf[e.name], false) || e.open(sub) {
				e.to[sub] = e.to[sub] && matches(t.topics[sub], t.topicOf[e.name], false)
			}
		}
	}
}

func (t *pubsubTwin) settled() {
	t.twinBase.settled()
	for from := range t.through {
		t.through[from] = len(t.entries[from])
	}
	for i := range t.past {
		if len(t.topics[i]) > 0 || !t.away(i) {
			t.past[i] = nil
		}
	}
}

// away reports whether a publisher that has connected to a subscriber may have lost
// it. It then goes by what the subscriber had asked for, until that asks again.
func (t *pubsubTwin) away(sub int) bool {
	return t.damaged && slices.ContainsFunc(t.dials, func(to []bool) bool { return to[sub] || t.proxied() && to[t.gates[0]] })
}

func (t *pubsubTwin) received(who int, frames []string) error {
	if t.publishes(who) {
		return t.noticed(who, frames)
	}
	if len(frames) < 2 {
		return violates(Atomicity, "socket %d received a message of %d frames", who, len(frames))
	}
	n, ok := parseName(frames[1])
	if topic, known := t.topicOf[n]; ok && known && topic != frames[0] {
		return violates(NoInvention, "the topic of message %v is %s, and was %s", n, brief(frames[0]), brief(topic))
	}
	if t.sockets[who].Kind == "SUB" && !t.filters(who, frames[0]) {
		return violates(Subscriptions, "socket %d received message %v on topic %q, and is not subscribed to it", who, n, frames[0])
	}
	return t.twinBase.received(who, frames[1:])
}

// noticed takes what an XPUB tells of subscriptions: the first to a topic, and
// the end of the last; if the program is to decide, each.
func (t *pubsubTwin) noticed(who int, frames []string) error {
	if len(frames) != 1 || len(frames[0]) == 0 || frames[0][0] > 1 {
		return violates(Subscriptions, "XPUB %d received %q, which is no subscription", who, frames)
	}
	topic := frames[0][1:]
	had, on := t.notes[who][topic] > 0, frames[0][0] == 1
	if on == had && !(on && t.sockets[who].Mode == Verbose) && !t.manual(who) {
		return violates(Subscriptions, "XPUB %d was told twice the same of topic %q", who, topic)
	}
	switch {
	case on && had && !t.manual(who):
	case on:
		t.notes[who][topic]++
	case t.notes[who][topic] == 1:
		delete(t.notes[who], topic)
	case had:
		t.notes[who][topic]--
	}
	return nil
}

// told compares what an XPUB was told with what its peers are subscribed to,
// when everything has settled and it has taken all notices.
func (t *pubsubTwin) told(who int) error {
	want := make(map[string]int)
	if t.unclear(who) {
		return nil // a SUB that reads nothing may not have seen the end of its connection
	}
	for _, j := range t.linkedThrough(who) {
		for topic := range t.topics[j] {
			if want[topic]++; !t.manual(who) || t.proxied() { // a device asks once, for all
				want[topic] = 1
			}
		}
	}
	same := maps.Equal(want, t.notes[who])
	if t.manual(who) {
		same = true
		for _, topic := range allTopics {
			n := t.notes[who][topic]
			same = same && n >= want[topic] && (n == want[topic] || t.repeated[topic])
		}
	}
	if !same {
		return violates(Subscriptions, "XPUB %d was told of topics %v, and its peers are subscribed to %v", who, t.notes[who], want)
	}
	return nil
}

// unclear reports whether a connection by which an XPUB is told of subscriptions is
// not there, or may be known to be the last one.
func (t *pubsubTwin) unclear(who int) bool {
	from := []int{who}
	if t.proxied() {
		_, far := t.gate(who)
		from = append(from, far)
	}
	for _, i := range from {
		for _, j := range t.peers(i) {
			if !t.topology.settled[i][j] || t.topology.broken[i][j] {
				return true
			}
		}
	}
	return false
}

// nothing checks, if it is an XPUB that has nothing more to tell, that it has
// told everything.
func (t *pubsubTwin) nothing(who int, err error) error {
	if !errors.Is(err, zmq.ErrAgain) || !t.publishes(who) || !t.quiet {
		return t.twinBase.nothing(who, err)
	}
	return t.told(who)
}

// done has it that precisely what was counted as dropped is missing.
func (t *pubsubTwin) done(d drops) error { return t.balance(d, 0, 0) }
