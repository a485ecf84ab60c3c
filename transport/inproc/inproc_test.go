package inproc

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/zeroactor/zmq"
)

func TestBindThenConnect(t *testing.T) {
	var r Registry[int]
	var got []int
	if err := r.Bind("a", func(p int) { got = append(got, p) }); err != nil {
		t.Fatal(err)
	}
	for p := range 3 {
		if !r.Connect("a", p) {
			t.Errorf("%d is pending at a bound name", p)
		}
	}
	if r.Connect("A", 9) {
		t.Error("names are not case-sensitive")
	}
	if want := []int{0, 1, 2}; !slices.Equal(got, want) {
		t.Errorf("accepted %v, want %v", got, want)
	}
}

func TestConnectThenBind(t *testing.T) {
	var r Registry[int]
	for p := range 3 {
		if r.Connect("a", p) {
			t.Errorf("%d finds a binder where there is none", p)
		}
	}
	var got []int
	if err := r.Bind("a", func(p int) { got = append(got, p) }); err != nil {
		t.Fatal(err)
	}
	r.Connect("a", 3)
	if want := []int{0, 1, 2, 3}; !slices.Equal(got, want) {
		t.Errorf("accepted %v, want %v", got, want)
	}
}

func TestErrors(t *testing.T) {
	var r Registry[int]
	if err := r.Unbind("a"); !errors.Is(err, zmq.ErrNoEndpoint) {
		t.Errorf("Unbind of an unknown name: %v", err)
	}
	r.Connect("a", 1)
	if err := r.Unbind("a"); !errors.Is(err, zmq.ErrNoEndpoint) {
		t.Errorf("Unbind of a name with one pending: %v", err)
	}
	if err := r.Bind("a", func(int) {}); err != nil {
		t.Fatal(err)
	}
	err := r.Bind("a", func(int) { t.Error("the second binder accepts") })
	if !errors.Is(err, zmq.ErrAddrInUse) || !strings.Contains(err.Error(), "inproc://a") {
		t.Errorf("Bind of a bound name: %v", err)
	}
	r.Connect("a", 2)
	if err := r.Bind("b", func(int) {}); err != nil {
		t.Errorf("Bind of another name: %v", err)
	}
}

func TestCancel(t *testing.T) {
	var r Registry[int]
	for _, p := range []int{1, 2, 1, 3} {
		r.Connect("a", p)
	}
	if r.Cancel("a", 9) || r.Cancel("b", 1) {
		t.Error("Cancel of what is not pending succeeds")
	}
	if !r.Cancel("a", 1) {
		t.Error("Cancel of one that is pending fails")
	}
	var got []int
	r.Bind("a", func(p int) { got = append(got, p) })
	if want := []int{2, 1, 3}; !slices.Equal(got, want) {
		t.Errorf("accepted %v, want %v", got, want)
	}
	if r.Cancel("a", 2) {
		t.Error("Cancel of an accepted one succeeds")
	}
}

func TestUnbind(t *testing.T) {
	var r Registry[int]
	var first, second []int
	r.Bind("a", func(p int) { first = append(first, p) })
	r.Connect("a", 1)
	if err := r.Unbind("a"); err != nil {
		t.Fatal(err)
	}
	if r.Connect("a", 2) {
		t.Error("an unbound name accepts")
	}
	r.Bind("a", func(p int) { second = append(second, p) })
	if !slices.Equal(first, []int{1}) || !slices.Equal(second, []int{2}) {
		t.Errorf("accepted %v and %v, want [1] and [2]", first, second)
	}
}

func TestPending(t *testing.T) {
	var r Registry[int]
	r.Bind("bound", func(int) {})
	r.Connect("a", 1)
	r.Connect("b", 2)
	r.Connect("a", 3)
	if got := fmt.Sprint(r.Pending()); got != "map[a:[1 3] b:[2]]" {
		t.Errorf("pending %s", got)
	}
	if len(r.Pending()) != 0 || r.Cancel("a", 1) {
		t.Error("taken out, and still pending")
	}
	if !r.Connect("bound", 4) {
		t.Error("the bound name is unbound")
	}
}

// TestNothingKept holds that names that nobody uses any more take no memory.
func TestNothingKept(t *testing.T) {
	var r Registry[int]
	for i := range 100 {
		name := fmt.Sprint(i)
		r.Connect(name, i)
		r.Cancel(name, i)
		r.Cancel(name, i)
		if len(r.slots) != 0 {
			t.Fatal("a name is kept after its last Cancel")
		}
		r.Bind(name, func(int) {})
		r.Bind(name, func(int) {})
		r.Unbind(name)
		r.Unbind(name)
	}
	if len(r.slots) != 0 {
		t.Errorf("%d names are kept", len(r.slots))
	}
}

