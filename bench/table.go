package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/zeroactor/zmq/bench/internal/peer"
	"github.com/zeroactor/zmq/bench/internal/wake"
)

// A line is one result as JSON: the subject, and one library it was compared
// with or none.
type line struct {
	Time       time.Time     `json:"time"`
	Case       string        `json:"case"`
	Transport  string        `json:"transport"`
	Size       int           `json:"size"` // bytes
	Peers      int           `json:"peers"`
	Subs       int           `json:"subs,omitempty"`
	Topics     int           `json:"topics,omitempty"` // that a PUB sends to; 0 is one
	Batch      int           `json:"batch,omitempty"`  // messages a call; 0 by the plain calls
	Ref        bool          `json:"by_reference,omitempty"`
	Processes  int           `json:"processes"`
	Pinned     bool          `json:"pinned"`
	Title      string        `json:"title"`   // case with what is not the default
	Subject    string        `json:"subject"` // library and version
	Versus     string        `json:"vs,omitempty"`
	Metrics    []values      `json:"metrics"`
	SubjectRTT *peer.Latency `json:"subject_rtt,omitempty"` // of the round in the middle
	VersusRTT  *peer.Latency `json:"vs_rtt,omitempty"`
	Host       host          `json:"host"`
	WakeBefore *wake.Times   `json:"wake_before,omitempty"` // what it took to wake a thread before this was measured
	WakeAfter  *wake.Times   `json:"wake_after,omitempty"`

	setting *setting // that was measured; nil in what was read
	versus  string   // contender's name, without a version
}

// values are one metric of a result. Ratio is nil if nothing was compared, or
// the metric was not measured.
type values struct {
	Name          string    `json:"name"`
	Unit          string    `json:"unit"`
	Better        string    `json:"better"`         // "higher" or "lower"
	Zero          bool      `json:"zero,omitempty"` // zero is a measurement; -1 is none
	Subject       spread    `json:"subject"`
	Versus        *spread   `json:"vs,omitempty"`
	Ratio         *spread   `json:"ratio,omitempty"` // subject / vs, round by round
	SubjectRounds []float64 `json:"subject_rounds"`
	VersusRounds  []float64 `json:"vs_rounds,omitempty"`
}

// rounds returns the samples of the metric, or the ratios to the other's.
func (v *values) rounds(ratio bool) []float64 {
	if ratio {
		return ratios(v.SubjectRounds, v.VersusRounds)
	}
	return v.SubjectRounds
}

// linesOf evaluates a result with at least one round: a line for each library
// that the subject was compared with, or one.
func linesOf(r result, h host, now time.Time) []line {
	if len(r.sides) == 1 {
		return []line{lineOf(r, side{}, h, now)}
	}
	var lines []line
	for _, vs := range r.sides[1:] {
		lines = append(lines, lineOf(r, vs, h, now))
	}
	return lines
}

func lineOf(r result, vs side, h host, now time.Time) line {
	s, subject := r.setting, r.sides[0]
	l := line{
		Time: now, Case: s.workload.name, Transport: s.transport, Size: s.size, Peers: s.peers, Batch: s.batch, Ref: s.ref,
		Processes: 2, Pinned: s.pin, Title: s.title(), Subject: subject.name(), Versus: vs.name(),
		SubjectRTT: subject.latency(), VersusRTT: vs.latency(), Host: h, WakeBefore: r.wakeBefore, WakeAfter: r.wakeAfter,
		setting: &s, versus: cmp.Or(vs.contender.label, vs.contender.name),
	}
	if s.together {
		l.Processes = 1
	}
	if s.workload.proxy.role != "" {
		l.Processes = 3
	}
	if s.workload.topics {
		l.Subs = s.subs
		l.Topics = s.topics
	}
	for _, m := range s.workload.metrics {
		l.Metrics = append(l.Metrics, valuesOf(m, subject.rounds, vs.rounds))
	}
	return l
}

func valuesOf(m metric, subject, vs []sample) values {
	v := values{Name: m.name, Unit: m.unit, Better: m.better, Zero: m.zero,
		SubjectRounds: each(subject, m.of), VersusRounds: each(vs, m.of)}
	v.Subject = spreadOf(v.SubjectRounds)
	if len(v.VersusRounds) > 0 {
		s := spreadOf(v.VersusRounds)
		v.Versus = &s
	}
	if q := ratios(v.SubjectRounds, v.VersusRounds); len(q) > 0 && !m.zero {
		s := spreadOf(q)
		v.Ratio = &s
	}
	return v
}

// name returns the library and its version, or nothing.
func (s side) name() string {
	if len(s.rounds) == 0 {
		return ""
	}
	return cmp.Or(s.contender.label, s.rounds[0].active.Library)
}

// latency returns the distribution of the round in the middle, by its median.
func (s side) latency() *peer.Latency {
	var all []*peer.Latency
	for _, r := range s.rounds {
		if r.active.RTT != nil {
			all = append(all, r.active.RTT)
		}
	}
	if len(all) == 0 {
		return nil
	}
	slices.SortFunc(all, func(a, b *peer.Latency) int { return cmp.Compare(a.P50, b.P50) })
	return all[len(all)/2]
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
// subject.
func writeTable(w io.Writer, lines []line) error {
	if len(lines) == 0 {
		return nil
	}
	first := lines[0]
	fmt.Fprintln(w, headOf(lines, fmt.Sprintf("medians of %d rounds", len(first.Metrics[0].SubjectRounds))))

	columns := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	header := []string{"case", "transport", "bytes", "metric", "unit", first.Subject}
	if first.Versus != "" {
		header = append(header, "vs", "", "ratio", "min..max", "better")
	}
	row := func(cells ...string) { fmt.Fprintln(columns, strings.Join(cells, "\t")+"\t") }
	row(header...)
	for _, l := range lines {
		for _, v := range l.Metrics {
			if v.Zero && v.Subject.Median < 0 {
				continue
			}
			size := strconv.Itoa(l.Size)
			if l.Transport == nowhere {
				size = nowhere
			}
			cells := []string{l.Title, l.Transport, size, v.Name, v.Unit, v.number(v.Subject.Median)}
			if v.Versus != nil {
				cells = append(cells, l.Versus, v.number(v.Versus.Median))
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

// number writes a measured value of v.
func (v values) number(x float64) string {
	if v.Zero && x >= 0 {
		return strconv.FormatFloat(x, 'f', 3, 64)
	}
	return number(max(x, 0))
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
