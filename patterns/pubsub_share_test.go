package patterns_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq/patterns"
)

// TestSubscribersOfDifferentTopics sends messages of all sizes, of which each
// subscriber wants others: those that all want are written once for all of them.
func TestSubscribersOfDifferentTopics(t *testing.T) {
	const messages = 500
	wants := []string{"", "a", "a", "ab", "b", "ac", ""}
	seed := uint64(time.Now().UnixNano())
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		random := rand.New(rand.NewPCG(seed, 0))
		pub := must(patterns.NewXPub(in, patterns.XPubVerboser(true)))(t)
		ep := must(pub.Bind(wildcard))(t).String()
		var subs []*patterns.Sub
		for _, topic := range wants {
			sub := must(patterns.NewSub(in, patterns.Subscribe(topic)))(t)
			if err := sub.Connect(ep); err != nil {
				t.Fatal(err)
			}
			expect(t, pub, subscribed+topic)
			subs = append(subs, sub)
		}
		sent := make([][][]byte, messages)
		topics := []string{"ab", "ab", "ab", "ac", "b", "c"}
		for i := range sent {
			if i%50 == 0 { // for a while most have one topic, so that many miss none
				random.Shuffle(len(topics), func(i, j int) { topics[i], topics[j] = topics[j], topics[i] })
			}
			topic := topics[0]
			if random.IntN(10) == 0 {
				topic = topics[random.IntN(len(topics))]
			}
			sent[i] = [][]byte{[]byte(topic)}
			for range random.IntN(3) {
				size := []int{random.IntN(20), random.IntN(300), random.IntN(20_000)}[random.IntN(3)]
				sent[i] = append(sent[i], slices.Repeat([]byte{byte(i)}, size))
			}
			if err := pub.SendBytes(testContext(t), sent[i]...); err != nil {
				t.Fatal(err)
			}
		}
		for i, sub := range subs {
			for n, frames := range sent {
				if !strings.HasPrefix(string(frames[0]), wants[i]) {
					continue
				}
				got := recv(t, sub)
				if !slices.EqualFunc(got, frames, func(a string, b []byte) bool { return a == string(b) }) {
					t.Fatalf("seed %d: subscriber %d of %q, message %d: %d frames that begin with %.10q, want %d with %q",
						seed, i, wants[i], n, len(got), got, len(frames), frames[0])
				}
			}
		}
		if s := pub.Stats(); s.Dropped != 0 {
			t.Errorf("%+v", s)
		}
	})
}
