package engine

import "testing"

func BenchmarkConsumeHeader(b *testing.B) {
	run := func(name string, stream []byte, frames int) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				for p := stream; len(p) > 0; {
					_, size, n := ConsumeHeader(p)
					p = p[uint64(n)+size:]
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(frames), "ns/frame")
		})
	}
	var short, mixed, long []byte
	for i := range 1000 {
		short = AppendFrame(short, 0, make([]byte, 10))
		mixed = AppendFrame(mixed, byte(i%2), make([]byte, 10+i%50))
		long = AppendFrame(long, 0, make([]byte, 256))
	}
	run("short", short, 1000)
	run("mixed", mixed, 1000)
	run("long", long, 1000)
}
