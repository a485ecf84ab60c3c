//go:build !ypipemodel

package ypipe

import "testing"

// TestLogByteHWM fills logs to a high-water mark in bytes: what is held is below
// it before the last message, and is not after, but for a step of credit when
// the log has been used before; and the writer is woken once half is free.
func TestLogByteHWM(t *testing.T) {
	for _, hwm := range []int{1, 2, 100, 4096, 100_000, 1 << 20} {
		for _, size := range []int{0, 10, 255, 5000, 20_000} {
			for _, messages := range []int{0, 1 << 20} {
				l := newTestLog(messages)
				l.SetByteHWM(int64(hwm))
				wire := len(appendFrame(nil, twinFrame{body: make([]byte, size)}))
				for round := range 3 {
					held := 0
					for !l.Full() {
						if held >= hwm {
							t.Fatalf("hwm %d, %d bytes: room with %d held", hwm, size, held)
						}
						l.Append(FlagMore, make([]byte, size))
						l.Rollback()
						l.send(make([]byte, size))
						select {
						case <-l.readable:
						default:
						}
						held += wire
					}
					if least := hwm - hwm/markSlots; held < least || round == 0 && held < hwm {
						t.Fatalf("hwm %d, %d bytes: full with %d held in round %d", hwm, size, held, round)
					}
					for left := held; len(l.writable) == 0; left -= wire {
						if _, _, ok := l.Next(); !ok || left < hwm/2-max(wire, hwm/markSlots)-wire {
							t.Fatalf("hwm %d, %d bytes: not woken with %d held, %t", hwm, size, left, ok)
						}
					}
					<-l.writable
					l.drain()
				}
			}
		}
	}
}

// Room lets nothing pass the mark but one message, however much is reserved.
func TestLogByteRoom(t *testing.T) {
	l := newTestLog(0)
	l.SetByteHWM(100_000)
	held := 0
	for {
		l.Reserve(0, 1<<10, chunkSize)
		room := l.Room()
		if room == 0 {
			break
		}
		n, messages := 0, 0
		for b := l.Reserve(0, 2, chunkSize); messages < room && n+2 <= len(b); messages++ {
			n += copy(b[n:], []byte{0, 0})
		}
		l.Advance(n, messages)
		held += n
	}
	if held < 100_000 || held >= 100_002 {
		t.Errorf("full with %d bytes", held)
	}
}
