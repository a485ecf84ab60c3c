package engine

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"
)

// "A short frame has a body of 0 to 255 octets. A long frame has a body of 0 to
// 2^63-1 octets."
// https://rfc.zeromq.org/spec/37/#framing
func TestHeaderBytes(t *testing.T) {
	for _, tt := range []struct {
		flags byte
		size  int
		want  string
	}{
		{0, 0, "\x00\x00"},
		{FlagMore, 1, "\x01\x01"},
		{0, 255, "\x00\xff"},
		{0, 256, "\x02\x00\x00\x00\x00\x00\x00\x01\x00"},
		{FlagMore, 65536, "\x03\x00\x00\x00\x00\x00\x01\x00\x00"},
		{FlagCommand, 255, "\x04\xff"},
		{FlagCommand, 256, "\x06\x00\x00\x00\x00\x00\x00\x01\x00"},
		{FlagLong, 255, "\x00\xff"}, // LONG is by size alone
		{0, math.MaxInt32, "\x02\x00\x00\x00\x00\x7f\xff\xff\xff"},
	} {
		got := AppendHeader([]byte("x"), tt.flags, tt.size)
		if string(got) != "x"+tt.want {
			t.Errorf("AppendHeader(%#x, %d) = %x, want %x", tt.flags, tt.size, got[1:], tt.want)
		}
		flags, size, n := ConsumeHeader([]byte(tt.want + "body"))
		if flags != tt.want[0] || size != uint64(tt.size) || n != len(tt.want) {
			t.Errorf("ConsumeHeader(%x) = %#x, %d, %d", tt.want, flags, size, n)
		}
		for i := range tt.want {
			if _, _, n := ConsumeHeader([]byte(tt.want[:i])); n != 0 {
				t.Errorf("ConsumeHeader(%x) = %d, want more", tt.want[:i], n)
			}
		}
	}
}

// A long header may hold a size that needs none, as libzmq's decoder takes it.
func TestLongHeaderOfShortBody(t *testing.T) {
	b := []byte{FlagLong | FlagMore, 0, 0, 0, 0, 0, 0, 0, 5}
	if flags, size, n := ConsumeHeader(b); flags != FlagLong|FlagMore || size != 5 || n != longHeader {
		t.Errorf("%#x, %d, %d", flags, size, n)
	}
}

// "Bits 7-3 are reserved for future use and MUST be zero." "[MORE] SHALL be zero
// on command frames."
// https://rfc.zeromq.org/spec/37/#framing
func TestReservedFlagsAreMalformed(t *testing.T) {
	valid := map[byte]bool{0: true, 1: true, 2: true, 3: true, 4: true, 6: true}
	for f := range 256 {
		b := append([]byte{byte(f)}, make([]byte, 8)...)
		if _, _, n := ConsumeHeader(b); n > 0 != valid[byte(f)] {
			t.Errorf("flags %#x: n = %d", f, n)
		}
		// The flags alone show it.
		if _, _, n := ConsumeHeader(b[:1]); n < 0 == valid[byte(f)] {
			t.Errorf("flags %#x alone: n = %d", f, n)
		}
	}
}

func TestSizeWithTopBitIsMalformed(t *testing.T) {
	for size, ok := range map[uint64]bool{1 << 63: false, math.MaxUint64: false, 1<<63 - 1: true} {
		b := binary.BigEndian.AppendUint64([]byte{FlagLong}, size)
		if _, got, n := ConsumeHeader(b); ok && (got != size || n != longHeader) || !ok && n >= 0 {
			t.Errorf("size %d: got %d, n %d", size, got, n)
		}
	}
}

// TestConsumeHeaderAgainstTwin compares it with one that follows the text of
// the RFC word by word, on every pair of first octets.
func TestConsumeHeaderAgainstTwin(t *testing.T) {
	for f := range 256 {
		for l := range 256 {
			for size := range 12 {
				b := append([]byte{byte(f), byte(l)}, bytes.Repeat([]byte{7}, 10)...)[:size]
				flags, body, n := ConsumeHeader(b)
				wantFlags, wantBody, wantN := twinHeader(b)
				if flags != wantFlags || body != wantBody || n != wantN {
					t.Fatalf("%x: %#x %d %d, want %#x %d %d", b, flags, body, n, wantFlags, wantBody, wantN)
				}
			}
		}
	}
}

func twinHeader(b []byte) (flags byte, size uint64, n int) {
	if len(b) < 1 {
		return 0, 0, 0
	}
	more, long, command, reserved := b[0]&1 != 0, b[0]&2 != 0, b[0]&4 != 0, b[0]&0xF8 != 0
	if reserved || command && more {
		return b[0], 0, -1
	}
	n = 2
	if long {
		n = 9
	}
	if len(b) < n {
		return b[0], 0, 0
	}
	for _, c := range b[1:n] {
		size = size<<8 | uint64(c)
	}
	if size>>63 != 0 {
		return b[0], 0, -1
	}
	return b[0], size, n
}

// BenchmarkConsumeHeader walks over the headers of a stream of frames, as the
// reader does.
func BenchmarkConsumeHeader(b *testing.B) {
	const frames = 1000
	run := func(name string, size func(i int) int) {
		var stream []byte
		for i := range frames {
			stream = AppendFrame(stream, byte(i%2), make([]byte, size(i)))
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for p := stream; len(p) > 0; {
					_, size, n := ConsumeHeader(p)
					p = p[uint64(n)+size:]
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/frames, "ns/frame")
		})
	}
	run("short", func(int) int { return 10 })
	run("mixed", func(i int) int { return 10 + i%500 })
	run("long", func(int) int { return 256 })
}
