//go:build !ypipemodel

package arena

import "testing"

// Memory with one user is given back by it, whole; once it is shared, by the last.
func TestOwner(t *testing.T) {
	for _, shares := range []int{0, 1, 3} {
		data := []byte("data")
		frees := 0
		o := Owned(data, func(b []byte) {
			if frees++; &b[0] != &data[0] || len(b) != len(data) {
				t.Error("other memory was given back")
			}
		})
		for range shares {
			o.Share(data).Retain(1)
		}
		for left := shares; left >= 0; left-- {
			if frees != 0 {
				t.Fatalf("shared %d times: given back with %d left", shares, left+1)
			}
			o.Release(data)
		}
		if frees != 1 {
			t.Errorf("shared %d times: given back %d times", shares, frees)
		}
	}
}

// The garbage collector's memory is nobody's to give back.
func TestOwnerOfNobody(t *testing.T) {
	var none Owner
	if none.Share(nil) != nil {
		t.Error("nobody's memory has a Buf")
	}
	none.Release(nil)
	o := Owned([]byte("data"), nil)
	if o.Share(nil) == nil {
		t.Error("memory that was handed over cannot be shared")
	}
	o.Release(nil)
}
