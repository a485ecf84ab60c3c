package framing

import (
	"bytes"
	"math"
	"testing"

	"github.com/zeroactor/zmq/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// Sizes reads what Append has written.
func TestHeaders(t *testing.T) {
	for _, size := range []int{0, 1, MaxShort, MaxShort + 1, 1 << 20, 1 << 30} {
		for _, flags := range []byte{0, More, Command, Long, Long | More} {
			b := Append([]byte("before"), flags, size)[len("before"):]
			want := flags &^ Long
			if size > MaxShort {
				want |= Long
			}
			if header, body := Sizes(b); header != len(b) || body != size || b[0] != want {
				t.Errorf("flags %d, size %d: % x, read as %d and %d", flags, size, b, header, body)
			}
		}
	}
}

// walk is Short, one message after the other.
func walk(b []byte, most int) (end, messages int) {
	for messages < most && len(b)-end >= ShortHeader && b[end] == 0 {
		header, body := Sizes(b[end:])
		if header+body > len(b)-end {
			break
		}
		end += header + body
		messages++
	}
	return end, messages
}

// run returns messages of one short frame with bodies of these sizes.
func run(sizes ...int) (b []byte) {
	for _, n := range sizes {
		b = append(Append(b, 0, n), make([]byte, n)...)
	}
	return b
}

func FuzzShort(f *testing.F) {
	f.Add([]byte{}, math.MaxInt)
	f.Add(run(3, 3, 3), 2)
	f.Add(append(run(10, 10), 0, 10, 1), 100)
	f.Add(run(1, 2, 3, 4, 5, 6, 7, 7, 7, 0, 0), 100) // wrong more often than it may be
	f.Add(append(run(4, 4), More, 4, 0, 0, 0, 0), 100)
	f.Add(append(run(0), Long, 0), 100)
	f.Fuzz(func(t *testing.T, b []byte, most int) {
		before := bytes.Clone(b)
		end, n := Short(b, most)
		if wantEnd, want := walk(b, most); end != wantEnd || n != want {
			t.Errorf("%d messages in %d bytes, want %d in %d", n, end, want, wantEnd)
		}
		if !bytes.Equal(b, before) {
			t.Error("it has changed")
		}
	})
}

// The sizes are all alike, or are two by turns.
func BenchmarkShort(b *testing.B) {
	for name, sizes := range map[string][2]int{"alike": {10, 10}, "mixed": {10, 11}} {
		b.Run(name, func(b *testing.B) {
			const n = 1000
			all := make([]int, n)
			for i := range all {
				all[i] = sizes[i*i/7%2]
			}
			data := run(all...)
			for i := 0; i < b.N; i += n {
				if _, got := Short(data, n); got != n {
					b.Fatal(got)
				}
			}
		})
	}
}
