package proptest

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/zeroactor/zmq"
)

// A name is that of a message: who sent it, and as which of its messages.
type name struct{ from, seq int }

func (n name) String() string { return fmt.Sprintf("%d.%d", n.from, n.seq) }

// parseName is the inverse of String.
func parseName(s string) (n name, ok bool) {
	from, seq, found := strings.Cut(s, ".")
	var err1, err2 error
	n.from, err1 = strconv.Atoi(from)
	n.seq, err2 = strconv.Atoi(seq)
	return n, found && err1 == nil && err2 == nil && n.String() == s
}

// frames returns what the message of that name holds: its name, and up to three
// frames that follow from the seed and the name. So whatever is received can be
// told to be as it was sent.
func (n name) frames(seed uint64) []string {
	r := rand.New(rand.NewPCG(seed, uint64(n.from)<<32|uint64(n.seq)))
	frames := []string{n.String()}
	for range r.IntN(4) {
		frames = append(frames, content(r, frameSize(r)))
	}
	return frames
}

// frameSize chooses sizes around those at which something changes: empty, the
// short and long header, what is copied and what is shared, what is read into
// memory of its own.
func frameSize(r *rand.Rand) int {
	switch r.IntN(16) {
	case 0, 1, 2:
		return 0
	case 3, 4:
		return 250 + r.IntN(12)
	case 5:
		return 8<<10 - 4 + r.IntN(8)
	case 6:
		return 20_000 + r.IntN(60_000)
	}
	return 1 + r.IntN(20)
}

func content(r *rand.Rand, size int) string {
	b := make([]byte, size+7)
	for i := 0; i < size; i += 8 {
		binary.LittleEndian.PutUint64(b[i:], r.Uint64())
	}
	return string(b[:size])
}

// check compares frames that were received with those of the message that the
// first one names.
func (n name) check(seed uint64, got []string) error {
	want := n.frames(seed)
	if len(got) != len(want) {
		return violates(Atomicity, "message %v came with %d frames, and has %d", n, len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			return violates(NoInvention, "frame %d of message %v is not as it was sent: %s, want %s", i, n, brief(got[i]), brief(want[i]))
		}
	}
	return nil
}

// brief shows the beginning of a frame.
func brief(s string) string {
	if len(s) > 24 {
		return fmt.Sprintf("%q… of %d bytes", s[:24], len(s))
	}
	return strconv.Quote(s)
}

func framesOf(m *zmq.Message) []string {
	frames := make([]string, 0, m.Len())
	for _, f := range m.Frames() {
		frames = append(frames, string(f))
	}
	return frames
}
