package patterns

import (
	"bytes"
	"slices"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/internal/arena"
	"github.com/zeroactor/zmq/ypipe"
)

// outlets returns a distributor with pipes whose other ends nobody but the test
// reads.
func outlets(t *testing.T, n, hwm int) (*distributor, []*pipe) {
	pool := arena.NewPool(0)
	t.Cleanup(pool.Close)
	s := &socket{ctx: &Context{pool: pool}}
	d := new(distributor)
	for range n {
		p := newPipe(s, nil)
		p.out = ypipe.NewLog(pool, hwm, func() {}, func() { p.full = false })
		d.add(p)
	}
	return d, slices.Clone(d.pipes)
}

// got takes a message out of a pipe, or returns nil if there is none.
func got(p *pipe) (frames [][]byte) {
	for {
		flags, body, ok := p.out.Next()
		if !ok {
			return nil
		}
		p.out.Keep() // never given back: the frame stays as it is
		frames = append(frames, body)
		if flags&ypipe.FlagMore == 0 {
			return frames
		}
	}
}

func TestDistributorChooses(t *testing.T) {
	d, pipes := outlets(t, 4, 0)
	for _, c := range []struct {
		name   string
		choose func()
		want   []int
	}{
		{"none", func() { d.begin() }, nil},
		{"some, several times", func() {
			d.begin()
			for _, i := range []int{3, 1, 3, 1, 1} {
				d.choose(pipes[i])
			}
		}, []int{3, 1}},
		{"the others", func() {
			d.begin()
			d.choose(pipes[2])
			d.choose(pipes[2])
			d.invert()
		}, []int{0, 1, 3}},
		{"all by inversion", func() { d.begin(); d.invert() }, []int{0, 1, 2, 3}},
		{"all", func() { d.choose(pipes[0]); d.all() }, []int{0, 1, 2, 3}},
		{"one of those", func() { d.all(); d.narrow(pipes[2]) }, []int{2}},
		{"one of others", func() {
			d.begin()
			d.choose(pipes[0])
			d.narrow(pipes[2])
		}, nil},
	} {
		c.choose()
		if dropped := d.send(outgoing{frames: [][]byte{[]byte("x")}}); dropped != 0 {
			t.Errorf("%s: %d dropped", c.name, dropped)
		}
		for i, p := range pipes {
			if had := got(p) != nil; had != slices.Contains(c.want, i) {
				t.Errorf("%s: pipe %d has one: %v", c.name, i, had)
			}
			if got(p) != nil {
				t.Errorf("%s: pipe %d has two", c.name, i)
			}
		}
	}
	d.remove(pipes[1])
	d.remove(pipes[1])
	d.all()
	d.send(outgoing{frames: [][]byte{[]byte("x")}})
	if got(pipes[1]) != nil || got(pipes[0]) == nil || got(pipes[3]) == nil {
		t.Error("remove removed another one, or none")
	}
}

// A full pipe misses whole messages until it says that it has room, and is
// named once to who may help it.
func TestDistributorPassesOverTheFull(t *testing.T) {
	d, pipes := outlets(t, 2, 2)
	message := outgoing{frames: [][]byte{[]byte("one"), []byte("two")}}
	drops := func() int64 { d.all(); return d.send(message) }
	for i, want := range []int64{0, 0, 2, 2} {
		if dropped := drops(); dropped != want {
			t.Fatalf("message %d: %d dropped, want %d", i, dropped, want)
		}
	}
	if d.help() == nil || d.help() != nil {
		t.Error("a full pipe is to be named once")
	}
	d.all()
	if !d.blocked() {
		t.Error("not blocked")
	}
	for range 2 {
		if m := got(pipes[0]); len(m) != 2 || string(m[1]) != "two" {
			t.Fatalf("%q", m)
		}
	}
	if got(pipes[0]) != nil {
		t.Fatal("a message was sent to a full pipe")
	}
	if dropped := drops(); dropped != 1 {
		t.Errorf("%d dropped, want that of the pipe that is still full", dropped)
	}
	d.begin()
	d.choose(pipes[0])
	if d.blocked() {
		t.Error("blocked by a pipe that has room, or by one that is not concerned")
	}
}

// Pipes that are known to be full are counted, and nothing more is done for them,
// until they say that they have room.
func TestDistributorSkipsTheFull(t *testing.T) {
	d, pipes := outlets(t, 3, 1)
	message := outgoing{frames: [][]byte{[]byte("one")}}
	send := func(to ...*pipe) int64 {
		d.begin()
		d.skip()
		for _, p := range to {
			d.choose(p)
			d.choose(p)
		}
		return d.send(message)
	}
	for i, want := range []int64{0, 2, 2} {
		if dropped := send(pipes[0], pipes[1]); dropped != want {
			t.Fatalf("message %d: %d dropped, want %d", i, dropped, want)
		}
	}
	if dropped := send(pipes...); dropped != 2 || got(pipes[2]) == nil {
		t.Errorf("%d dropped, want 2", dropped)
	}
	if got(pipes[0]) == nil || got(pipes[0]) != nil {
		t.Error("a full pipe has another number of messages than one")
	}
	if dropped := send(pipes[0], pipes[1]); dropped != 1 || got(pipes[0]) == nil {
		t.Errorf("%d dropped, want that of the pipe that is still full", dropped)
	}
	d.begin()
	d.choose(pipes[1])
	if !d.blocked() {
		t.Error("who waits is not to skip any")
	}
}

// Large frames are copied once at most, small ones to each pipe.
func TestDistributorSharesLargeFrames(t *testing.T) {
	small, large := []byte("small"), bytes.Repeat([]byte("large"), shareMin)
	owned := bytes.Repeat([]byte("owned"), shareMin)
	released := 0
	m := zmq.NewMessage("small")
	m.Append(large)
	m.AppendOwned(owned, func([]byte) { released++ })
	for name, o := range map[string]outgoing{
		"bytes":   {frames: [][]byte{small, large, owned}},
		"message": {m: m},
	} {
		d, pipes := outlets(t, 3, 0)
		d.all()
		d.send(o)
		var all [][][]byte
		for _, p := range pipes {
			all = append(all, got(p))
		}
		for _, frames := range all {
			if len(frames) != 3 || !bytes.Equal(frames[0], small) || !bytes.Equal(frames[1], large) || !bytes.Equal(frames[2], owned) {
				t.Fatalf("%s: other frames came out", name)
			}
		}
		for i := range 3 {
			if shared := &all[0][i][0] == &all[2][i][0]; shared != (i > 0) {
				t.Errorf("%s: frame %d is shared: %v", name, i, shared)
			}
		}
		if name == "bytes" && &all[0][1][0] == &large[0] {
			t.Error("the caller's own memory was sent")
		}
		if name == "message" && &all[0][2][0] != &owned[0] {
			t.Error("the message's memory was copied")
		}
	}
	m.Release()
	if released != 0 {
		t.Error("memory was released that the pipes have given to their readers")
	}
}

// Who has got a shared frame gives it back, and the last one releases it.
func TestDistributorReleasesOnce(t *testing.T) {
	d, pipes := outlets(t, 3, 0)
	released := 0
	m := new(zmq.Message)
	m.AppendOwned(make([]byte, 2*shareMin), func([]byte) { released++ })
	d.all()
	d.send(outgoing{m: m})
	m.Reset()
	for i, p := range pipes {
		if released != 0 {
			t.Fatalf("released when %d pipes were read", i)
		}
		_, body, _ := p.out.Next()
		p.out.Keep().Release(body)
	}
	if released != 1 {
		t.Errorf("released %d times", released)
	}
}
