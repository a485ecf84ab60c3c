package patterns

import (
	"bytes"
	"math"
	"testing"
)

func TestRoutingMakesUpIDsThatAreFree(t *testing.T) {
	r := newRouting()
	r.auto = math.MaxUint32 - 1
	taken := &pipe{}
	r.add([]byte{0, 0, 0, 0, 0}, taken)
	for _, want := range [][]byte{{0, 255, 255, 255, 255}, {0, 0, 0, 0, 1}, {0, 0, 0, 0, 2}} {
		id := r.autoID()
		if !bytes.Equal(id, want) || !isAuto(id) {
			t.Errorf("made up %x, want %x", id, want)
		}
		r.add(id, &pipe{})
	}
}

func TestRoutingFinds(t *testing.T) {
	r := newRouting()
	a, b := &pipe{}, &pipe{}
	r.add([]byte("a"), a)
	r.add([]byte("b"), b)
	for range 2 {
		if r.find([]byte("a")) != a || r.find([]byte("b")) != b || r.find([]byte("c")) != nil || r.find(nil) != nil {
			t.Fatal("found the wrong pipe")
		}
	}
	r.remove(b)
	if r.find([]byte("b")) != nil || len(r.ids()) != 1 {
		t.Error("a removed pipe is found")
	}
	// The id of a pipe that is still to be read belongs to the next one.
	c := &pipe{}
	r.add([]byte("b"), c)
	r.remove(b)
	if r.find([]byte("b")) != c {
		t.Error("removing a pipe took the id of another one")
	}
}

func TestCheckRoutingID(t *testing.T) {
	for _, id := range []string{"x", "x\x00", string(bytes.Repeat([]byte("x"), 255))} {
		if err := checkRoutingID([]byte(id)); err != nil {
			t.Errorf("%q: %v", id, err)
		}
	}
	for _, id := range []string{"", "\x00x", string(bytes.Repeat([]byte("x"), 256))} {
		if checkRoutingID([]byte(id)) == nil {
			t.Errorf("%q is allowed", id)
		}
	}
}
