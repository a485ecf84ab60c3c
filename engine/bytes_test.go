package engine

import (
	"fmt"
	"testing"
	"testing/synctest"
)

// The log from a peer is not filled over its high-water mark in bytes, but by one
// message, in every framing, and however the bytes come; and all arrives.
func TestReaderStopsAtByteMark(t *testing.T) {
	for _, size := range []int{0, 100, 991, 5000, 30_000} {
		for _, version := range [][2]int{{3, 1}, {1, 0}} {
			for _, mark := range []int64{1, 10_000, 200_000} {
				t.Run(fmt.Sprint(size, version, mark), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						a, b := newMemConns(4 << 20)
						e := newEnd(0, 0)
						e.LimitBytes(0, mark)
						cfg := testConfig("PULL", e.Port)
						cfg.Handshake.MaxVersion = version
						r := established(t, cfg, a, b)
						m := message{make([]byte, size)}
						wire := int64(len(AppendFrame(nil, 0, m[0])))
						n := int(2*mark/wire) + 3
						for range n {
							if version[0] == 1 {
								b.Write(append(appendV1Header(nil, 0, size), m[0]...))
							} else {
								b.Write(AppendFrame(nil, 0, m[0]))
							}
						}
						synctest.Wait()
						if held := e.In.Written() * wire; held < mark || held >= mark+wire {
							t.Errorf("%d bytes are held", held)
						}
						b.Close()
						for range n {
							e.want(t, m)
						}
						r.wait()
					})
				})
			}
		}
	}
}
