package main

import (
	"fmt"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// A progress is told of each sample before it is taken.
type progress interface {
	step(what string)
	extend(steps int) // there are to be so many more
	finish()
}

// progressOn returns a bar of so many steps if w is a terminal; else lines, if
// they are asked for, or nothing.
func progressOn(w io.Writer, steps int, lines bool) progress {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return bar{progressbar.NewOptions(steps, progressbar.OptionSetWriter(w), progressbar.OptionClearOnFinish(),
			progressbar.OptionSetPredictTime(true), progressbar.OptionFullWidth())}
	}
	if lines {
		return lineProgress{w}
	}
	return quietProgress{}
}

type bar struct{ *progressbar.ProgressBar }

func (b bar) step(what string) {
	b.Describe(what)
	_ = b.Add(1) // what is wrong with a terminal is no reason to stop
}

func (b bar) extend(steps int) { b.AddMax(steps) }
func (b bar) finish()          { _ = b.Finish() }

type lineProgress struct{ w io.Writer }

func (l lineProgress) step(what string) { fmt.Fprintln(l.w, what) }
func (l lineProgress) extend(int)       {}
func (l lineProgress) finish()          {}

type quietProgress struct{}

func (quietProgress) step(string) {}
func (quietProgress) extend(int)  {}
func (quietProgress) finish()     {}
