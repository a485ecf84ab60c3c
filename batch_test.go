package zmq_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
)

// messagesOf returns the frames of each message, told apart by what Frames says.
func messagesOf(b *zmq.Batch) (got [][]string) {
	var m []string
	for body, more := range b.Frames() {
		if m = append(m, string(body)); !more {
			got = append(got, m)
			m = nil
		}
	}
	if m != nil {
		panic("the last message has no end")
	}
	return got
}

func wantMessages(t *testing.T, b *zmq.Batch, want [][]string) {
	t.Helper()
	if got := messagesOf(b); b.Len() != len(want) || !slices.EqualFunc(got, want, slices.Equal) {
		t.Fatalf("Len is %d, and there are %d messages %.60q; want %d, %.60q", b.Len(), len(got), got, len(want), want)
	}
}

func TestZeroBatch(t *testing.T) {
	var b zmq.Batch
	wantMessages(t, &b, nil)
	b.Reset()
	b.Release()
	b.Append()
	b.AppendMessage(new(zmq.Message))
	wantMessages(t, &b, nil)
	b.Append(nil)
	wantMessages(t, &b, [][]string{{""}})
}

// A batch is what was appended, in any way, and gives back once what was moved to it.
func TestBatchHistories(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	for i := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, i))
		if err := playBatch(t, r); err != nil {
			t.Fatalf("seed %d, history %d: %v", seed, i, err)
		}
	}
}

func playBatch(t *testing.T, r *rand.Rand) error {
	var b zmq.Batch
	var want [][]string
	owned, given := 0, 0
	for range 50 {
		switch r.IntN(12) {
		case 0:
			b.Reset()
			want = nil
		case 1:
			b.Release()
			want = nil
		case 2:
			wantMessages(t, &b, want)
		case 3, 4, 5:
			var m zmq.Message
			m.AppendString("small")
			large := strings.Repeat("x", 8<<10+r.IntN(10))
			owned++
			m.AppendOwned([]byte(large), func([]byte) { given++ })
			message := []string{"small", large}
			if r.IntN(2) == 0 {
				m.AppendString("end")
				message = append(message, "end")
			}
			b.AppendMessage(&m)
			if m.Len() != 0 {
				return fmt.Errorf("%d frames are left", m.Len())
			}
			want = append(want, message)
		default:
			var message []string
			var frames [][]byte
			for range 1 + r.IntN(2)*r.IntN(3) {
				f := strings.Repeat("y", []int{0, 10, 255, 256, 20_000}[r.IntN(5)])
				message, frames = append(message, f), append(frames, []byte(f))
			}
			b.Append(frames...)
			for _, f := range frames {
				clear(f)
			}
			want = append(want, message)
		}
	}
	wantMessages(t, &b, want)
	b.Release()
	if given != owned {
		return fmt.Errorf("%d of %d bodies given back", given, owned)
	}
	return nil
}

// Who stops in the middle may begin again.
func TestBatchBreak(t *testing.T) {
	var b zmq.Batch
	b.Append([]byte("a"), []byte("1"))
	b.Append([]byte("b"))
	for range b.Frames() {
		break
	}
	wantMessages(t, &b, [][]string{{"a", "1"}, {"b"}})
}

func TestBatchAllocatesNothing(t *testing.T) {
	var b zmq.Batch
	body := []byte("0123456789")
	n := testing.AllocsPerRun(100, func() {
		for range 100 {
			b.Append(body)
			b.Append(body, body)
		}
		sum := 0
		for body := range b.Frames() {
			sum += len(body)
		}
		if sum != 3000 {
			t.Error(sum)
		}
		b.Reset()
	})
	if n != 0 {
		t.Errorf("%v allocations in 200 messages", n)
	}
}
