package engine

import (
	"bytes"
	"net"
	"testing"
)

// A roomy is a system with so much room, and one write that waits.
type roomy struct {
	net.Conn
	room   int
	grows  bool // as with TCP
	writes int
	wire   bytes.Buffer
}

func (r *roomy) canTry() bool { return true }
func (r *roomy) light() bool  { return true }
func (r *roomy) roomy() bool  { return r.grows }

func (r *roomy) write(spans [][]byte, wait bool) (n int, err error) {
	r.writes++
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
// since nobody else is there to see when that has room again; but of little the system has had so much more
// that the nap is over before.
func TestHelpLeavesNothingToANap(t *testing.T) {
	const body, size = 1 << 10, 1<<10 + 9 // with its header
	for _, test := range []struct {
		name     string
		messages int
		room     int
		waits    bool
	}{
		{"room for all, which are several batches", 1000, 1000 * size, false},
		{"room for half", 1000, 500 * size, true},
		{"room for one batch", 1000, maxBatch, true},
		{"room for whole messages only", 1000, 10 * size, true},
		{"no room", 1000, 0, true},
		{"no room for little", 10, 0, false},
		{"room for half of it", 10, 5 * size, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			all := test.messages * size
			e := newEnd(test.messages, 0)
			nc, _ := newMemConns(1)
			r := &roomy{Conn: nc, room: test.room}
			c := testConfig("PUSH", e.Port).newConn(nc)
			c.port = e.Port
			c.writer.init(r, nil)
			e.reading.Lock() // the writer's activation waits
			e.attach(c)
			for range test.messages {
				e.send(message{make([]byte, body)})
			}
			waits := c.help(bound{}, false)
			if waits != test.waits || r.wire.Len() != test.room {
				t.Errorf("waits is %v, %d bytes of %d are written with room for %d", waits, r.wire.Len(), all, test.room)
			}
			if c.writer.helped == test.waits {
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

// Who helps has a system that may have room for all that has gathered take it in one write, and others in several.
func TestHelpWritesAtOnce(t *testing.T) {
	for _, grows := range []bool{false, true} {
		const messages = 1000
		e := newEnd(messages, 0)
		nc, _ := newMemConns(1)
		r := &roomy{Conn: nc, room: mostAtOnce, grows: grows}
		c := testConfig("PUSH", e.Port).newConn(nc)
		c.port = e.Port
		c.writer.init(r, nil)
		e.reading.Lock() // the writer's activation waits
		e.attach(c)
		for range messages {
			e.send(message{make([]byte, 1<<10)})
		}
		if c.help(bound{}, false) || r.wire.Len() < messages<<10 {
			t.Errorf("%d bytes are written", r.wire.Len())
		}
		if once := r.writes == 1; once != grows {
			t.Errorf("%d writes, where the buffer grows: %v", r.writes, grows)
		}
		e.reading.Unlock()
		e.detach()
	}
}
