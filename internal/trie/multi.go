package trie

import (
	"cmp"
	"slices"
	"unsafe"
)

// Multi holds topics, each with a set of subscribers: what the peers of one PUB
// or XPUB socket have subscribed to. S identifies a subscriber, as a pointer to
// its pipe does.
type Multi[S comparable] struct {
	// The values are the number of the only subscriber, or that of a set with
	// many on top.
	tree tree

	numbers       map[S]uint32
	subscribers   []subscriber[S] // by number; 0 is not used
	idle          []uint32        // numbers free for new subscribers
	sets          [][]member      // of topics with more than one subscriber, ascending by subscriber
	idleSets      []uint32        // free sets
	subscriptions int
	recent        recentHits[S]
	sieve         *sieve // nil while topics are few
	sieveFrom     int    // how many are not, if not sieveFrom: for tests

	// places has, for the node of a topic with one subscriber, what
	// member.place is for the others.
	places paged[uint32]
}

// many tells the number of a set from that of a subscriber.
const many = 1 << 31

// A subscriber knows the topics it has, so that they can be found when it goes.
type subscriber[S comparable] struct {
	s      S
	topics []uint32 // nodes, in no order
}

// A member is one of the subscribers of a topic.
type member struct {
	subscriber uint32
	place      uint32 // index of the topic in the subscriber's topics
}

// Add subscribes s to topic. It reports whether nobody had topic before, and
// whether s had not; if s had, nothing changes. The bytes are copied.
//
// The cost is that of finding the topic; for a topic with n subscribers, also
// a copy of up to n words.
func (m *Multi[S]) Add(topic []byte, s S) (firstForTopic, newForSub bool) {
	m.recent.forget()
	m.tree.linked = true
	id := m.tree.make(topic)
	n := m.tree.nodes.at(id)
	number, known := m.numbers[s]
	if known && m.has(id, number) {
		return false, false
	}
	if !known {
		number = m.enlist(s)
	}
	m.places.reserve(id)
	m.subscriptions++
	sub := &m.subscribers[number]
	added := member{number, uint32(len(sub.topics))}
	sub.topics = append(sub.topics, id)
	switch {
	case n.value == 0:
		m.tree.topics++
		m.tree.set(added.subscriber)
		*m.places.at(id) = added.place
		m.sift(topic)
		return true, true
	case n.value < many:
		n.value = m.newSet(member{n.value, *m.places.at(id)}) | many
		fallthrough
	default:
		set := &m.sets[n.value&^many]
		i, _ := slices.BinarySearchFunc(*set, number, bySubscriber)
		*set = slices.Insert(*set, i, added)
		return false, true
	}
}

// Remove ends the subscription of s to topic. It reports whether s was the last
// one that had it, so that topic is gone, and whether s had it at all; if not,
// it does nothing.
func (m *Multi[S]) Remove(topic []byte, s S) (lastForTopic, known bool) {
	m.recent.forget()
	number, known := m.numbers[s]
	if !known {
		return false, false
	}
	id, found := m.tree.find(topic)
	if !found || !m.has(id, number) {
		return false, false
	}
	m.forget(number, m.leave(id, number))
	if len(m.subscribers[number].topics) == 0 {
		m.dismiss(number)
	}
	return m.settle(id, topic), true
}

// RemoveAll ends all subscriptions of s and calls removed for each, if it is
// not nil, with the topic and whether s was the last one that had it. The order
// is not defined. The slice is overwritten by the next call; removed must not
// use m. The cost is in the topics of s and their lengths, whatever else is
// there.
func (m *Multi[S]) RemoveAll(s S, removed func(topic []byte, lastForTopic bool)) {
	m.recent.forget()
	number, known := m.numbers[s]
	if !known {
		return
	}
	sub := &m.subscribers[number]
	for len(sub.topics) > 0 {
		id := sub.topics[len(sub.topics)-1]
		sub.topics = sub.topics[:len(sub.topics)-1]
		topic := m.tree.spell(id)
		m.leave(id, number)
		last := m.settle(id, topic)
		if removed != nil {
			removed(topic, last)
		}
	}
	m.dismiss(number)
}

// Match calls visit for each subscription to a topic that is a prefix of b, or b
// itself: shorter topics first. A subscriber is visited once for each of its
// topics that match, that is, possibly several times; who must have it once, as
// the distributor of messages, marks those it has seen. Match does not allocate;
// visit must not change m.
func (m *Multi[S]) Match(b []byte, visit func(s S)) {
	a := &m.recent
	switch {
	case m.tree.topics == 0:
	case a.answers(b):
		for _, s := range a.hits[:a.count] {
			visit(s)
		}
	case a.due():
		a.count = 0
		left := m.search(b, func(s S) {
			a.add(s)
			visit(s)
		})
		m.sieve.learn(a.count > 0)
		if a.count > len(a.hits) || !a.keep(b, left) {
			a.drop()
		}
	case m.sieve.stops(b):
	default:
		m.search(b, visit)
	}
}

// search is Match if there are topics, and nothing is remembered. It returns what of b it has not looked at.
func (m *Multi[S]) search(b []byte, visit func(s S)) (left []byte) {
	t := &m.tree
	for n := t.nodes.at(root); n != nil; n, b = t.next(n, b) {
		switch value := n.value; {
		case value == 0:
		case value < many:
			visit(m.subscribers[value].s)
		default:
			for _, member := range m.sets[value&^many] {
				visit(m.subscribers[member.subscriber].s)
			}
		}
	}
	return b
}

