package engine

import (
	"fmt"
	"testing"

	"github.com/zeroactor/zmq/internal/arena"
)

// BenchmarkDecode makes 64 KiB that were read from a connection part of its log, as
// the reader does after each read. The copy that stands for the read is in the
// figure.
func BenchmarkDecode(b *testing.B) {
	for _, size := range []int{10, 100, 1024} {
		var wire []byte
		frames := 0
		for ; len(wire) < 64<<10; frames++ {
			wire = AppendFrame(wire, 0, make([]byte, size))
		}
		b.Run(fmt.Sprintf("size=%d", size), func(b *testing.B) {
			c := &Conn{port: NewPort(arena.NewPool(0), 0, 0, func() {}, func() {})}
			in := c.port.In
			c.reader.init(&larder{}, in, -1, new(Traffic))
			b.SetBytes(int64(len(wire)))
			b.ReportAllocs()
			for b.Loop() {
				copy(in.Reserve(0, len(wire), readChunk), wire)
				if _, err := c.parseMore(len(wire)); err != nil {
					b.Fatal(err)
				}
				if n := in.Discard(); n != int64(frames) {
					b.Fatalf("%d messages decoded, want %d", n, frames)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(frames), "ns/msg")
		})
	}
}

// BenchmarkEncode appends headers and bodies of frames.
func BenchmarkEncode(b *testing.B) {
	for _, size := range []int{10, 1024} {
		b.Run(fmt.Sprintf("size=%d", size), func(b *testing.B) {
			body, wire := make([]byte, size), make([]byte, 0, size+16)
			b.ReportAllocs()
			for b.Loop() {
				wire = AppendFrame(wire[:0], 0, body)
			}
		})
	}
}
