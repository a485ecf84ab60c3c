package remote

import (
	"bytes"
	"testing"

	"github.com/zeroactor/zmq"
)

// FuzzNote has a peer send anything at all.
func FuzzNote(f *testing.F) {
	f.Fuzz(func(t *testing.T, frames, at byte, header, body []byte) {
		m := new(zmq.Message)
		for _, b := range [][]byte{header, body, header, body}[:frames%5] {
			m.Append(b)
		}
		i := int(at % 3)
		n, ok := parse(m, i)
		if want := m.Len() == i+2 && len(m.Frame(i)) == 9; ok != want {
			t.Fatalf("%t for %d frames from %d on, %q", ok, m.Len(), i, header)
		}
		if !ok {
			return
		}
		again := n.message(nil)
		if !bytes.Equal(again.Frame(0), m.Frame(i)) || !bytes.Equal(again.Frame(1), m.Frame(i+1)) {
			t.Fatalf("%q %q became %q %q", m.Frame(i), m.Frame(i+1), again.Frame(0), again.Frame(1))
		}
	})
}
