//go:build (amd64 || arm64) && !race

package release

import (
	"sync/atomic"
	"unsafe"
)

// A Uint64 is a number that is published by storing it. The zero Uint64 is 0. It must not be copied.
type Uint64 struct {
	_ noCopy
	v uint64
}

type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}

// Load returns the number. Any goroutine may call it.
func (x *Uint64) Load() uint64 { return atomic.LoadUint64(&x.v) }

// Store sets the number to v. Any goroutine may call it.
func (x *Uint64) Store(v uint64) { store(&x.v, v) }

// store is a store that no earlier load or store comes after.
//
//go:noescape
func store(p *uint64, v uint64)

// StoreInt64 stores v in x, which is also used in other ways.
func StoreInt64(x *atomic.Int64, v int64) { store((*uint64)(unsafe.Pointer(x)), uint64(v)) }
