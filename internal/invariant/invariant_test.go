package invariant

import (
	"bytes"
	"testing"

	"github.com/zeroactor/zmq/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// violation runs f and returns what it panicked with.
func violation(f func()) (v *Violation) {
	defer func() {
		if r := recover(); r != nil {
			v = r.(*Violation)
		}
	}()
	f()
	return nil
}

func TestAssert(t *testing.T) {
	if v := violation(func() { Assert(true, "fine") }); v != nil {
		t.Errorf("Assert(true) panicked: %v", v)
	}
	v := violation(func() { Assert(false, "read %d of %d", 3, 2) })
	if (v != nil) != Enabled {
		t.Fatalf("Assert(false): %v, with Enabled = %v", v, Enabled)
	}
	if v != nil && v.Error() != "invariant violated: read 3 of 2" {
		t.Errorf("the violation says %q", v)
	}
}

func TestMangle(t *testing.T) {
	b := []byte("neighbour|released|neighbour")
	want := "neighbour|released|neighbour"
	if Enabled {
		want = "neighbour|\xCC\xCC\xCC\xCC\xCC\xCC\xCC\xCC|neighbour"
	}
	Mangle(b[10:18])
	if !bytes.Equal(b, []byte(want)) {
		t.Errorf("mangled: %q, want %q", b, want)
	}
	Mangle(nil) // does not panic
}

// A guarded assertion that holds costs no allocation when it is off, even with
// arguments that would have to be boxed.
func TestOffCostsNothing(t *testing.T) {
	if Enabled {
		t.Skip("the checks are on in this build")
	}
	n := 1 << 40
	allocs := testing.AllocsPerRun(100, func() {
		n++
		if Enabled {
			Assert(n > 0, "n is %d", n)
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations, want 0", allocs)
	}
}