// Len returns the number of subscriptions: of pairs of a topic and a subscriber.
func (m *Multi[S]) Len() int { return m.subscriptions }

// Topics returns the number of distinct topics.
func (m *Multi[S]) Topics() int { return m.tree.topics }

// Footprint returns the memory that is taken, in bytes, including what is free
// for more topics, and without that of the map of subscribers.
func (m *Multi[S]) Footprint() int {
	size := m.tree.footprint() + m.places.footprint() + m.sieve.footprint() + 4*(cap(m.idle)+cap(m.idleSets)) +
		cap(m.sets)*int(unsafe.Sizeof([]member{})) +
		cap(m.subscribers)*int(unsafe.Sizeof(subscriber[S]{}))
	for _, set := range m.sets {
		size += cap(set) * int(unsafe.Sizeof(member{}))
	}
	for i := range m.subscribers {
		size += 4 * cap(m.subscribers[i].topics)
	}
	return size
}

// has reports whether the subscriber with that number is subscribed to the
// topic of node id.
func (m *Multi[S]) has(id, number uint32) bool {
	value := m.tree.nodes.at(id).value
	if value < many {
		return value == number
	}
	_, found := slices.BinarySearchFunc(m.sets[value&^many], number, bySubscriber)
	return found
}

// leave takes a subscriber off the topic of node id, which it has, and returns
// the place of the topic in the subscriber's list, which still has it.
func (m *Multi[S]) leave(id, number uint32) (place uint32) {
	m.subscriptions--
	n := m.tree.nodes.at(id)
	if n.value < many {
		n.value = 0
		return *m.places.at(id)
	}
	setNumber := n.value &^ many
	set := &m.sets[setNumber]
	i, _ := slices.BinarySearchFunc(*set, number, bySubscriber)
	place = (*set)[i].place
	*set = shrink(slices.Delete(*set, i, i+1))
	if len(*set) == 1 {
		n.value, *m.places.at(id) = (*set)[0].subscriber, (*set)[0].place
		*set = nil
		m.idleSets = append(m.idleSets, setNumber)
	}
	return place
}

// forget takes the topic at a place off a subscriber's list, puts the last one
// there, and tells that one's node about its new place.
func (m *Multi[S]) forget(number, place uint32) {
	sub := &m.subscribers[number]
	last := len(sub.topics) - 1
	moved := sub.topics[last]
	sub.topics[place] = moved
	sub.topics = shrink(sub.topics[:last])
	if int(place) == last {
		return
	}
	if value := m.tree.nodes.at(moved).value; value < many {
		*m.places.at(moved) = place
	} else {
		set := m.sets[value&^many]
		i, _ := slices.BinarySearchFunc(set, number, bySubscriber)
		set[i].place = place
	}
}

// settle removes the node of a topic if that has no subscriber any more, and reports
// whether that is so. The way to the node is in m.tree.path.
func (m *Multi[S]) settle(id uint32, topic []byte) bool {
	if m.tree.nodes.at(id).value != 0 {
		return false
	}
	m.tree.topics--
	m.tree.prune(m.tree.path)
	if m.sieve != nil {
		m.sieve.remove(topic)
	}
	if m.tree.topics == 0 {
		m.places, m.sets, m.idleSets, m.sieve = paged[uint32]{}, nil, nil, nil
	}
	return true
}

// sift has the sieve know a new topic, which is in the tree. There is one from where topics are many.
func (m *Multi[S]) sift(topic []byte) {
	switch {
	case m.sieve != nil:
		m.sieve.add(topic)
	case m.tree.topics >= cmp.Or(m.sieveFrom, sieveFrom):
		m.sieve = newSieve(&m.tree)
	}
}

// enlist gives a subscriber a number.
func (m *Multi[S]) enlist(s S) uint32 {
	if m.numbers == nil {
		m.numbers = make(map[S]uint32)
		m.subscribers = make([]subscriber[S], 1)
	}
	number := uint32(len(m.subscribers))
	if last := len(m.idle) - 1; last >= 0 {
		number, m.idle = m.idle[last], m.idle[:last]
		m.subscribers[number].s = s
	} else {
		m.subscribers = append(m.subscribers, subscriber[S]{s: s})
	}
	m.numbers[s] = number
	return number
}

// dismiss gives back the number of a subscriber without topics.
func (m *Multi[S]) dismiss(number uint32) {
	delete(m.numbers, m.subscribers[number].s)
	m.subscribers[number] = subscriber[S]{}
	m.idle = append(m.idle, number)
	if len(m.numbers) == 0 {
		m.numbers, m.subscribers, m.idle = nil, nil, nil
	}
}

// newSet returns the number of a new set with one member.
func (m *Multi[S]) newSet(only member) uint32 {
	if last := len(m.idleSets) - 1; last >= 0 {
		number := m.idleSets[last]
		m.idleSets = m.idleSets[:last]
		m.sets[number] = []member{only}
		return number
	}
	m.sets = append(m.sets, []member{only})
	return uint32(len(m.sets) - 1)
}

func bySubscriber(m member, number uint32) int {
	switch {
	case m.subscriber < number:
		return -1
	case m.subscriber > number:
		return 1
	}
	return 0
}

// shrink returns list with less room behind it, if most of it is empty.
func shrink[T any](list []T) []T {
	const small = 16
	if cap(list) <= small || len(list) > cap(list)/4 {
		return list
	}
	return append(make([]T, 0, 2*len(list)), list...)
}
