// Package invariant checks what must be true of our own code. A violation is a
// bug of this module and panics; what a peer or a user can cause is an error
// value instead and never an assertion.
//
// The checks are on in builds with -race or with the tag zmqdebug, and compiled
// away otherwise, provided that their arguments are guarded too:
//
//	if invariant.Enabled {
//		invariant.Assert(read <= flushed, "read %d of %d items", read, flushed)
//	}
//
// All functions may be called from any goroutine.
package invariant

import "fmt"

// mangled is what [Mangle] fills memory with: neither zero nor text, not a
// valid ZMTP flags octet, and easy to see in a dump.
const mangled = 0xCC

// A Violation is the value that a failed [Assert] panics with.
type Violation struct {
	Message string // what did not hold
}

func (v *Violation) Error() string { return "invariant violated: " + v.Message }

// Assert panics with a [*Violation] if cond is false. It does nothing unless
// [Enabled]. The arguments are as for [fmt.Sprintf].
func Assert(cond bool, format string, args ...any) {
	if Enabled && !cond {
		panic(&Violation{fmt.Sprintf(format, args...)})
	}
}

// Mangle overwrites b, so that whoever still reads memory that has been given
// back sees rubbish at once and not now and then. It does nothing unless
// [Enabled]. Under -race the write also exposes a concurrent reader.
func Mangle(b []byte) {
	if Enabled {
		for i := range b {
			b[i] = mangled
		}
	}
}
