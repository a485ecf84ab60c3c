package trie

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"

	"github.com/zeroactor/zmq/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// An action is one call in a history. It is made of numbers so that a history
// can be generated, shrunk and fuzzed.
type action struct {
	Verb  uint8 // what is done, see the histories below
	Shape uint8 // what kind of topic
	Bits  uint16
}

func (a action) String() string { return fmt.Sprintf("{%d %q %d}", a.Verb, a.topic(), a.sub()) }

// topic makes topics that often equal, extend or leave each other: all words of
// two letters up to length six, some around the limits of labels, and single
// bytes, for nodes with many kids.
func (a action) topic() string {
	word := strings.Map(func(r rune) rune {
		if r == '0' {
			return 'a'
		}
		return 'b'
	}, strconv.FormatUint(uint64(a.Bits%128)|128, 2)[1:])
	word = word[:a.Bits>>7%8]
	switch a.Shape % 8 {
	case 0:
		return word + strings.Repeat("long", 20) + word
	case 1:
		return strings.Repeat("x", 250+int(a.Bits%12)) + word
	case 2:
		return strings.Repeat(word, 100)
	case 3, 4:
		return string([]byte{byte(a.Bits)})
	case 5:
		return word + string([]byte{byte(a.Bits >> 4), 0, 0xFF})
	}
	return word
}

func (a action) sub() int { return int(a.Bits>>10) % 5 }

// like returns what a search that remembers may take for topic, each after topic itself: it looks at as many bytes.
func like(topic string) (all []string) {
	all = []string{topic, topic, topic + "a", topic, topic + "b"}
	if n := len(topic); n > 0 {
		all = append(all, topic, topic[:n-1], topic, topic[:n-1]+"c", topic, topic[:n/2]+"a"+topic[n/2:])
	}
	return all
}

// playCounted runs a history on a Counted and its twin and returns the first
// difference.
func playCounted(history []action) error {
	var c Counted
	twin := make(dumbCounted)
	for i, a := range history {
		topic := []byte(a.topic())
		var got, want string
		switch a.Verb % 4 {
		case 0, 1:
			got, want = fmt.Sprint(c.Add(topic)), fmt.Sprint(twin.Add(topic))
		case 2:
			got, want = fmt.Sprint(c.Remove(topic)), fmt.Sprint(twin.Remove(topic))
		case 3:
			for _, b := range like(string(topic)) {
				got += fmt.Sprint(c.Match([]byte(b)))
				want += fmt.Sprint(twin.Match([]byte(b)))
			}
		}
		clear(topic) // the trie must not have kept it
		if got != want {
			return fmt.Errorf("action %d %v: %s, want %s", i, a, got, want)
		}
		if c.Len() != len(twin) {
			return fmt.Errorf("after action %d %v: %d topics, want %d", i, a, c.Len(), len(twin))
		}
	}
	if err := c.tree.check(); err != nil {
		return err
	}
	var all []string
	for topic := range c.All() {
		all = append(all, string(topic))
	}
	if want := twin.All(); !slices.Equal(all, want) {
		return fmt.Errorf("all: %q, want %q", all, want)
	}
	for _, topic := range all {
		for range twin[topic] {
			c.Remove([]byte(topic))
		}
	}
	return c.tree.check()
}

// playMulti runs a history on a Multi and its twin and returns the first
// difference.
func playMulti(history []action) error {
	var m Multi[int]
	m.sieveFrom = 1 + len(history)%16
	twin := make(dumbMulti)
	for i, a := range history {
		topic := a.topic()
		var got, want string
		switch a.Verb % 16 {
		default:
			got, want = fmt.Sprint(m.Add([]byte(topic), a.sub())), fmt.Sprint(twin.Add(topic, a.sub()))
		case 8, 9, 10, 11:
			got, want = fmt.Sprint(m.Remove([]byte(topic), a.sub())), fmt.Sprint(twin.Remove(topic, a.sub()))
		case 12, 13, 14:
			for _, b := range like(topic) {
				got += fmt.Sprint(hits(&m, b))
				want += fmt.Sprint(ofSubscribers(twin.Match(b)))
			}
		case 15:
			got, want = fmt.Sprint(removeAll(&m, a.sub())), fmt.Sprint(twin.RemoveAll(a.sub()))
		}
		if got != want {
			return fmt.Errorf("action %d %v: %s, want %s", i, a, got, want)
		}
		if m.Len() != len(twin) || m.Topics() != twin.Topics() {
			return fmt.Errorf("after action %d %v: %d subscriptions to %d topics, want %d to %d",
				i, a, m.Len(), m.Topics(), len(twin), twin.Topics())
		}
	}
	if err := m.check(); err != nil {
		return err
	}
	for p := range twin {
		if _, known := m.Remove([]byte(p.topic), p.s); !known {
			return fmt.Errorf("%v was not known in the end", p)
		}
	}
	if m.Footprint() != 0 {
		return fmt.Errorf("%d bytes left without a subscription", m.Footprint())
	}
	return m.check()
}

