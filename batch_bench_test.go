package zmq

import "testing"

// What a small message costs in a batch.
func BenchmarkBatch(b *testing.B) {
	const n = 1000
	body := []byte("0123456789")
	var batch Batch
	b.Run("append", func(b *testing.B) {
		b.ReportAllocs()
		for i := range b.N {
			if i%n == 0 {
				batch.Reset()
			}
			batch.Append(body)
		}
	})
	for batch.Len() < n {
		batch.Append(body)
	}
	b.Run("frames", func(b *testing.B) {
		b.ReportAllocs()
		sum := 0
		for i := 0; i < b.N; i += n {
			for body, more := range batch.Frames() {
				if more {
					b.Fatal("more")
				}
				sum += len(body)
			}
		}
		if sum < 10*b.N {
			b.Fatal(sum)
		}
	})
}
