package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// A line is one result as JSON.
type line struct {
	Time      time.Time `json:"time"`
	Case      string    `json:"case"`
	Transport string    `json:"transport"`
	Size      int       `json:"size"` // bytes
	Pinned    bool      `json:"pinned"`
	Subject   string    `json:"subject"` // library and version
	Versus    string    `json:"vs,omitempty"`
	Metrics   []values  `json:"metrics"`
	Host      host      `json:"host"`
}

// values are one metric of a result. Ratio is nil if nothing was compared, or
// the metric was not measured.
type values struct {
	Name          string    `json:"name"`
	Unit          string    `json:"unit"`
	Better        string    `json:"better"` // "higher" or "lower"
	Subject       spread    `json:"subject"`
	Versus        *spread   `json:"vs,omitempty"`
	Ratio         *spread   `json:"ratio,omitempty"` // subject / vs, round by round
	SubjectRounds []float64 `json:"subject_rounds"`
	VersusRounds  []float64 `json:"vs_rounds,omitempty"`
}

// lineOf evaluates a result with at least one round.
func lineOf(r result, pinned bool, h host, now time.Time) line {
	l := line{
		Time: now, Case: r.setting.workload.name, Transport: r.setting.transport, Size: r.setting.size,
		Pinned: pinned, Subject: r.subjectRounds[0].active.Library, Host: h,
	}
	if len(r.vsRounds) > 0 {
		l.Versus = r.vsRounds[0].active.Library
	}
	for _, m := range r.setting.workload.metrics {
		v := values{Name: m.name, Unit: m.unit, Better: m.better,
			SubjectRounds: each(r.subjectRounds, m.of), VersusRounds: each(r.vsRounds, m.of)}
		v.Subject = spreadOf(v.SubjectRounds)
		if len(v.VersusRounds) > 0 {
			s := spreadOf(v.VersusRounds)
			v.Versus = &s
		}
		if q := ratios(v.SubjectRounds, v.VersusRounds); len(q) > 0 {
			s := spreadOf(q)
			v.Ratio = &s
		}
		l.Metrics = append(l.Metrics, v)
	}
	return l
}

func each(samples []sample, of func(sample) float64) []float64 {
	var numbers []float64
	for _, s := range samples {
		numbers = append(numbers, of(s))
	}
	return numbers
}

func writeJSON(w io.Writer, lines []line) error {
	enc := json.NewEncoder(w)
	for _, l := range lines {
		if err := enc.Encode(l); err != nil {
			return err
		}
	}
	return nil
}

// writeTable writes a row for each metric of each line. All lines are of one
// subject and one opponent, or none.
func writeTable(w io.Writer, lines []line, rounds int) error {
	if len(lines) == 0 {
		return nil
	}
	first := lines[0]
	fmt.Fprintf(w, "%s, %s, %d CPUs, %s", first.Host.Go, first.Host.CPU, first.Host.CPUs, first.Host.System)
	if first.Host.Commit != "" {
		fmt.Fprintf(w, ", commit %s", first.Host.Commit)
	}
	if first.Pinned {
		fmt.Fprint(w, ", all processes on CPU 0")
	}
	fmt.Fprintf(w, ", medians of %d rounds\n\n", rounds)

	columns := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	header := []string{"case", "transport", "bytes", "metric", "unit", first.Subject}
	if first.Versus != "" {
		header = append(header, first.Versus, "ratio", "min..max", "better")
	}
	row := func(cells ...string) { fmt.Fprintln(columns, strings.Join(cells, "\t")+"\t") }
	row(header...)
	for _, l := range lines {
		for _, v := range l.Metrics {
			cells := []string{l.Case, l.Transport, strconv.Itoa(l.Size), v.Name, v.Unit, number(v.Subject.Median)}
			if v.Versus != nil {
				cells = append(cells, number(v.Versus.Median))
			}
			if v.Ratio != nil {
				cells = append(cells, fmt.Sprintf("%.2f", v.Ratio.Median),
					fmt.Sprintf("%.2f..%.2f", v.Ratio.Min, v.Ratio.Max), v.Better)
			}
			row(cells...)
		}
	}
	return columns.Flush()
}

// number writes a measured value with about three digits that matter, its
// thousands apart, and "-" if it was not measured.
func number(x float64) string {
	switch {
	case x == 0 || math.IsNaN(x) || math.IsInf(x, 0):
		return "-"
	case x < 10:
		return strconv.FormatFloat(x, 'f', 2, 64)
	case x < 1000:
		return strconv.FormatFloat(x, 'f', 1, 64)
	}
	digits := strconv.FormatFloat(x, 'f', 0, 64)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + " " + digits[i:]
	}
	return digits
}
