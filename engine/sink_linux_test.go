package engine

import (
	"net"
	"syscall"
	"testing"
	"time"
)

// TestProgressWithinMessage: of a message that the system takes by pieces, the port hears with
// each of them, not only when it is through.
func TestProgressWithinMessage(t *testing.T) {
	overAll(t, func(t *testing.T, a, b net.Conn) {
		if _, ok := a.(syscall.Conn); !ok {
			return // what goes on in such a connection cannot be seen
		}
		e := newEnd(0, 0)
		established(t, testConfig("DEALER", e.Port), a, b)
		progress := make(chan struct{}, 1)
		e.mu.Lock()
		e.pacing.waits, e.pacing.progress = true, progress
		e.mu.Unlock()
		e.send(message{make([]byte, 32<<20)}) // more than the system takes before anybody reads
		select {
		case <-progress:
		case <-time.After(time.Minute):
			t.Error("no progress was told")
		}
		b.Close()
	})
}
