//go:build unix

package interop

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"
	"testing"

	"github.com/zeroactor/zmq"
)

// A frame is one that was sent or received, by either side.
type frame struct {
	body []byte // nil if it is long and was received
	size int
	seed int // of the pattern, if patterned
	sum  string

	patterned bool
}

// A message is a list of frames.
type message []frame

// period is the length of the pattern that fill repeats: no power of two, so
// that what is in the wrong place does not look right.
const period = 251

// fill returns bytes of a pattern that the peer knows as well.
func fill(size, seed int) []byte {
	p := make([]byte, period)
	for i := range p {
		p[i] = byte((7*i + seed) % period)
	}
	return bytes.Repeat(p, size/period+1)[:size:size]
}

func patterned(size, seed int) frame {
	return frame{size: size, seed: seed, patterned: true}
}

func text(s string) frame { return received([]byte(s)) }

// huge is a frame of 64 MiB, made once.
var huge = sync.OnceValue(func() frame {
	f := patterned(64<<20, 1)
	f.body = f.bytes()
	f.sum = received(f.body).sum
	return f
})

// received describes a frame by its content.
func received(b []byte) frame {
	sum := sha256.Sum256(b)
	f := frame{size: len(b), sum: hex.EncodeToString(sum[:])}
	if len(b) <= 1<<20 {
		f.body = bytes.Clone(b)
	}
	return f
}

func texts(frames ...string) message {
	var m message
	for _, f := range frames {
		m = append(m, text(f))
	}
	return m
}

// with returns m with other frames before it.
func (m message) with(before ...frame) message {
	return append(append(message{}, before...), m...)
}

// bytes returns the content of a frame that is to be sent.
func (f frame) bytes() []byte {
	if f.patterned && f.body == nil {
		return fill(f.size, f.seed)
	}
	return f.body
}

func (f frame) String() string {
	if f.size <= 24 && !f.patterned {
		return fmt.Sprintf("%q", f.body)
	}
	return fmt.Sprintf("<%d bytes>", f.size)
}

// is reports whether f, which was received, has the content of want.
func (f frame) is(want frame) bool {
	if f.size != want.size {
		return false
	}
	if want.sum == "" {
		want = received(want.bytes())
	}
	return f.sum == want.sum
}

func (m message) is(want message) bool {
	if len(m) != len(want) {
		return false
	}
	for i := range m {
		if !m[i].is(want[i]) {
			return false
		}
	}
	return true
}

// expect fails t if got is not want.
func expect(t testing.TB, got, want message) {
	t.Helper()
	if !got.is(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}

// toZMQ returns a message that is ready to be sent by our side.
func (m message) toZMQ() *zmq.Message {
	out := new(zmq.Message)
	for _, f := range m {
		out.Append(f.bytes())
	}
	return out
}

func fromZMQ(in *zmq.Message) (m message) {
	for _, b := range in.Frames() {
		m = append(m, received(b))
	}
	return m
}

// corpus are messages at the limits of the framing (short and long frames), of
// libzmq's buffers (8 KiB) and of ours, and of the number of frames.
func corpus() []message {
	messages := []message{
		texts("hello"),
		texts(""),
		texts("", "x", "", ""),
		texts("a\x00\x01\xff", "\x00"),
	}
	for n := 1; n <= 10; n++ {
		var m message
		for i := range n {
			m = append(m, patterned(37*i, i))
		}
		messages = append(messages, m)
	}
	for i, size := range []int{254, 255, 256, 257, 8191, 8192, 8193, 64 << 10, 1 << 20} {
		messages = append(messages, message{patterned(size, i)})
	}
	return append(messages, message{patterned(255, 1), patterned(256, 2), text(""), patterned(8192, 3), patterned(70000, 4)})
}

func TestFramesDiffer(t *testing.T) {
	m := message{patterned(300, 1)}
	if got := (message{received(fill(300, 1))}); !got.is(m) {
		t.Error("equal frames differ")
	}
	for _, other := range []message{{received(fill(300, 2))}, {received(fill(299, 1))}, {}, {received(fill(300, 1)), text("")}} {
		if other.is(m) {
			t.Errorf("%v is taken for %v", other, m)
		}
	}
}
