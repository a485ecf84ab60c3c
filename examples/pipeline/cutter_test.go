package main

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"testing"
	"testing/iotest"
)

// pieces reads src to its end.
func pieces(t *testing.T, src io.Reader, size int, hint int64) []piece {
	t.Helper()
	c := newCutter(src, size, hint, new(buffers))
	defer c.close()
	for all := []piece(nil); ; {
		p, err := c.next()
		if err != nil {
			t.Fatal(err)
		}
		if all = append(all, p); p.last {
			return all
		}
		if len(p.data) == 0 {
			t.Fatal("an empty piece that is not the last: no progress")
		}
	}
}

func TestCutterCutsBehindWhiteSpace(t *testing.T) {
	for _, test := range []struct {
		text string
		size int
		want []string // a piece that continues a word begins with +
	}{
		{"", 8, []string{""}},
		{"12345678", 8, []string{"12345678"}},
		{"one two three", 8, []string{"one two ", "three"}},
		{"one two ", 8, []string{"one two "}},
		{"a\u3000bcde", 5, []string{"a\u3000", "bcde"}},
		{"123456789 a", 8, []string{"12345678", "+9 a"}},
		{"12345678 a", 8, []string{"12345678", "+ a"}},
		{"123456世", 8, []string{"123456", "+世"}},       // not within a rune
		{"12345世", 8, []string{"12345世"}},              // which ends with the piece
		{"12345世7", 8, []string{"12345世", "+7"}},       // and is whole
		{"1234\u3000", 5, []string{"1234", "+\u3000"}}, // not within a space either
		{"1234\x80\x80\x80\x80\x80", 8, []string{"1234\x80\x80\x80\x80", "+\x80"}},
		{"12345678123456781", 8, []string{"12345678", "+12345678", "+1"}},
	} {
		for _, hint := range []int64{0, int64(len(test.text)), 1 << 40} {
			var got []string
			for _, p := range pieces(t, bytes.NewReader([]byte(test.text)), test.size, hint) {
				mark := ""
				if p.continues {
					mark = "+"
				}
				got = append(got, mark+string(p.data))
			}
			if len(got) != len(test.want) {
				t.Errorf("%q cut to %q, want %q", test.text, got, test.want)
				continue
			}
			for i := range got {
				if got[i] != test.want[i] {
					t.Errorf("%q cut to %q, want %q", test.text, got, test.want)
				}
			}
		}
	}
}

// Whatever the file and however it is cut, the pieces counted one by one make
// what the whole makes.
func TestPiecesCountAsTheWhole(t *testing.T) {
	r := newRand(t)
	for range 300 {
		text := randomText(r, r.IntN(20_000), 1+r.IntN(3_000))
		var want expectation
		want.add(text)
		size := minChunk + r.IntN(2*minChunk)
		var got counts
		var words vocabulary
		var joined []byte
		for _, p := range pieces(t, iotest.HalfReader(bytes.NewReader(text)), size, r.Int64N(30_000)) {
			if len(p.data) > size {
				t.Fatalf("a piece of %d bytes, larger than %d", len(p.data), size)
			}
			got = got.plus(count(p.data, p.continues, &words))
			joined = append(joined, p.data...)
		}
		if !bytes.Equal(joined, text) {
			t.Fatal("the pieces are not the file")
		}
		if got != want.counts || !maps.Equal(tallies(&words), want.words) {
			t.Fatalf("counted %+v, want %+v; %d different words, want %d; text of %d bytes in pieces of %d",
				got, want.counts, len(tallies(&words)), len(want.words), len(text), size)
		}
	}
}

// Cuts as small as can be: every way to cut a rune or a space is met.
func TestTinyPiecesCountAsTheWhole(t *testing.T) {
	r := newRand(t)
	for range 2_000 {
		text := randomText(r, r.IntN(60), 1+r.IntN(8))
		var want expectation
		want.add(text)
		var got counts
		size := 4 + r.IntN(12)
		for _, p := range pieces(t, bytes.NewReader(text), size, 0) {
			got = got.plus(count(p.data, p.continues, new(vocabulary)))
		}
		if got != want.counts {
			t.Fatalf("%q in pieces of %d: counted %+v, want %+v", text, size, got, want.counts)
		}
	}
}

func TestCutterPassesErrorsOn(t *testing.T) {
	broken := errors.New("broken disk")
	text := bytes.Repeat([]byte("word "), 2_000)
	for _, good := range []int{0, 1, minChunk - 1, minChunk, minChunk + 1, len(text)} {
		c := newCutter(io.MultiReader(bytes.NewReader(text[:good]), iotest.ErrReader(broken)), minChunk, int64(len(text)), new(buffers))
		var err error
		for err == nil {
			var p piece
			if p, err = c.next(); p.last {
				t.Fatalf("after %d good bytes: a last piece, want an error", good)
			}
		}
		c.close()
		if !errors.Is(err, broken) {
			t.Errorf("after %d good bytes: %v", good, err)
		}
	}
}

func TestBuffers(t *testing.T) {
	var p buffers
	for _, size := range []int{0, 1, 4095, 4096, 4097, 1 << 20, 1<<20 + 1, maxChunk, maxChunk + 1} {
		b := p.get(size)
		if len(b) != 0 || cap(b) < size {
			t.Errorf("get(%d) has length %d, capacity %d", size, len(b), cap(b))
		}
		p.put(b[:min(1, cap(b))])
		if b := p.get(size); len(b) != 0 || cap(b) < size {
			t.Errorf("second get(%d) has length %d, capacity %d", size, len(b), cap(b))
		}
	}
	p.put(nil)
	p.put(make([]byte, 0, 5000)) // not ours, and between two classes
	if b := p.get(8000); cap(b) < 8000 {
		t.Errorf("capacity %d", cap(b))
	}
}
