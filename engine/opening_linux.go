package engine

// A write of openingMin bytes or more to a tcp connection begins with one of openingSize, for two reasons.
//
// The peer is woken by it, and reads while the rest is copied: a wake-up is often not done before the call that
// causes it returns.
//
// And it changes where the rest is copied to. Linux copies into pieces of 32 KiB, or of a page, and begins a new one
// where fewer than 32 bytes are left. If nothing is on its way a write begins at the start of a piece, and a
// body behind a header of nine bytes is copied from the start of a page, where large slices lie, to nine bytes behind the start of
// another. A processor that compares the lower 12 bits of addresses first takes what it is about to read for what it has just written,
// and needs twice as long. The opening leaves 31 bytes of a piece, so that the rest lies 40 bytes ahead. See
// docs/decisions/0020-large-messages-over-tcp.md.
const (
	openingSize = 32<<10 - 31
	openingMin  = 96 << 10
)

// openingOf returns the index of the span in which the opening of a write ends, and how many of its bytes belong to it, or n = 0
// if the write is to have none.
func openingOf(spans [][]byte) (i, n int) {
	n = openingSize
	for i, s := range spans {
		if n < len(s) {
			if len(s) < openingMin {
				break
			}
			return i, n
		}
		n -= len(s)
	}
	return 0, 0
}
