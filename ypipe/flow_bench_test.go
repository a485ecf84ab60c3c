//go:build !ypipemodel

package ypipe

import (
	"sync"
	"testing"
)

// A parker is an end of a flow that waits.
type parker chan struct{}

func (p parker) wake() {
	select {
	case p <- struct{}{}:
	default:
	}
}

// BenchmarkFlowStages passes items through a hundred goroutines, each of which
// publishes what it has when it may have to wait.
func BenchmarkFlowStages(b *testing.B) {
	const stages = 100
	type end struct {
		*Flow[int]
		readable, writable parker
	}
	ends := make([]end, stages+1)
	for i := range ends {
		e := &ends[i]
		e.readable, e.writable = make(parker, 1), make(parker, 1)
		e.Flow = NewFlow[int](256, e.readable.wake, e.writable.wake)
	}
	put := func(e *end, v int) {
		for e.Full() {
			e.Flush()
			<-e.writable
		}
		e.Write(v)
		e.FlushLazily()
	}
	take := func(e *end) []int {
		for {
			if v := e.View(); v != nil {
				return v
			}
			<-e.readable
		}
	}
	b.ReportAllocs()
	var all sync.WaitGroup
	for i := range stages {
		in, out := &ends[i], &ends[i+1]
		all.Go(func() {
			for n := 0; n < b.N; {
				view := take(in)
				for _, v := range view {
					put(out, v+1)
				}
				in.Take(len(view))
				out.Flush()
				n += len(view)
			}
		})
	}
	all.Go(func() {
		for i := range b.N {
			put(&ends[0], i)
		}
		ends[0].Flush()
	})
	for n := 0; n < b.N; {
		v := take(&ends[stages])
		n += len(v)
		ends[stages].Take(len(v))
	}
	all.Wait()
}

// BenchmarkChannelStages is the same with channels.
func BenchmarkChannelStages(b *testing.B) {
	const stages = 100
	ends := make([]chan int, stages+1)
	for i := range ends {
		ends[i] = make(chan int, 1024)
	}
	b.ReportAllocs()
	var all sync.WaitGroup
	for i := range stages {
		all.Go(func() {
			for range b.N {
				ends[i+1] <- 1 + <-ends[i]
			}
		})
	}
	all.Go(func() {
		for i := range b.N {
			ends[0] <- i
		}
	})
	for range b.N {
		<-ends[stages]
	}
	all.Wait()
}
