package ypipe

// Ahead reports whether the writer has just begun a chunk that is leadChunks or more behind the one
// in which the reader has given credit last. It is asked after messages, and says so once for each
// chunk. Writer only.
func (l *Log) Ahead() bool {
	w := &l.w
	if !w.begun {
		return false
	}
	w.begun = false
	return w.index-l.consumed.Load()>>strideBits >= leadChunks
}
