package arena

const (
	// backMin is the size from which memory that is about to be written is asked for at
	// once. Below that the call costs as much as what it saves.
	backMin = 32 << 10

	// copyPiece is how many bytes are copied between two points at which the goroutine can
	// be stopped. A single copy of many MiB would keep a collection of garbage that wants to
	// begin, and with it all other goroutines, from going on for milliseconds.
	copyPiece = 256 << 10
)

// GetBacked is [Pool.Get] for who is about to write all of size bytes. If the pool has
// none, the system gives the new ones their memory in one call: to have it come page by
// page, as they are touched, takes several times as long, and on some virtual machines
// a hundred times as long as the writing.
func (p *Pool) GetBacked(size int) *Buf {
	b, fresh := p.get(size)
	if fresh && size >= backMin {
		p.backing.ask(b.data[:size])
	}
	return b
}

// Copy returns a Buf of one reference that begins with a copy of body.
func (p *Pool) Copy(body []byte) *Buf {
	b := p.GetBacked(len(body))
	Fill(b.data, body)
	return b
}

// Fill copies src to dst, which is at least as long, and is not in the way of who wants to
// stop the goroutine meanwhile.
func Fill(dst, src []byte) {
	for len(src) > copyPiece {
		n := copy(dst, src[:copyPiece])
		dst, src = dst[n:], src[n:]
	}
	copy(dst, src)
}