// TestAcceptMayCallBack holds that accept may use the registry: whom it
// connects comes after those who are there.
func TestAcceptMayCallBack(t *testing.T) {
	var r Registry[int]
	var got []int
	accept := func(p int) {
		got = append(got, p)
		switch p {
		case 1:
			if !r.Connect("a", 3) {
				t.Error("not bound within accept")
			}
			if len(got) != 1 {
				t.Error("accept is called within itself")
			}
		case 2:
			if err := r.Unbind("a"); err != nil {
				t.Error(err)
			}
			if r.Connect("a", 4) {
				t.Error("bound after Unbind")
			}
		}
	}
	r.Connect("a", 1)
	r.Connect("a", 2)
	r.Bind("a", accept)
	// 3 connected before the Unbind, 4 after it.
	if want := []int{1, 2, 3}; !slices.Equal(got, want) {
		t.Errorf("accepted %v, want %v", got, want)
	}
	if !r.Cancel("a", 4) {
		t.Error("4 is not pending")
	}
}

// TestAcceptEnds holds that the rest is delivered if accept panics, or ends
// the goroutine.
func TestAcceptEnds(t *testing.T) {
	for name, end := range map[string]func(){"panic": func() { panic("in accept") }, "Goexit": runtime.Goexit} {
		t.Run(name, func(t *testing.T) {
			var r Registry[int]
			var got []int
			for p := range 4 {
				r.Connect("a", p)
			}
			accept := func(p int) {
				got = append(got, p)
				if p%2 == 0 {
					end()
				}
			}
			ended := make(chan any)
			go func() {
				defer func() { ended <- recover() }()
				r.Bind("a", accept)
			}()
			if v := <-ended; name == "panic" && v != "in accept" {
				t.Errorf("the panic is %v", v)
			}
			r.Connect("a", 5)
			if want := []int{0, 1, 2, 3, 5}; !slices.Equal(got, want) {
				t.Errorf("accepted %v, want %v", got, want)
			}
		})
	}
}

// A twin is a registry of one name that is too simple to be wrong. It knows
// one goroutine only.
type twin struct {
	bound    bool
	pending  []int
	accepted []int
}

func (w *twin) bind() bool {
	if w.bound {
		return false
	}
	w.bound = true
	w.accepted = append(w.accepted, w.pending...)
	w.pending = nil
	return true
}

func (w *twin) unbind() bool {
	was := w.bound
	w.bound = false
	return was
}

func (w *twin) connect(p int) bool {
	if w.bound {
		w.accepted = append(w.accepted, p)
	} else {
		w.pending = append(w.pending, p)
	}
	return w.bound
}

func (w *twin) cancel(p int) bool {
	i := slices.Index(w.pending, p)
	if i >= 0 {
		w.pending = append(slices.Clone(w.pending[:i]), w.pending[i+1:]...)
	}
	return i >= 0
}

func TestAgainstTwin(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	var r Registry[int]
	names := []string{"", "a", "b"}
	twins := make([]twin, len(names))
	accepted := make([][]int, len(names))
	for step := range 20_000 {
		n := rnd.IntN(len(names))
		name, w := names[n], &twins[n]
		p := rnd.IntN(8) // few, so that equal ones meet
		var got, want bool
		var op string
		switch rnd.IntN(6) {
		case 0:
			op = "Bind"
			got, want = r.Bind(name, func(p int) { accepted[n] = append(accepted[n], p) }) == nil, w.bind()
		case 1:
			op = "Unbind"
			got, want = r.Unbind(name) == nil, w.unbind()
		case 2:
			op = "Cancel"
			got, want = r.Cancel(name, p), w.cancel(p)
		default:
			op = "Connect"
			got, want = r.Connect(name, p), w.connect(p)
		}
		if got != want || !slices.Equal(accepted[n], w.accepted) {
			t.Fatalf("step %d: %s of %q, %d: %t, accepted %v; the twin: %t, %v", step, op, name, p, got, accepted[n], want, w.accepted)
		}
		if got := r.Bound(name); got != w.bound {
			t.Fatalf("step %d: after %s of %q it is bound: %t, want %t", step, op, name, got, w.bound)
		}
		accepted[n], w.accepted = nil, nil
	}
}
