package engine

const (
	// readChunk is how many bytes the chunks have that a connection reads to, and mostChunk
	// how many they have at most, while it is busy. The second is a power of two times the
	// first.
	readChunk = 64 << 10
	mostChunk = 128 << 10
)

// An appetite is how much a connection reads to one chunk. It grows where reads fill the chunks of
// a receiver that reads itself, which has taken all that was there before. Other connections keep to the
// least: who lets messages wait would only have more of them in memory, and of a thousand busy
// connections each would have chunks that no pool has room for.
type appetite struct {
	chunk   int  // bytes of a chunk that is to be begun
	run     int  // bytes that were there one after another, without a wait
	room    int  // that the read had; negative: it was not to be filled
	elastic bool // a connection that waits holds no memory
}

// ate notes that n bytes were read, by a receiver or not.
func (a *appetite) ate(n int, receiver bool) {
	a.run += n
	switch {
	case !receiver || !a.elastic:
		a.chunk = readChunk
	case n == a.room && n >= a.chunk/2:
		a.chunk = min(2*a.chunk, mostChunk)
	}
}

// starved notes that nothing was there.
func (a *appetite) starved() {
	if a.run < a.chunk/4 {
		a.chunk = max(a.chunk/2, readChunk)
	}
	a.run = 0
}
