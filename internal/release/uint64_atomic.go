//go:build !(amd64 || arm64) || race

package release

import "sync/atomic"

// A Uint64 is a number that is published by storing it. The zero Uint64 is 0. It must not be copied.
type Uint64 struct{ v atomic.Uint64 }

// Load returns the number. Any goroutine may call it.
func (x *Uint64) Load() uint64 { return x.v.Load() }

// Store sets the number to v. Any goroutine may call it.
func (x *Uint64) Store(v uint64) { x.v.Store(v) }

// StoreInt64 stores v in x, which is also used in other ways.
func StoreInt64(x *atomic.Int64, v int64) { x.Store(v) }
