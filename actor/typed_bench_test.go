package actor

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"github.com/zeroactor/zmq/internal/invariant"
)

// closingAfter returns a build function of actors that close done after so many
// messages.
func closingAfter(goal int, done chan struct{}) func(Ref[int]) Actor[int] {
	n := 0
	return func(Ref[int]) Actor[int] {
		return Func[int](func(context.Context, int) error {
			if n++; n == goal {
				close(done)
			}
			return nil
		})
	}
}

// BenchmarkTell sends from some goroutines to one actor, until all is handled.
func BenchmarkTell(b *testing.B) {
	for _, senders := range []int{1, 4, 16} {
		b.Run(fmt.Sprint(senders), func(b *testing.B) {
			b.ReportAllocs()
			_ = Run(context.Background(), Config{}, func(ctx context.Context, s *Supervisor) error {
				each := (b.N + senders - 1) / senders
				done := make(chan struct{})
				ref, err := Start(s, "counter", closingAfter(each*senders, done))
				if err != nil {
					return err
				}
				var all sync.WaitGroup
				for range senders {
					all.Go(func() {
						for i := range each {
							_ = ref.Send(ctx, i)
						}
					})
				}
				all.Wait()
				<-done
				return nil
			})
		})
	}
}

// BenchmarkHop passes one token around a hundred actors.
func BenchmarkHop(b *testing.B) {
	b.ReportAllocs()
	_ = Run(context.Background(), Config{}, func(ctx context.Context, s *Supervisor) error {
		const ring = 100
		refs := make([]Ref[int], ring)
		done := make(chan struct{})
		for i := range refs {
			refs[i], _ = Start(s, "", func(Ref[int]) Actor[int] {
				return Func[int](func(ctx context.Context, left int) error {
					if left == 0 {
						close(done)
						return nil
					}
					return refs[(i+1)%ring].Send(ctx, left-1)
				})
			})
		}
		_ = refs[0].Send(ctx, b.N)
		<-done
		return nil
	})
}

// BenchmarkAsk asks from outside.
func BenchmarkAsk(b *testing.B) {
	b.ReportAllocs()
	_ = Run(context.Background(), Config{}, func(ctx context.Context, s *Supervisor) error {
		ref, _ := Start(s, "echo", func(Ref[ReplyTo[int]]) Actor[ReplyTo[int]] {
			return Func[ReplyTo[int]](func(_ context.Context, r ReplyTo[int]) error { return r.Send(1) })
		})
		for b.Loop() {
			if _, err := Ask(ctx, ref, func(r ReplyTo[int]) ReplyTo[int] { return r }); err != nil {
				b.Error(err)
			}
		}
		return nil
	})
}

// BenchmarkActorSpawnStop starts an actor and stops it.
func BenchmarkActorSpawnStop(b *testing.B) {
	b.ReportAllocs()
	_ = Run(context.Background(), Config{}, func(ctx context.Context, s *Supervisor) error {
		nothing := Func[int](func(context.Context, int) error { return nil })
		for b.Loop() {
			ref, err := Start(s, "", func(Ref[int]) Actor[int] { return nothing })
			if err != nil {
				b.Fatal(err)
			}
			if err := ref.Stop(ctx); err != nil {
				b.Error(err)
			}
		}
		return nil
	})
}

// A message costs no allocation, nor does waking an actor for it.
func TestTellAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	err := Run(t.Context(), Config{}, func(ctx context.Context, s *Supervisor) error {
		seen := make(chan struct{}, 1)
		ref := mustStart(t, s, "sink", func(Ref[counterMsg]) Actor[counterMsg] {
			return Func[counterMsg](func(context.Context, counterMsg) error {
				seen <- struct{}{}
				return nil
			})
		})
		var m counterMsg = add{1}
		hop := func() {
			if err := ref.Send(ctx, m); err != nil {
				t.Error(err)
			}
			<-seen
		}
		for range 100 { // the mailbox grows, and the runtime makes goroutines that it will reuse
			hop()
		}
		if n := testing.AllocsPerRun(1000, hop); n >= 1 {
			t.Errorf("%v allocations a message", n)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// BenchmarkLookup finds one of a thousand actors, from all processors at once.
func BenchmarkLookup(b *testing.B) {
	s, err := New(b.Context(), Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Stop(context.Background())
	names := make([]string, 1000)
	for i := range names {
		names[i] = "actor " + strconv.Itoa(i)
		if _, err := Start(s, names[i], closingAfter(0, nil)); err != nil {
			b.Fatal(err)
		}
	}
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			if _, err := Lookup[int](s, names[i%len(names)]); err != nil {
				b.Error(err)
			}
		}
	})
}
