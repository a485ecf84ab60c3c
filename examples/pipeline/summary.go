package main

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// topWords is how many of the most frequent words are printed.
const topWords = 10

// A summary is the outcome of a run.
type summary struct {
	totals     counts
	files      uint64 // counted in totals
	top        []tally
	unreadable []unreadable
	lost       []loss
	unlisted   uint64 // planned files of which nothing at all is known
	deserted   bool   // the ventilator did not come, or not to its end
	silent     []workerState
	remarks    []string
}

// summarize sums up what is known at the end of a run: what is not back by now does not come.
func summarize(l *ledger) *summary {
	s := &summary{
		totals:     l.totals,
		files:      l.files,
		top:        l.words.top(topWords),
		unreadable: l.unreadable,
		deserted:   !l.ended,
		lost:       l.losses(),
		silent:     l.silent(),
	}
	if known := uint64(len(l.byNumber)); known < l.plan {
		s.unlisted = l.plan - known
	}
	if l.giveUp != "" {
		s.remarks = append(s.remarks, "the ventilator gave up: "+l.giveUp)
	}
	switch {
	case s.deserted && !l.planned:
		s.remarks = append(s.remarks, "no ventilator came")
	case s.deserted:
		s.remarks = append(s.remarks, "the ventilator fell silent before its end")
	}
	if l.strange > 0 {
		s.remarks = append(s.remarks, fmt.Sprintf("%d reports made no sense and were passed over", l.strange))
	}
	return s
}

// missing returns how many files are lost, and their bytes as far as known.
func (s *summary) missing() (files, bytes uint64) {
	for _, x := range s.lost {
		bytes += x.bytes
	}
	return uint64(len(s.lost)) + s.unlisted, bytes
}

// writeTo prints s. Its last line is the totals.
func (s *summary) writeTo(w io.Writer) error {
	b := bufio.NewWriter(w)
	for _, u := range s.unreadable {
		fmt.Fprintf(b, "unreadable %s: %s\n", shown(u.path), shown(u.reason))
	}
	for _, x := range s.lost {
		fmt.Fprintf(b, "lost %s\n", x)
	}
	if s.unlisted > 0 {
		fmt.Fprintf(b, "lost %d files whose names never came\n", s.unlisted)
	}
	for _, k := range s.silent {
		fmt.Fprintf(b, "silent %s, after %d pieces\n", shown(k.name), k.done)
	}
	for _, r := range s.remarks {
		fmt.Fprintf(b, "%s\n", shown(r))
	}
	for _, t := range s.top {
		fmt.Fprintf(b, "%10d %s\n", t.n, shown(t.word))
	}
	files, bytes := s.missing()
	fmt.Fprintf(b, "unreadable=%d lost=%d lost-bytes=%d\n", len(s.unreadable), files, bytes)
	fmt.Fprintf(b, "files=%d lines=%d words=%d bytes=%d\n", s.files, s.totals.lines, s.totals.words, s.totals.bytes)
	return b.Flush()
}

// String describes x: its path, then what is known.
func (x loss) String() string {
	path := "a file without a name, number " + strconv.FormatUint(x.number, 10)
	if x.path != "" {
		path = shown(x.path)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: ", path)
	switch {
	case x.unsent:
		fmt.Fprintf(&b, "%d bytes, not handed out", x.bytes)
	case x.pieces == 0:
		fmt.Fprintf(&b, "%d pieces came back, of how many is not known", x.back)
	default:
		fmt.Fprintf(&b, "%d bytes, %d of %d pieces came back", x.bytes, x.back, x.pieces)
	}
	if x.holder != "" {
		fmt.Fprintf(&b, ", begun by %s", shown(x.holder))
	}
	return b.String()
}

// shown returns text fit for a line on a terminal: as it is if it is printable,
// quoted otherwise.
func shown(text string) string {
	for _, r := range text {
		if !strconv.IsPrint(r) || r == '\uFFFD' {
			return strconv.Quote(text)
		}
	}
	return text
}
