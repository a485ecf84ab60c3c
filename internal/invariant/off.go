//go:build !race && !zmqdebug

package invariant

// Enabled says whether the checks are compiled in: under -race, or with the
// build tag zmqdebug.
const Enabled = false
