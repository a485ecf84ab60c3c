package engine

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/zeroactor/zmq/internal/arena"
)

// TestOpeningOf: a write has an opening if what is large begins within it.
func TestOpeningOf(t *testing.T) {
	span := func(n int) []byte { return make([]byte, n) }
	for _, c := range []struct {
		name  string
		spans [][]byte
		i, n  int
	}{
		{"header and body", [][]byte{span(9), span(1 << 20)}, 1, openingSize - 9},
		{"one span", [][]byte{span(1 << 20)}, 0, openingSize},
		{"the least", [][]byte{span(9), span(openingMin)}, 1, openingSize - 9},
		{"less than the least", [][]byte{span(9), span(openingMin - 1)}, 0, 0},
		{"small messages before it", [][]byte{span(1000), span(9), span(1 << 20)}, 2, openingSize - 1009},
		{"many of them", [][]byte{span(openingSize), span(9), span(1 << 20)}, 0, 0},
		{"a body that ends with the opening", [][]byte{span(9), span(openingSize - 9), span(9), span(100)}, 0, 0},
		{"small messages only", [][]byte{span(9), span(100)}, 0, 0},
		{"nothing", nil, 0, 0},
	} {
		if i, n := openingOf(c.spans); n != c.n || n > 0 && i != c.i {
			t.Errorf("%s: %d bytes of span %d, want %d of %d", c.name, n, i, c.n, c.i)
		}
	}
}

// TestOpeningLosesNothing: what is written with an opening arrives as it is, by both ways to write.
func TestOpeningLosesNothing(t *testing.T) {
	head, body := []byte("head of it"), make([]byte, 3<<20)
	for i := range body {
		body[i] = byte(i * i >> 8)
	}
	want := append(bytes.Clone(head), body...)
	write := map[string]func(a net.Conn) error{
		"sink": func(a net.Conn) error {
			spans := [][]byte{head, body}
			n, err := newSink(a, somePort()).write(spans, true)
			if err == nil && n != len(want) {
				err = fmt.Errorf("%d bytes written", n)
			}
			return err
		},
		"handle": func(a net.Conn) error {
			h := openHandle(a)
			defer h.close()
			left := [2][]byte{head, body}
			for len(left[1]) > 0 {
				n, err := h.write(left[0], left[1])
				if err != nil {
					return err
				}
				if n > 0 {
					left[0], left[1] = nil, left[1][n-len(left[0]):]
				}
				if err := h.wait(); err != nil {
					return err
				}
			}
			return nil
		},
	}
	for name, write := range write {
		t.Run(name, func(t *testing.T) {
			a, b := pair(t, "tcp", "127.0.0.1:0")
			a.SetDeadline(time.Now().Add(30 * time.Second))
			b.SetDeadline(time.Now().Add(30 * time.Second))
			failed := make(chan error, 1)
			go func() { failed <- write(a) }()
			got := make([]byte, len(want))
			if _, err := io.ReadFull(b, got); err != nil {
				t.Fatal(err)
			}
			if err := <-failed; err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Error("it is not what was written")
			}
		})
	}
}

// BenchmarkOpening sends a body and has it come back, over tcp between two goroutines, with an opening and without.
func BenchmarkOpening(b *testing.B) {
	for _, opens := range []bool{true, false} {
		for _, size := range []int{128 << 10, 1 << 20} {
			b.Run(fmt.Sprintf("opening=%v/size=%d", opens, size), func(b *testing.B) {
				near, far := pair(b, "tcp", "127.0.0.1:0")
				go echo(far, size, opens)
				header, body := make([]byte, 9), make([]byte, size)
				out := opener(near, opens)
				b.SetBytes(2 * int64(size))
				for b.Loop() {
					if _, err := out.write([][]byte{header, body}, true); err != nil {
						b.Fatal(err)
					}
					if err := readBoth(near, header, body); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// somePort returns one that hears of progress and does nothing.
func somePort() *Port { return NewPort(arena.NewPool(0), 0, 0, func() {}, func() {}) }

// opener returns a sink for nc with opens or without.
func opener(nc net.Conn, opens bool) sink {
	s := newSink(nc, somePort()).(*fdSink)
	s.tcp = opens
	return s
}

// echo sends back what comes: headers, and bodies of size bytes.
func echo(nc net.Conn, size int, opens bool) {
	out := opener(nc, opens)
	header, body := make([]byte, 9), make([]byte, size)
	for readBoth(nc, header, body) == nil {
		if _, err := out.write([][]byte{header, body}, true); err != nil {
			return
		}
	}
}

func readBoth(nc net.Conn, header, body []byte) error {
	if _, err := io.ReadFull(nc, header); err != nil {
		return err
	}
	_, err := io.ReadFull(nc, body)
	return err
}
