//go:build !linux

package ipc

// enlarge leaves the system's choice, as long as nobody has measured another one.
func enlarge(uintptr) {}
