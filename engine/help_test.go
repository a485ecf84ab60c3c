package engine

import (
	"bytes"
	"net"
	"testing"
)

// A roomy is a system with so much room, and one write that waits.
type roomy struct {
	net.Conn
	room int
	wire bytes.Buffer
}

func (r *roomy) canTry() bool { return true }

func (r *roomy) write(spans [][]byte, wait bool) (n int, err error) {
	for _, s := range spans {
		if !wait {
			s = s[:min(len(s), r.room-n)]
		}
		n += len(s)
		r.wire.Write(s)
	}
	r.room -= n
	return n, nil
}

// A sender that helps writes all that there is, in as many writes as that takes: what is left would
// wait for the activation, which keeps out of the way of who helps. Only if the system is full it does not,
// since nobody else is there to see when that has room again.
func TestHelpLeavesNothingToANap(t *testing.T) {
	const size, messages = 1 << 10, 1000 // several batches
	all := messages * (size + 9)         // with their headers
	for _, test := range []struct {
		name string
		room int
		full bool
	}{
		{"room for all", all, false},
		{"room for half", all / 2, true},
		{"room for one batch", maxBatch, true},
		{"room for whole messages only", 10 * (size + 9), true},
		{"no room", 0, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := newEnd(messages, 0)
			nc, _ := newMemConns(1)
			r := &roomy{Conn: nc, room: test.room}
			c := testConfig("PUSH", e.Port).newConn(nc)
			c.port = e.Port
			c.writer.init(r, nil)
			e.reading.Lock() // the writer's activation waits
			e.attach(c)
			for range messages {
				e.send(message{make([]byte, size)})
			}
			full := c.help()
			if full != test.full || r.wire.Len() != test.room {
				t.Errorf("full is %v, %d bytes of %d are written with room for %d", full, r.wire.Len(), all, test.room)
			}
			if c.writer.helped == test.full {
				t.Errorf("the activation keeps out of the way: %v", c.writer.helped)
			}
			c.writer.helped = false
			if again := c.write(); again || r.wire.Len() != all {
				t.Errorf("then the activation: again %v, %d bytes of %d", again, r.wire.Len(), all)
			}
			e.reading.Unlock()
			e.detach()
		})
	}
}
