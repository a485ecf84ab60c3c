//go:build !ypipemodel

package ypipe

import (
	"sync"
	"testing"
)

// perMessage reports the time of one of the n messages of each turn of the loop.
func perMessage(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/msg")
}

// BenchmarkLogAppendNext writes, publishes and reads messages of 10 bytes one by
// one, on one goroutine.
func BenchmarkLogAppendNext(b *testing.B) {
	l := newTestLog(0)
	msg := body(0, 10)
	b.ReportAllocs()
	for b.Loop() {
		for range 64 {
			l.send(msg)
		}
		for range 64 {
			l.Next()
		}
		select {
		case <-l.readable:
		default:
		}
	}
	perMessage(b, 64)
}

// BenchmarkLogAppend writes messages, and publishes them 64 at a time.
func BenchmarkLogAppend(b *testing.B) {
	l := newTestLog(0)
	msg := body(0, 10)
	b.ReportAllocs()
	for b.Loop() {
		for range 64 {
			l.Append(0, msg)
			l.EndMessage()
		}
		l.Flush()
		l.Discard()
	}
	perMessage(b, 64)
}

// BenchmarkLogPublish writes messages and publishes each one, while the reader is
// awake: the flush finds that nobody is to be woken.
func BenchmarkLogPublish(b *testing.B) {
	l := newTestLog(0)
	msg := body(0, 10)
	b.ReportAllocs()
	for b.Loop() {
		for range 64 {
			l.send(msg)
		}
		l.Discard()
	}
	perMessage(b, 64)
}

// BenchmarkEnd publishes positions by an exchange, as a Log does, and by a store, which would not be enough where the
// reader may be about to sleep; alone and while a reader on another processor looks. See
// docs/decisions/0024-ideas-that-were-measured.md.
func BenchmarkEnd(b *testing.B) {
	for _, looks := range []bool{false, true} {
		name := "/alone"
		if looks {
			name = "/looked at"
		}
		b.Run("exchange"+name, func(b *testing.B) {
			benchmarkEnd(b, looks, func(end *atomicInt64, v int64) { end.Swap(v) })
		})
		b.Run("store"+name, func(b *testing.B) { benchmarkEnd(b, looks, storeRelease) })
	}
}

func benchmarkEnd(b *testing.B, looks bool, publish func(end *atomicInt64, v int64)) {
	var l Log
	var reader sync.WaitGroup
	if looks {
		reader.Go(func() {
			for l.end.Load() != asleep {
			}
		})
	}
	for v := int64(1); b.Loop(); v++ {
		publish(&l.end, v)
	}
	l.end.Store(asleep)
	reader.Wait()
}

// BenchmarkLogSpans writes messages one by one and takes them as bytes, as for
// write(2).
func BenchmarkLogSpans(b *testing.B) {
	l := newTestLog(0)
	msg := body(0, 10)
	var spans [][]byte
	b.ReportAllocs()
	for b.Loop() {
		for range 64 {
			l.send(msg)
		}
		spans, _ = l.Spans(spans[:0], 1<<18)
		l.Commit()
	}
	perMessage(b, 64)
}

// BenchmarkLogReference passes on messages of 64 KiB.
func BenchmarkLogReference(b *testing.B) {
	l := newTestLog(0)
	msg := body(0, 64<<10)
	b.SetBytes(int64(len(msg)))
	b.ReportAllocs()
	for b.Loop() {
		l.send(msg)
		l.Next()
	}
}

// BenchmarkLogHandOver passes messages from one goroutine to another, under a
// high-water mark.
func BenchmarkLogHandOver(b *testing.B) {
	l := newTestLog(1000)
	msg := body(0, 10)
	var writer sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	writer.Go(func() {
		for range b.N {
			for l.Full() {
				<-l.writable
			}
			l.send(msg)
		}
	})
	for range b.N {
		for {
			if _, _, ok := l.Next(); ok {
				break
			}
			<-l.readable
		}
	}
	writer.Wait()
}

// BenchmarkPipe writes, publishes and reads items one by one.
func BenchmarkPipe(b *testing.B) {
	var p Pipe[int]
	b.ReportAllocs()
	for b.Loop() {
		p.Write(1)
		p.Flush()
		p.TryRead()
	}
}