// hits returns the subscribers that match, as counts: the order within a topic
// is not defined.
func hits(m *Multi[int], topic string) map[int]int {
	counts := make(map[int]int)
	m.Match([]byte(topic), func(s int) { counts[s]++ })
	return counts
}

func ofSubscribers(pairs []pair) map[int]int {
	counts := make(map[int]int)
	for _, p := range pairs {
		counts[p.s]++
	}
	return counts
}

func removeAll(m *Multi[int], s int) map[string]bool {
	removed := make(map[string]bool)
	m.RemoveAll(s, func(topic []byte, last bool) { removed[string(topic)] = last })
	return removed
}

// seed returns the seed of this run: that of ZMQ_TEST_SEED, or a new one.
func seed(t testing.TB) int64 {
	s := time.Now().UnixNano()
	if text := os.Getenv("ZMQ_TEST_SEED"); text != "" {
		var err error
		if s, err = strconv.ParseInt(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("replay with ZMQ_TEST_SEED=%d", s)
	return s
}

func genHistory() gopter.Gen {
	one := gen.Struct(reflect.TypeFor[action](), map[string]gopter.Gen{
		"Verb": gen.UInt8(), "Shape": gen.UInt8(), "Bits": gen.UInt16(),
	})
	return gen.SliceOf(one)
}

func TestHistories(t *testing.T) {
	parameters := gopter.DefaultTestParametersWithSeed(seed(t))
	parameters.MinSuccessfulTests = 300
	parameters.MaxSize = 400
	properties := gopter.NewProperties(parameters)
	holds := func(play func([]action) error) gopter.Prop {
		return prop.ForAll(func(history []action) string {
			if err := play(history); err != nil {
				return err.Error()
			}
			return ""
		}, genHistory())
	}
	properties.Property("Counted is its twin", holds(playCounted))
	properties.Property("Multi is its twin", holds(playMulti))
	properties.TestingRun(t)
}

// fromBytes reads a history from a fuzzer's bytes.
func fromBytes(data []byte) []action {
	var history []action
	for chunk := range slices.Chunk(data, 4) {
		if len(chunk) == 4 {
			history = append(history, action{chunk[0], chunk[1], uint16(chunk[2])<<8 | uint16(chunk[3])})
		}
	}
	return history
}

func FuzzHistories(f *testing.F) {
	f.Add([]byte("\x00\x06\x04\x01\x02\x06\x04\x01"))
	f.Add(bytes.Repeat([]byte{0, 1, 0xF3, 7, 12, 0, 0, 3, 15, 9, 0, 0}, 8))
	f.Fuzz(func(t *testing.T, data []byte) {
		history := fromBytes(data[:min(len(data), 4000)])
		if err := playCounted(history); err != nil {
			t.Errorf("Counted: %v", err)
		}
		if err := playMulti(history); err != nil {
			t.Errorf("Multi: %v", err)
		}
	})
}

// The topics of the histories reach what they are there to reach.
func TestHistoryTopicsAreDiverse(t *testing.T) {
	lengths := make(map[int]bool)
	topics := make(map[string]bool)
	for shape := range 8 {
		for bits := range 1 << 16 {
			topic := action{0, uint8(shape), uint16(bits)}.topic()
			topics[topic] = true
			lengths[len(topic)] = true
		}
	}
	for _, length := range []int{0, 1, inlineLabel, inlineLabel + 1, maxLabel, maxLabel + 1, 600} {
		if !lengths[length] {
			t.Errorf("no topic has %d bytes; there are %v", length, slices.Sorted(maps.Keys(lengths)))
		}
	}
	if len(topics) < 2000 {
		t.Errorf("only %d topics", len(topics))
	}
}
