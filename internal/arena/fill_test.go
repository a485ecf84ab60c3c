//go:build !ypipemodel

package arena

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// Copy has all bytes of any length, also around the size of a piece, in memory of the pool's.
func TestCopy(t *testing.T) {
	p := NewPool(0)
	defer p.Close()
	body := make([]byte, 3*copyPiece+100)
	rng := rand.NewChaCha8([32]byte{1})
	rng.Read(body)
	for _, n := range []int{0, 1, 511, backMin, copyPiece - 1, copyPiece, copyPiece + 1, 2 * copyPiece, len(body)} {
		for range 2 { // of new memory, and of memory used before
			b := p.Copy(body[:n])
			if !bytes.Equal(b.Bytes()[:n], body[:n]) || !b.Unique() {
				t.Errorf("%d bytes: the copy is another, or not ours alone", n)
			}
			clear(b.Bytes())
			b.Release()
		}
	}
}

// Fill writes nothing behind what it copies.
func TestFill(t *testing.T) {
	for _, n := range []int{0, 1, copyPiece, copyPiece + 1} {
		dst := bytes.Repeat([]byte{1}, n+10)
		Fill(dst, make([]byte, n))
		if !bytes.Equal(dst[n:], bytes.Repeat([]byte{1}, 10)) || bytes.ContainsAny(dst[:n], "\x01") {
			t.Errorf("%d bytes: not these were written", n)
		}
	}
}

// BenchmarkCopyFresh copies to memory that the pool has and that it has not.
func BenchmarkCopyFresh(b *testing.B) {
	for _, c := range []struct {
		name string
		get  func(p *Pool, size int) *Buf
	}{{"touched", (*Pool).Get}, {"backed", (*Pool).GetBacked}} {
		b.Run(c.name, func(b *testing.B) {
			p := NewPool(-1) // keeps nothing
			body := make([]byte, 16<<20)
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				buf := c.get(p, len(body))
				Fill(buf.Bytes(), body)
				buf.Release()
			}
		})
	}
}
