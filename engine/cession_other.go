//go:build !linux

package engine

const canCede = false

// cede is not called where the system's way to do it is not known.
func cede() {}
