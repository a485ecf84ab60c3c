package patterns

import (
	"fmt"
	"slices"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/internal/arena"
	"github.com/zeroactor/zmq/ypipe"
)

// TestFairQueueRemove takes pipes out of the middle of a round: the others keep
// their turns.
func TestFairQueueRemove(t *testing.T) {
	for n := 1; n <= 4; n++ {
		for next := range n {
			for gone := range n {
				var q fairQueue
				for range n {
					q.add(new(pipe))
				}
				q.next = next
				turn, out := q.active[next], q.active[gone]
				q.remove(out)
				q.remove(out) // is not there any more
				if len(q.active) != n-1 || slices.Contains(q.active, out) || out.queued {
					t.Fatalf("%d of %d: still there", gone, n)
				}
				if gone != next && q.active[q.next] != turn {
					t.Errorf("%d of %d: the turn of %d is lost", gone, n, next)
				}
				if n > 1 && q.next >= n-1 {
					t.Errorf("%d of %d, at %d: nobody's turn, %d", gone, n, next, q.next)
				}
			}
		}
	}
}

// BenchmarkFairQueue takes messages of 10 bytes from pipes in turn. What it takes to
// write them is in the figure (ypipe's BenchmarkLogPublish).
func BenchmarkFairQueue(b *testing.B) {
	for _, n := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("pipes=%d", n), func(b *testing.B) {
			var q fairQueue
			pool := arena.NewPool(0)
			pipes := make([]*pipe, n)
			for i := range pipes {
				p := newPipe(nil, nil)
				p.in = ypipe.NewLog(pool, 0, func() { q.add(p) }, func() {})
				q.add(p)
				pipes[i] = p
			}
			const each = 64
			var m zmq.Message
			body := make([]byte, 10)
			b.ReportAllocs()
			for b.Loop() {
				for _, p := range pipes {
					for range each {
						p.in.Append(0, body)
						p.in.EndMessage()
						p.in.Flush()
					}
				}
				for range n * each {
					if err := q.take(&m); err != nil {
						b.Fatal(err)
					}
				}
				if q.take(&m) != errWait {
					b.Fatal("a message too many")
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n*each), "ns/msg")
		})
	}
}

// A pipe that has been read out is forgotten with its peer, though nobody has looked
// since whether there is more.
func TestReadOutPipeGoesWithItsPeer(t *testing.T) {
	ctx := NewContext()
	defer ctx.Close()
	pull, _ := NewPull(InContext(ctx))
	push, _ := NewPush(InContext(ctx))
	if _, err := pull.Bind("inproc://read out"); err != nil {
		t.Fatal(err)
	}
	if err := push.Connect("inproc://read out"); err != nil {
		t.Fatal(err)
	}
	if err := push.SendBytes(t.Context(), []byte("m")); err != nil {
		t.Fatal(err)
	}
	if _, err := pull.Recv(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := pull.Stats().Pipes; n != 1 {
		t.Fatalf("%d pipes to one peer", n)
	}
	push.Close()
	if n := pull.Stats().Pipes; n != 0 {
		t.Errorf("%d pipes, and no peer", n)
	}
}
