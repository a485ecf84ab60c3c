package arena

import (
	"unsafe"

	"github.com/zeroactor/zmq/internal/invariant"
)

// An Owner is who gets a piece of memory back once nobody uses it any more: Buf, of which it is one
// reference, or Free. Memory that is Free's has one user at a time, so that handing it on takes no
// counting; who wants to share it asks for its Buf. The zero Owner is the garbage collector's.
type Owner struct {
	Buf  *Buf
	Free func([]byte) // is given all of the memory, by whoever releases it; nil if Buf is not
}

// Owned returns the Owner of memory that belongs to the caller until now. If free is not nil it is
// called once, by whoever releases the memory last.
func Owned(b []byte, free func([]byte)) Owner {
	if free == nil || invariant.Enabled { // debug builds find who releases too often
		return Owner{Buf: Own(b, free)}
	}
	return Owner{Free: free}
}

// Release gives the memory b back.
func (o Owner) Release(b []byte) {
	switch {
	case o.Buf != nil:
		o.Buf.Release()
	case o.Free != nil:
		o.Free(b)
	}
}

// Ahead returns how many bytes of a Buf's memory lie ahead of b, which is a view of it, and how many it has in all. Both are 0 for
// other owners' memory.
func (o Owner) Ahead(b []byte) (ahead, all int) {
	if o.Buf == nil || len(o.Buf.data) == 0 {
		return 0, 0
	}
	data := o.Buf.data
	return int(uintptr(unsafe.Pointer(unsafe.SliceData(b))) - uintptr(unsafe.Pointer(unsafe.SliceData(data)))), len(data)
}

// Share makes the memory b one that is counted, and returns its Buf; the reference remains o's. It
// returns nil if the memory is the garbage collector's without a Buf, or another's.
func (o *Owner) Share(b []byte) *Buf {
	if o.Free != nil {
		o.Buf, o.Free = Own(b, o.Free), nil
	}
	return o.Buf
}
