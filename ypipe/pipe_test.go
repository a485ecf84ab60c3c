//go:build !ypipemodel

package ypipe

import "testing"

// A Pipe of items without size works as any other.
func TestPipeZeroSize(t *testing.T) {
	var p Pipe[struct{}]
	if _, ok := p.TryRead(); ok {
		t.Error("item from nowhere")
	}
	p.Write(struct{}{})
	if !p.Flush() {
		t.Error("the reader is asleep and was never told to")
	}
	if _, ok := p.Read(); !ok {
		t.Error("item lost")
	}
	if _, ok := p.Read(); ok {
		t.Error("item from nowhere")
	}
	if _, ok := p.TryRead(); ok {
		t.Error("item from nowhere, asleep")
	}
	p.Write(struct{}{})
	if p.Flush() {
		t.Error("nobody is told that the reader sleeps")
	}
	if !p.Flush() {
		t.Error("a second wake-up for nothing new")
	}
}

// Chunks go round: nothing is allocated unless the pipe grows.
func TestPipeAllocations(t *testing.T) {
	var p Pipe[int]
	round := func() {
		for i := range 3 * pipeChunk {
			p.Write(i)
		}
		p.Flush()
		for range 3 * pipeChunk {
			p.Read()
		}
	}
	round()
	round()
	if n := testing.AllocsPerRun(100, round); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Items that were read or taken back are not kept alive.
func TestPipeForgets(t *testing.T) {
	var p Pipe[*int]
	for range 2 {
		p.Write(new(int))
	}
	p.Unwrite()
	p.Flush()
	p.Read()
	for i, item := range p.head.items {
		if item != nil {
			t.Errorf("item %d is still there", i)
		}
	}
}
