package main

import (
	"bytes"
	"io"
	"unicode"
	"unicode/utf8"
)

// A piece is a file's content, or a part of it if the file is large.
type piece struct {
	data      []byte // from the cutter's buffers, owned by whoever gets the piece
	continues bool   // begins within a word that began in an earlier piece
	last      bool
}

// A cutter reads a file in pieces of at most size bytes, cut behind white
// space, so that each can be counted without the others. Only a word that
// leaves no white space in a whole piece is cut itself, between two runes; the
// piece after the cut says that it continues a word.
type cutter struct {
	src  io.Reader
	size int // bytes, at least minChunk
	pool *buffers

	buf       []byte // read, but not yet handed out
	continues bool
}

// newCutter returns a cutter of src, which is expected to have about hint
// bytes. A wrong hint costs some copying, nothing else.
func newCutter(src io.Reader, size int, hint int64, pool *buffers) *cutter {
	first := int(min(max(hint, 0), int64(size)))
	return &cutter{src: src, size: size, pool: pool, buf: pool.get(first)}
}

// next returns the next piece. There is always one, if only an empty one, and
// none may be asked for after the last. The error is that of the reader and is
// final.
func (c *cutter) next() (piece, error) {
	ahead, more, err := c.fill()
	if err != nil {
		return piece{}, err
	}
	p := piece{data: c.buf, continues: c.continues, last: !more}
	c.buf = nil
	if more {
		at, inWord := cut(p.data)
		rest := append(c.pool.get(c.size), p.data[at:]...)
		c.buf = append(rest, ahead)
		c.continues = inWord
		p.data = p.data[:at]
	}
	return p, nil
}

// fill reads until buf has size bytes or the file ends. If the file has more,
// ahead is its next byte: only a byte beyond the piece tells whether this one
// is the last.
func (c *cutter) fill() (ahead byte, more bool, err error) {
	for {
		if err := c.fillRoom(); err == io.EOF {
			return 0, false, nil
		} else if err != nil {
			return 0, false, err
		}
		var one [1]byte
		if _, err := io.ReadFull(c.src, one[:]); err == io.EOF {
			return 0, false, nil
		} else if err != nil {
			return 0, false, err
		}
		if len(c.buf) == c.size {
			return one[0], true, nil
		}
		grown := append(c.pool.get(min(2*len(c.buf), c.size)), c.buf...)
		c.pool.put(c.buf)
		c.buf = append(grown, one[0])
	}
}

// fillRoom reads until what room buf has, up to size bytes, is full. It
// returns io.EOF if the file ends before.
func (c *cutter) fillRoom() error {
	room := min(cap(c.buf), c.size)
	n, err := io.ReadFull(c.src, c.buf[len(c.buf):room])
	c.buf = c.buf[:len(c.buf)+n]
	if err == io.ErrUnexpectedEOF {
		return io.EOF
	}
	return err
}

// cut returns where to cut text so that nothing is cut in two: behind the last
// white space or, if there is none, within a word between two runes. Text is
// not empty, and the place is not its beginning.
func cut(text []byte) (at int, inWord bool) {
	if i := bytes.LastIndexFunc(text, unicode.IsSpace); i >= 0 {
		_, n := utf8.DecodeRune(text[i:])
		return i + n, false
	}
	// A rune may be in the making at the end: it would begin in the last three bytes.
	for i := len(text) - 1; i > 0 && i >= len(text)-utf8.UTFMax+1; i-- {
		if utf8.RuneStart(text[i]) {
			if !utf8.FullRune(text[i:]) {
				return i, true
			}
			break
		}
	}
	return len(text), true
}

// close gives back what was read and not handed out.
func (c *cutter) close() {
	c.pool.put(c.buf)
	c.buf = nil
}
