package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"os"
)

const (
	// chunkSize is how many bytes are parsed as one item, and a line more.
	chunkSize = 128 << 10

	// maxLine is the longest line that is not cut.
	maxLine = 64 << 10
)

// read yields the logs in chunks of whole lines. A file that cannot be read ends it:
// half a count is of no use.
func (c config) read(ctx context.Context) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		if len(c.paths) == 0 {
			chunks(ctx, newMadeUp(c.lines), yield)
			return
		}
		for _, path := range c.paths {
			f, err := os.Open(path)
			if err != nil {
				yield(nil, err)
				return
			}
			more := chunks(ctx, f, yield)
			f.Close() // read only: nothing is lost by an error
			if !more {
				return
			}
		}
	}
}

// chunks cuts what r has behind the ends of lines. It returns false if no more is
// wanted.
func chunks(ctx context.Context, r io.Reader, yield func([]byte, error) bool) bool {
	in := bufio.NewReaderSize(r, maxLine)
	for ctx.Err() == nil {
		chunk := make([]byte, chunkSize, chunkSize+maxLine)
		n, err := io.ReadFull(in, chunk)
		chunk = chunk[:n]
		if err == nil {
			var rest []byte
			if rest, err = in.ReadSlice('\n'); errors.Is(err, bufio.ErrBufferFull) {
				err = nil // a line that is too long is cut, and makes no sense anyway
			}
			chunk = append(chunk, rest...)
		}
		if len(chunk) > 0 && !yield(chunk, nil) {
			return false
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			return true
		default:
			yield(nil, err)
			return false
		}
	}
	return false
}

// madeUp is a log that is always the same.
type madeUp struct {
	lines  int // to come
	chance *rand.Rand
	rest   []byte
}

func newMadeUp(lines int) *madeUp {
	return &madeUp{lines: lines, chance: rand.New(rand.NewPCG(1, 2))}
}

// Read gives the next bytes of the log.
func (m *madeUp) Read(b []byte) (n int, err error) {
	for n < len(b) {
		if len(m.rest) == 0 {
			if m.lines == 0 {
				break
			}
			m.lines--
			m.rest = m.line(m.rest[:0])
		}
		k := copy(b[n:], m.rest)
		n, m.rest = n+k, m.rest[k:]
	}
	if n == 0 && len(b) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// line appends a line; one in a thousand makes no sense.
func (m *madeUp) line(b []byte) []byte {
	if m.chance.IntN(1000) == 0 {
		return append(b, "out of memory\n"...)
	}
	status := [...]int{200, 200, 200, 200, 200, 200, 304, 301, 404, 500}[m.chance.IntN(10)]
	return fmt.Appendf(b, "192.0.2.%d - - [10/Oct/2026:13:55:%02d +0000] \"GET /page/%d HTTP/1.1\" %d %d\n",
		m.chance.IntN(256), m.chance.IntN(60), m.chance.IntN(m.chance.IntN(200)+1), status, m.chance.IntN(100_000))
}
