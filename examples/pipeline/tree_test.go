package main

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A tree is files with known content.
type tree struct {
	root  string
	files map[string][]byte // path to content
}

// grow makes a directory with that many files of all kinds.
func grow(t *testing.T, r *rand.Rand, files int) tree {
	t.Helper()
	g := tree{t.TempDir(), make(map[string][]byte)}
	add := func(name string, content []byte) {
		path := filepath.Join(g.root, name)
		write(t, path, content)
		g.files[path] = content
	}
	add("empty", nil)
	add("no newline at the end", []byte("one two"))
	add("only spaces\u3000", []byte(" \n\u2003\n\t"))
	add("unicode/世界", []byte("a\u00a0b\u2003c\u3000d\u0085e\u2028f\n"))
	add("one word", bytes.Repeat([]byte("x"), 5*minChunk+17))
	add("large", randomText(r, 40*minChunk, 3))
	for i := range files {
		content := randomText(r, r.IntN(2_000), 4)
		for range r.IntN(200) {
			content = fmt.Appendf(content, "word%d ", r.IntN(30))
		}
		add(fmt.Sprintf("many/%d/%d.txt", i%7, i), content)
	}
	return g
}

// expected counts the files that are not in without, the dumb way.
func (g tree) expected(without ...string) (e expectation, files int) {
	for path, content := range g.files {
		if !slices.Contains(without, path) {
			e.add(content)
			files++
		}
	}
	return e, files
}

// lastLine is what the output must end with.
func lastLine(files int, c counts) string {
	return fmt.Sprintf("files=%d lines=%d words=%d bytes=%d", files, c.lines, c.words, c.bytes)
}

// topLines is how the most frequent words are printed.
func topLines(words map[string]uint64) []string {
	all := slices.SortedFunc(maps.Keys(words), func(a, b string) int {
		return moreFrequent(tally{a, words[a]}, tally{b, words[b]})
	})
	var lines []string
	for _, w := range all[:min(len(all), 10)] {
		lines = append(lines, fmt.Sprintf("%10d %s", words[w], shown(w)))
	}
	return lines
}

// linesOf returns the lines of an output, without the last end of line.
func linesOf(output string) []string { return strings.Split(strings.TrimSuffix(output, "\n"), "\n") }

// checkOutput compares what a run without losses has printed to what it must.
func checkOutput(t *testing.T, output string, e expectation, files, unreadable int) {
	t.Helper()
	want := append(topLines(e.words), fmt.Sprintf("unreadable=%d lost=0 lost-bytes=0", unreadable), lastLine(files, e.counts))
	got := linesOf(output)
	if len(got) < unreadable || !slices.Equal(got[unreadable:], want) {
		t.Errorf("printed:\n%s\nwant, after %d unreadable:\n%s", output, unreadable, strings.Join(want, "\n"))
	}
	for _, line := range got[:min(unreadable, len(got))] {
		if !strings.HasPrefix(line, "unreadable ") {
			t.Errorf("%q, want an unreadable file", line)
		}
	}
}
