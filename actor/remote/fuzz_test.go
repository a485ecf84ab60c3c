package remote

import (
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
)

// FuzzRequest has a client send anything at all.
func FuzzRequest(f *testing.F) {
	f.Fuzz(func(t *testing.T, frames byte, number, left, name, body []byte) {
		m := zmq.NewMessage("peer")
		for _, b := range [][]byte{number, left, []byte(name), body, nil}[:frames%6] {
			m.Append(b)
		}
		r, err := readRequest(m)
		if string(r.peer) != "peer" || len(r.number) > len(number) {
			t.Fatalf("of %q, number %q", r.peer, r.number)
		}
		if err != nil {
			if !errors.Is(err, ErrProtocol) || frames%6 == 4 && len(number) == 8 && len(left) == 8 {
				t.Fatal(err)
			}
			return
		}
		if r.name != string(name) || string(r.body.Frame(bodyFrame)) != string(body) || string(r.number) != string(number) {
			t.Fatalf("%+v of %q %q %q", r, number, name, body)
		}
		if ms := binary.BigEndian.Uint64(left); r.left < 0 || ms <= maxLeft && r.left != time.Duration(ms)*time.Millisecond {
			t.Fatalf("%v of %d ms", r.left, ms)
		}
	})
}
