package main

import (
	"context"
	"io"
	"iter"
	"sync"
)

// A ventilator reads the files. Its parcels belong to one stage; any goroutine may make it give up.
type ventilator struct {
	paths   func(ctx context.Context) ([]string, error) // to count
	open    func(path string) (io.ReadCloser, error)
	piece   int // bytes, the largest piece of a file that is one task
	moved   func()
	buffers buffers

	mu     sync.Mutex
	reason string // why it has given up; guarded by mu
}

// giveUp has it hand out no more, and only say which files there are.
func (v *ventilator) giveUp(reason string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.reason == "" {
		v.reason = reason
	}
}

// givenUp returns why it has given up, or "".
func (v *ventilator) givenUp() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.reason
}

// parcels is the source of the pipeline: it yields the content of the files, and what is to be said of them.
func (v *ventilator) parcels(ctx context.Context) iter.Seq2[parcel, error] {
	return func(yield func(parcel, error) bool) {
		paths, err := v.paths(ctx)
		var entries []entry
		if err == nil {
			entries, err = list(ctx, paths)
		}
		if err != nil {
			yield(parcel{}, err)
			return
		}
		give := func(p parcel) bool {
			v.moved()
			return yield(p, nil)
		}
		if !give(parcel{report: planned{uint64(len(entries))}}) {
			return
		}
		for i, e := range entries {
			if ctx.Err() != nil || !v.parcelsOf(uint64(i), e, give) {
				return
			}
		}
		give(parcel{report: ended{v.givenUp()}})
	}
}

// parcelsOf gives the parcels of one file, and returns false if no more are wanted.
func (v *ventilator) parcelsOf(number uint64, e entry, give func(parcel) bool) bool {
	failed := func(err error) bool { return give(parcel{report: unreadable{number, e.path, err.Error()}}) }
	if e.err != nil {
		return failed(e.err)
	}
	if v.givenUp() != "" {
		return give(parcel{report: unsent{number, uint64(e.size), e.path}})
	}
	f, err := v.open(e.path)
	if err != nil {
		return failed(err)
	}
	defer f.Close() // read only: nothing is lost by an error
	c := newCutter(f, v.piece, e.size, &v.buffers)
	defer c.close()
	size := uint64(0)
	for n := uint64(0); ; n++ {
		p, err := c.next()
		if err != nil {
			return failed(err)
		}
		size += uint64(len(p.data))
		out := parcel{task: &task{number, n, p.continues, v.buffers.lend(p.data)}}
		if p.last {
			out.report = sent{number, n + 1, size, e.path}
		}
		if !give(out) || p.last {
			return p.last
		}
	}
}
