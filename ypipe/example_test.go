//go:build !ypipemodel

package ypipe_test

import (
	"fmt"

	"github.com/zeroactor/zmq/internal/arena"
	"github.com/zeroactor/zmq/ypipe"
)

// A writer publishes what it has gathered, and is told when the reader has to be
// woken.
func ExamplePipe() {
	var p ypipe.Pipe[string]
	_, ok := p.Read()
	fmt.Println("something there:", ok) // and the reader is asleep now

	p.Write("a")
	p.Write("b")
	p.Unwrite()
	fmt.Println("reader awake:", p.Flush())
	v, ok := p.Read()
	fmt.Println(v, ok)
	p.Write("c")
	fmt.Println("reader awake:", p.Flush())
	// Output:
	// something there: false
	// reader awake: false
	// a true
	// reader awake: true
}

// What one end appends as frames, the other one takes as frames, or as the bytes
// that ZMTP has for them.
func ExampleLog() {
	l := ypipe.NewLog(arena.NewPool(0), 1000, func() { fmt.Println("wake the reader") }, func() {})
	if _, _, ok := l.Next(); !ok {
		fmt.Println("nothing there")
	}
	l.Append(ypipe.FlagMore, []byte("topic"))
	l.Append(0, []byte("body"))
	l.EndMessage()
	l.Flush()

	flags, body, _ := l.Next()
	fmt.Printf("%d %q\n", flags, body)
	flags, body, _ = l.Next()
	fmt.Printf("%d %q\n", flags, body)

	l.Append(0, []byte("again"))
	l.EndMessage()
	l.Flush()
	spans, n := l.Spans(nil, 1<<20)
	fmt.Printf("%d bytes: %q\n", n, spans)
	l.Commit()
	// Output:
	// nothing there
	// wake the reader
	// 1 "topic"
	// 0 "body"
	// 7 bytes: ["\x00\x05again"]
}

// A writer is told to wait at the high-water mark, and to go on when there is room.
func ExampleFlow() {
	f := ypipe.NewFlow[string](2, func() { fmt.Println("wake the reader") }, func() { fmt.Println("wake the writer") })
	fmt.Println(f.View()) // nothing: the reader is asleep now
	for _, s := range []string{"a", "b", "c"} {
		if f.Full() {
			fmt.Println("no room for", s)
			break
		}
		f.Write(s)
		f.Flush()
	}
	view := f.View()
	fmt.Println(view)
	f.Take(len(view))
	fmt.Println(f.Full())
	// Output:
	// []
	// wake the reader
	// no room for c
	// [a b]
	// wake the writer
	// false
}
