//go:build !ypipemodel

package mailbox

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"unsafe"
)

// A queue delivers all, each sender's items in order, under any marks.
func TestQueue(t *testing.T) {
	for _, limits := range []Limits{{HWM: 1}, {HWM: 2}, {HWM: 7, LWM: 6}, {HWM: 1000, LWM: 500}, {HWM: 3, Single: true}} {
		const senders, each = 8, 2000
		var q Queue[[2]int]
		var last [senders]int
		done := make(chan struct{})
		got := 0
		q.Init(&limits, func() {
			for {
				v, ok := q.Next()
				switch {
				case ok && last[v[0]]+1 != v[1]:
					t.Errorf("%v after %d", v, last[v[0]])
					fallthrough
				case ok:
					last[v[0]] = v[1]
					if got++; got == senders*each {
						close(done)
					}
				case q.Sleep(false):
					return
				}
			}
		})
		q.Leave()
		var all sync.WaitGroup
		for s := range senders {
			all.Go(func() {
				for i := range each {
					if o, err := q.PutWait(context.Background(), [2]int{s, i + 1}, nil); o != Queued || err != nil {
						t.Errorf("%v, %v", o, err)
					}
				}
			})
		}
		all.Wait()
		<-done
	}
}

// Waiting counts what has not been taken.
func TestQueueWaiting(t *testing.T) {
	var q Queue[*int]
	q.Init(&Limits{HWM: 100}, func() {})
	for i := range 100 {
		if q.Put(new(int)) != Queued || waiting(&q) != i+1 {
			t.Fatalf("%d waiting after %d", waiting(&q), i+1)
		}
	}
	if q.Put(nil) != Full {
		t.Error("not full")
	}
	for range 100 {
		q.Next()
	}
	for i := range q.from.Load().places {
		if q.from.Load().places[i].v != nil {
			t.Error("what was taken is kept alive")
		}
	}
	if q.Next(); waiting(&q) != 0 {
		t.Errorf("%d waiting in the end", waiting(&q))
	}
}

// Who seizes a queue has what is left to do, and nobody else comes to do it.
func TestQueueSeize(t *testing.T) {
	started := make(chan struct{}, 1)
	var q Queue[int]
	q.Init(&Limits{HWM: 2}, func() { started <- struct{}{} })
	if q.Seize() {
		t.Error("seized from a reader that is awake")
	}
	if !q.Sleep(true) || q.Seize() {
		t.Error("seized from one that waits for a command")
	}
	q.Post(func() {})
	<-started
	q.Commands()
	if !q.Sleep(false) || !q.Seize() || q.Seize() {
		t.Error("not seized from one that is asleep, once")
	}
	if o := q.Put(1); o != Closed || q.Look() {
		t.Errorf("%v after that", o)
	}
	if !q.Post(func() {}) || q.Finish() || len(q.Commands()) != 1 || !q.Finish() {
		t.Error("a command was lost")
	}
	if len(started) > 0 {
		t.Error("somebody else reads")
	}
}

func ExampleQueue() {
	var q Queue[string]
	done := make(chan struct{})
	q.Init(&Limits{HWM: 10, LWM: 5}, func() {
		for {
			if s, ok := q.Next(); ok {
				fmt.Println(s)
				close(done)
			} else if q.Sleep(false) {
				return // the next Put starts another goroutine
			}
		}
	})
	q.Leave()
	q.Put("hello")
	<-done
	// Output: hello
}

// waiting returns how many items are in the queue, as its figures have it.
func waiting[T any](q *Queue[T]) int {
	c := q.Counts()
	return int(c.Put - c.Taken)
}

// What is the reader's may be touched in its place while there is none, and only then.
func TestWhileAway(t *testing.T) {
	var q Queue[int]
	over := make(chan struct{})
	q.Init(&Limits{HWM: 4}, func() { close(over) })
	if q.WhileAway(func() { t.Error("called beside the reader") }) || !q.Counts().Awake {
		t.Error("the reader is away")
	}
	q.Leave()
	called := false
	if !q.WhileAway(func() { called = true }) || !called || q.Counts().Awake {
		t.Error("the reader is there")
	}
	q.Put(1)
	<-over
	if q.WhileAway(func() { t.Error("called beside the next reader") }) {
		t.Error("the next reader is away")
	}
}

// What the reader writes for each item is in no line of the cache that writers use for each, provided that a queue
// begins at one.
func TestQueueLines(t *testing.T) {
	const line = 64
	var q Queue[int]
	if last := unsafe.Offsetof(q.limits) + unsafe.Sizeof(q.limits); last > line || unsafe.Offsetof(q.taken) < line {
		t.Errorf("what is for writers ends at %d, and the reader's number is at %d", last, unsafe.Offsetof(q.taken))
	}
}
