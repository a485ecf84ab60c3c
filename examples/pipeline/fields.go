package main

import "encoding/binary"

// Messages are made of two kinds of fields: unsigned varints as
// encoding/binary has them, and texts, which are their length in bytes as such
// a number, then the bytes.
//
// The decoders return a value and the number of bytes it took, which is
// negative if b does not begin with such a value. They never panic, and take
// no memory by a length that somebody claims.

func appendUint(b []byte, v uint64) []byte { return binary.AppendUvarint(b, v) }

func appendText[T ~string | ~[]byte](b []byte, text T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

func consumeUint(b []byte) (v uint64, n int) {
	v, n = binary.Uvarint(b)
	if n <= 0 {
		return 0, -1
	}
	return v, n
}

// consumeText returns a view of b. A text of more than limit bytes is an error.
func consumeText(b []byte, limit int) (text []byte, n int) {
	length, n := consumeUint(b)
	if n < 0 || length > uint64(limit) || length > uint64(len(b)-n) {
		return nil, -1
	}
	end := n + int(length)
	return b[n:end:end], end
}

// A fieldReader takes one field after another off the front of b. After the
// first that is malformed, bad is set and all further ones are zero.
type fieldReader struct {
	b   []byte
	bad bool
}

func (r *fieldReader) uint() uint64 {
	v, n := consumeUint(r.b)
	r.skip(n)
	return v
}

// text returns a copy.
func (r *fieldReader) text() string {
	v, n := consumeText(r.b, maxText)
	r.skip(n)
	return string(v)
}

func (r *fieldReader) skip(n int) {
	if n < 0 {
		r.b, r.bad = nil, true
		return
	}
	r.b = r.b[n:]
}

// whole reports whether all fields were well formed and nothing follows them.
func (r *fieldReader) whole() bool { return !r.bad && len(r.b) == 0 }
