//go:build !linux

package wake

import "errors"

// Measure measures nothing: there is no way here to bind a thread to a processor.
func Measure() Times { return failed(errors.New("threads are bound to processors on Linux only")) }
