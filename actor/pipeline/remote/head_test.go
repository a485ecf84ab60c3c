package remote

import (
	"bytes"
	"testing"

	"github.com/zeroactor/zmq"
)

// FuzzHead has a peer send anything at all to an edge of PUSH and PULL, or PUB and SUB.
func FuzzHead(f *testing.F) {
	var good zmq.Message
	head{kindItem, 7, 9}.appendTo(&good)
	f.Add(byte(1), good.Frame(0), []byte("item"))
	f.Add(byte(2), append([]byte{kindOver}, good.Frame(0)[1:]...), []byte("why"))
	f.Add(byte(1), append([]byte{kindHello}, good.Frame(0)[1:]...), []byte(nil))
	f.Fuzz(func(t *testing.T, frames byte, header, body []byte) {
		m := new(zmq.Message)
		for _, b := range [][]byte{header, body, body}[:frames%4] {
			m.Append(b)
		}
		h, ok := headOf(m)
		if !ok {
			return
		}
		var again zmq.Message
		h.appendTo(&again)
		if !bytes.Equal(again.Frame(0), header) {
			t.Fatalf("%q became %q", header, again.Frame(0))
		}
		if wrong := h.kind == kindHello && m.Len() != 1 || h.kind == kindOver && m.Len() != 2; wrong {
			t.Fatalf("%c with %d frames", h.kind, m.Len())
		}
	})
}
