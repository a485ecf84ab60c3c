package peer

import (
	"math/bits"
	"sort"
)

// zipfLength is how many messages go by before their topics come again in the same order.
const zipfLength = 1 << 16

// MaxTopics is how many topics a publisher may send to.
const MaxTopics = 1 << 16

// Zipf returns the topics that messages go to, one after the other and then over again: n topics, the k-th of them, from 0, in
// proportion to 1/(k+1), by a seed that is always the same. The first message goes to topic 0. libzmq's peer has the same by the same
// arithmetic, of whole numbers.
func Zipf(n int) []int {
	sums := make([]uint64, n) // of the weights up to a topic
	total := uint64(0)
	for k := range sums {
		total += (1 << 32) / uint64(k+1)
		sums[k] = total
	}
	topics := make([]int, zipfLength)
	random := uint64(1)
	for i := 1; i < len(topics); i++ {
		random = random*6364136223846793005 + 1442695040888963407
		at, _ := bits.Mul64(random, total) // random out of 2^64, of total
		topics[i] = sort.Search(n, func(k int) bool { return at < sums[k] })
	}
	return topics
}

// Wanted returns how many of count messages to n topics go to one of the first subs.
func Wanted(count, n, subs int) int {
	all, rest := 0, 0
	for i, topic := range Zipf(n) {
		if topic < subs {
			all++
			if i < count%zipfLength {
				rest++
			}
		}
	}
	return count/zipfLength*all + rest
}

// publisher returns what sends n messages to the topics of the job.
func (p *player) publisher(s Socket) func(n int) error {
	if p.job.Topics <= 1 {
		body := p.message(topicAll, markCount)
		return func(n int) error { return s.Send(n, body) }
	}
	var bodies [][]byte
	for topic := range p.job.Topics {
		bodies = append(bodies, p.message(topic, markCount))
	}
	topics, i := Zipf(p.job.Topics), 0
	return func(n int) error {
		for range n {
			if err := s.Send(1, bodies[topics[i%zipfLength]]); err != nil {
				return err
			}
			i++
		}
		return nil
	}
}
