package actor

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"
	"unsafe"
)

// BenchmarkSpawnStop spawns one node and stops it, waiting for its end.
func BenchmarkSpawnStop(b *testing.B) {
	for name, c := range map[string]struct {
		opts Options
		spec Spec
	}{
		"passive": {},
		"run":     {spec: Spec{Run: obedient}},
		"labels":  {Options{Labels: true}, Spec{Run: obedient}},
	} {
		b.Run(name, func(b *testing.B) {
			root := NewRoot("top", c.opts)
			b.ReportAllocs()
			for b.Loop() {
				n, err := root.Spawn("n", c.spec)
				if err != nil {
					b.Fatal(err)
				}
				if err := n.Stop(context.Background()); err != nil {
					b.Fatal(err)
				}
			}
			root.Stop(context.Background())
		})
	}
}

// grow makes a tree of 100,000 nodes, fan children to a node.
func grow(b *testing.B, root *Node, fan int, spec Spec) {
	level := []*Node{root}
	for made := 0; made < 100_000; {
		parent := level[0]
		level = level[1:]
		for range min(fan, 100_000-made) {
			n, err := parent.Spawn("n", spec)
			if err != nil {
				b.Fatal(err)
			}
			level = append(level, n)
			made++
		}
	}
}

// BenchmarkStopTree stops a tree of 100,000 nodes, a node being an operation.
func BenchmarkStopTree(b *testing.B) {
	for name, spec := range map[string]Spec{"passive": {}, "run": {Run: obedient}} {
		for _, fan := range []int{1, 10, 100_000} {
			b.Run(fmt.Sprintf("%s/fan=%d", name, fan), func(b *testing.B) {
				var took time.Duration
				for b.Loop() {
					root := NewRoot("top", Options{})
					grow(b, root, fan, spec)
					start := time.Now()
					if err := root.Stop(context.Background()); err != nil {
						b.Fatal(err)
					}
					took += time.Since(start)
				}
				b.ReportMetric(float64(took.Milliseconds())/float64(b.N), "stop-ms")
			})
		}
	}
}

// BenchmarkIdle measures what 100,000 idle nodes take.
func BenchmarkIdle(b *testing.B) {
	for name, spec := range map[string]Spec{"passive": {}, "run": {Run: obedient}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				root := NewRoot("top", Options{})
				before := inUse()
				grow(b, root, 10, spec)
				time.Sleep(100 * time.Millisecond) // real time, for goroutines to park
				after := inUse()
				b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/100_000, "heap-B/node")
				b.ReportMetric((float64(after.StackInuse)-float64(before.StackInuse))/100_000, "stack-B/node")
				root.Stop(context.Background())
			}
		})
	}
}

func inUse() (m runtime.MemStats) {
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m
}

// A passive node must stay small: a context may have a hundred thousand.
func TestNodeSize(t *testing.T) {
	if size := unsafe.Sizeof(Node{}); size > 128 { // a size class of the allocator
		t.Errorf("a Node takes %d bytes", size)
	}
}

// An actor must stay small as well: there may be a million. The size class of the allocator is one that is a
// multiple of a line of the cache, and the one below is not.
func TestCellSize(t *testing.T) {
	if size := unsafe.Sizeof(cell[*int]{}); size <= 288 || size > 320 {
		t.Errorf("a cell takes %d bytes", size)
	}
}
