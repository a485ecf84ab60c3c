package engine

import (
	"testing"

	"github.com/zeroactor/zmq/internal/arena"
	"github.com/zeroactor/zmq/ypipe"
)

// A tide is a source that has bytes, and then none for so many looks.
type tide struct{ bytes, looks int }

func (*tide) elastic() bool { return true }

func (s *tide) read(_ int, fill func() []byte, idle func() (again bool)) (int, error) {
	for idle() {
		s.looks++
	}
	if s.bytes > 0 {
		fill()
	}
	return s.bytes, nil
}

// TestVigilMany: it is told how many messages the last read had.
func TestVigilMany(t *testing.T) {
	var v vigil
	for messages, many := range []bool{false, false, true} {
		v.came(1)
		v.comes(v.now + int64(messages))
		if v.many() != many {
			t.Errorf("%d messages are many: %v", messages, v.many())
		}
	}
}

// TestVigil: who finds nothing behind a large read looks again a number of times before it sleeps, and once it has
// slept, not before there was a large read again; nor behind small messages, nor on one processor.
func TestVigil(t *testing.T) {
	var s tide
	var r reader
	r.init(&s, ypipe.NewLog(arena.NewPool(-1), 0, func() {}, nil), -1, new(Traffic))
	for i, c := range []struct {
		alone           bool
		bytes, messages int // of the read before
		want            int // looks that follow it
	}{
		{false, vigilFrom, 1, vigilLooks},
		{false, vigilFrom - 1, 1, 0},
		{false, vigilFrom, vigilFrom / vigilSize, vigilLooks},
		{false, vigilFrom, vigilFrom/vigilSize + 1, 0},
		{false, vigilFrom, 1, vigilLooks},
		{true, vigilFrom, 1, 0},
	} {
		r.alone = c.alone
		r.came(c.bytes)
		r.comes(r.now + int64(c.messages))
		for _, want := range []int{c.want, 0} { // the second time it has slept
			s.looks = 0
			r.source.read(1, r.fillBody, r.idle)
			if s.looks != want {
				t.Errorf("%d. it looked %d times, want %d", i, s.looks, want)
			}
		}
	}
	s.bytes = vigilFrom
	r.read(false)
	s.looks, r.alone = 0, false
	if r.read(false); s.looks != vigilLooks {
		t.Errorf("behind a read it looked %d times, want %d", s.looks, vigilLooks)
	}
}
