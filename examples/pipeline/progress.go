package main

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// A progress shows how far a run is. It is for one goroutine.
type progress interface {
	// show says that so many files of so many are settled. Of is 0 as long as
	// it is not known.
	show(settled, of uint64)
	// done ends what show has begun.
	done()
}

// newProgress returns a bar if w is a terminal, and plain lines otherwise.
func newProgress(w io.Writer, terminal bool) progress {
	if terminal {
		return &bar{w: w}
	}
	return &lines{w: w}
}

// A bar redraws one line of a terminal.
type bar struct {
	w       io.Writer
	bar     *progressbar.ProgressBar // nil until the plan is known
	settled uint64
}

// redraw is how often a bar is drawn anew at most: as often as eyes can see.
const redraw = 50 * time.Millisecond

func (b *bar) show(settled, of uint64) {
	settled = min(settled, of)
	if of == 0 || b.bar != nil && settled == b.settled {
		return
	}
	if b.bar == nil {
		b.bar = progressbar.NewOptions64(int64(of),
			progressbar.OptionSetWriter(b.w),
			progressbar.OptionSetDescription("files"),
			progressbar.OptionShowCount(),
			progressbar.OptionThrottle(redraw),
			progressbar.OptionSetRenderBlankState(true))
	}
	b.settled = settled
	// A terminal that cannot be written to does not stop the run.
	_ = b.bar.Set64(int64(settled))
}

func (b *bar) done() {
	if b.bar == nil {
		return
	}
	_ = b.bar.Exit()
	fmt.Fprintln(b.w)
}

// lines writes a line for every step of the way.
type lines struct {
	w     io.Writer
	shown uint64 // steps
}

// steps is how many lines a run writes.
const steps = 10

func (l *lines) show(settled, of uint64) {
	if of == 0 {
		return
	}
	step := min(settled, of) * steps / of
	if step > l.shown {
		l.shown = step
		fmt.Fprintf(l.w, "%d of %d files\n", settled, of)
	}
}

func (l *lines) done() {}
