package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
)

// counts are what is counted. They travel as JSON.
type counts struct {
	Lines     int64
	Requests  int64
	Malformed int64
	Bytes     int64
	Status    map[string]int64 // by kind: "2xx"
	Paths     map[string]int64
}

func newCounts() *counts {
	return &counts{Status: make(map[string]int64), Paths: make(map[string]int64)}
}

// count counts what is in some whole lines.
func count(chunk []byte) *counts {
	c := newCounts()
	for line := range bytes.Lines(chunk) {
		c.Lines++
		path, status, size, ok := parseLine(bytes.TrimRight(line, "\r\n"))
		if !ok {
			c.Malformed++
			continue
		}
		c.Requests++
		c.Bytes += size
		c.Status[string(status[:1])+"xx"]++
		c.Paths[string(path)]++
	}
	return c
}

// parseLine finds what is counted in a line of the Common Log Format:
//
//	host ident user [time] "method path protocol" status bytes
//
// where bytes may be "-" for none, and more may follow.
func parseLine(line []byte) (path, status []byte, size int64, ok bool) {
	_, rest, found := bytes.Cut(line, []byte(`] "`))
	request, rest, closed := bytes.Cut(rest, []byte(`" `))
	if !found || !closed {
		return nil, nil, 0, false
	}
	parts := bytes.Fields(request)
	numbers := bytes.Fields(rest)
	if len(parts) != 3 || len(numbers) < 2 || len(numbers[0]) != 3 || numbers[0][0] < '1' || numbers[0][0] > '5' {
		return nil, nil, 0, false
	}
	if string(numbers[1]) != "-" {
		n, err := strconv.ParseInt(string(numbers[1]), 10, 64)
		if err != nil || n < 0 {
			return nil, nil, 0, false
		}
		size = n
	}
	return parts[1], numbers[0], size, true
}

// add adds other counts.
func (c *counts) add(o *counts) {
	c.Lines += o.Lines
	c.Requests += o.Requests
	c.Malformed += o.Malformed
	c.Bytes += o.Bytes
	for k, n := range o.Status {
		c.Status[k] += n
	}
	for k, n := range o.Paths {
		c.Paths[k] += n
	}
}

// ranked is how many paths are printed.
const ranked = 10

func (c *counts) print(w io.Writer) {
	for _, kind := range slices.Sorted(maps.Keys(c.Status)) {
		fmt.Fprintf(w, "%10d %s\n", c.Status[kind], kind)
	}
	paths := slices.SortedFunc(maps.Keys(c.Paths), func(a, b string) int {
		return cmp.Or(cmp.Compare(c.Paths[b], c.Paths[a]), cmp.Compare(a, b))
	})
	for _, path := range paths[:min(len(paths), ranked)] {
		fmt.Fprintf(w, "%10d %s\n", c.Paths[path], path)
	}
	fmt.Fprintf(w, "lines=%d requests=%d malformed=%d bytes=%d\n", c.Lines, c.Requests, c.Malformed, c.Bytes)
}
