package zmq_test

import (
	"bytes"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/internal/arena"
)

// Detach copies what is small and at the front of a chunk, and gives that back.
func TestDetach(t *testing.T) {
	const all = 64 << 10
	for _, test := range []struct {
		name       string
		sizes      []int // of frames, one behind the other
		ahead      int
		copied     bool
		secondOwns bool // the message has a frame of its own as well
	}{
		{"empty", []int{0}, 0, true, false},
		{"alone", []int{10}, 0, true, false},
		{"one of the first", []int{10}, all / 64, true, false},
		{"one of many", []int{10}, all/64 + 1, false, false},
		{"largest", []int{4096}, all / 64, true, false},
		{"larger", []int{4097}, 0, false, false},
		{"several", []int{10, 0, 300}, 20, true, false},
		{"several, larger together", []int{50, 4047}, 0, false, false},
		{"beside its own", []int{10}, 0, true, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			pool := arena.NewPool(-1)
			chunk := pool.Get(all)
			data := chunk.Bytes()
			for i := range data {
				data[i] = byte(i * 7)
			}
			var m zmq.Message
			var want []string
			at := test.ahead
			for _, size := range test.sizes {
				chunk.Retain(1)
				m.AppendView(data[at:at+size:at+size], arena.Owner{Buf: chunk})
				want = append(want, string(data[at:at+size]))
				at += size
			}
			if test.secondOwns {
				m.AppendString("its own")
				want = append(want, "its own")
			}
			m.Detach()
			if chunk.Unique() != test.copied {
				t.Errorf("given back: %v", chunk.Unique())
			}
			if test.copied {
				clear(data)
			}
			wantFrames(t, &m, want...)
			m.Detach() // changes nothing more
			m.AppendString("more")
			wantFrames(t, &m, append(want, "more")...)
			m.Release()
			if !chunk.Unique() {
				t.Error("not given back by Release")
			}
		})
	}
}

// What was handed over by reference is given back once, with what it was.
func TestDetachByReference(t *testing.T) {
	for size, copied := range map[int]bool{3: true, 5000: false} {
		body := bytes.Repeat([]byte("x"), size)
		given := 0
		var m zmq.Message
		m.AppendOwned(body, func(b []byte) {
			if given++; &b[0] != &body[0] || len(b) != size {
				t.Errorf("%d bytes: other memory is given back", size)
			}
		})
		m.Detach()
		if got := given == 1; got != copied {
			t.Errorf("%d bytes: given back %d times", size, given)
		}
		wantFrames(t, &m, string(body))
		if m.Release(); given != 1 {
			t.Errorf("%d bytes: given back %d times in the end", size, given)
		}
	}
}
