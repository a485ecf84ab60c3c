package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/zeroactor/zmq/bench/internal/page"
	"github.com/zeroactor/zmq/bench/internal/wake"
)

// writeHTMLFile writes the results as a page of plots.
func writeHTMLFile(name string, lines []line) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriter(f)
	if err := pageOf(lines).Write(w); err != nil {
		return err
	}
	return w.Flush()
}

// readLines reads results that were written as JSON.
func readLines(r io.Reader) ([]line, error) {
	var lines []line
	for dec := json.NewDecoder(r); dec.More(); {
		var l line
		if err := dec.Decode(&l); err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	return lines, nil
}

func readLinesFile(name string) ([]line, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines, err := readLines(f)
	if err == nil && len(lines) == 0 {
		err = errors.New("there are no results")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return lines, nil
}

// pageOf returns the page of at least one line.
func pageOf(lines []line) page.Page {
	p := page.Page{
		Title:    lines[0].Subject + ": measured",
		Subtitle: fmt.Sprintf("%s, %s", lines[0].Host, lines[0].Time.UTC().Format("2006-01-02 15:04 UTC")),
		Notes: []string{"Libraries were measured in turn in the same run. Points and bars are medians, thin lines reach from the least to the " +
			"greatest round. Ratios divide neighbours in time: the tables have their medians."},
	}
	if text := wake.Text(wakesIn(lines)); text != "" {
		p.Notes = append(p.Notes, strings.ToUpper(text[:1])+text[1:]+". Round trips depend on it.")
	}
	sections := []struct {
		title, text string
		plots       []page.Plot
	}{
		{"Throughput by size", "More is better.", bySize(lines, "rate")},
		{"CPU time by size", "User and system time of all processes. Less is better.", bySize(lines, "CPU")},
		{"Idle time by size", "The share of the time in which a process used no CPU. Who is idle waits for the other one.", idleBySize(lines)},
		{"Latency", "Whole round trips, request to reply, each one timed. Less is better.", latencies(lines)},
		{"Scaling with peers", "More is better for rates, less for memory.", byPeers(lines)},
	}
	for _, s := range sections {
		if len(s.plots) > 0 {
			p.Sections = append(p.Sections, page.Section{Title: s.title, Text: s.text, Plots: s.plots})
		}
	}
	p.Sections = append(p.Sections, page.Section{Title: "All figures", Table: tableOf(lines)})
	return p
}

// tableOf returns all figures.
func tableOf(lines []line) *page.Table {
	t := &page.Table{Header: []string{"case", "transport", "size", "metric", "unit", lines[0].Subject, "vs", "", "ratio", "min..max", "better"}}
	for _, l := range lines {
		for _, v := range l.Metrics {
			if v.Zero && v.Subject.Median < 0 {
				continue
			}
			row := []string{l.Title, l.Transport, sizeText(l.Size), v.Name, v.Unit, v.number(v.Subject.Median), l.Versus, "", "", "", v.Better}
			if v.Versus != nil {
				row[7] = v.number(v.Versus.Median)
			}
			if v.Ratio != nil {
				row[8] = fmt.Sprintf("%.2f", v.Ratio.Median)
				row[9] = fmt.Sprintf("%.2f..%.2f", v.Ratio.Min, v.Ratio.Max)
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}
