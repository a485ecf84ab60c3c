package page

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
)

// wellFormed fails the test if text is not XML, as an svg element must be.
func wellFormed(t *testing.T, text string) {
	t.Helper()
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v in:\n%s", err, text)
		}
	}
}

func TestLines(t *testing.T) {
	p := Plot{Title: "a <b> & c", X: "bytes", Y: "msg/s",
		Ticks: []Tick{{0, "1 B"}, {10, "1 KiB"}},
		Series: []Series{
			{Name: "ours & co", Color: 0, Points: []Point{{0, 100, 90, 110}, {10, 50, 50, 50}}},
			{Name: "theirs", Color: Colors + 1, Dashed: true, Smooth: true, Points: []Point{{0, 40, 0, 0}, {10, 20, 0, 0}}},
		}}
	svg := p.SVG()
	wellFormed(t, svg)
	for _, want := range []string{
		`aria-label="a &lt;b&gt; &amp; c"`, "ours &amp; co: 100", "1 KiB", "var(--s1)",
		`<path d="M62.0 `, `stroke-dasharray="5 4"`,
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %q in:\n%s", want, svg)
		}
	}
	if n := strings.Count(svg, "<circle"); n != 2 {
		t.Errorf("%d marks, want 2: a smooth line has none", n)
	}
}

func TestBars(t *testing.T) {
	svg := Plot{Ticks: []Tick{{1, "64 peers"}}, Series: []Series{
		{Name: "a", Points: []Point{{1, 10, 10, 10}}}, {Name: "b", Points: []Point{{1, 5, 4, 6}}},
	}}.SVG()
	wellFormed(t, svg)
	if strings.Count(svg, "<rect") != 2 || strings.Contains(svg, "<path") {
		t.Errorf("want two bars:\n%s", svg)
	}
}

// All that is drawn is within the picture, whatever the numbers.
func TestScale(t *testing.T) {
	for _, test := range []struct {
		values      []float64
		logarithmic bool
		ticks       []float64
	}{
		{[]float64{1, 2, 3}, false, []float64{0, 0.5, 1, 1.5, 2, 2.5, 3}},
		{[]float64{700, 950}, false, []float64{0, 200, 400, 600, 800, 1000}},
		{[]float64{1, 100}, true, []float64{1, 2, 5, 10, 20, 50, 100}},
		{[]float64{5, 5e6}, true, []float64{10, 100, 1000, 1e4, 1e5, 1e6}},
		{[]float64{0}, false, []float64{0, 0.25, 0.5, 0.75, 1}},
		{[]float64{0, 4}, false, []float64{0, 1, 2, 3, 4}},
	} {
		var points []Point
		for _, v := range test.values {
			points = append(points, Point{Y: v, Low: v, High: v})
		}
		s := scaleOf([]Series{{Points: points}})
		if s.logarithmic != test.logarithmic {
			t.Errorf("%v: logarithmic %v", test.values, s.logarithmic)
		}
		for _, v := range append(slices.Clone(test.values), s.ticks()...) {
			if p := s.place(v); p < 0 || p > 1 || math.IsNaN(p) {
				t.Errorf("%v: %v is at %v", test.values, v, p)
			}
		}
		near := slices.EqualFunc(s.ticks(), test.ticks, func(a, b float64) bool { return math.Abs(a-b) <= 1e-9*b })
		if test.values[0] != 0 && !near {
			t.Errorf("%v: ticks %v, want %v", test.values, s.ticks(), test.ticks)
		}
	}
}

func TestShort(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0", 0.25: "0.25", 12.34: "12.3", 999.4: "999", 999.9: "1k", 1234: "1.23k", 5e6: "5M", 31.2e6: "31.2M", 2e9: "2G",
	} {
		if got := Short(x); got != want {
			t.Errorf("Short(%v) = %q, want %q", x, got, want)
		}
	}
}

func TestPage(t *testing.T) {
	var b strings.Builder
	p := Page{Title: "T <1>", Sections: []Section{{Title: "One Way", Table: &Table{Header: []string{"a"}, Rows: [][]string{{"<x>"}}},
		Plots: []Plot{{Title: "plot", Ticks: []Tick{{1, "x"}}, Series: []Series{{Name: "s", Points: []Point{{1, 1, 1, 1}}}}}}}}}
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"T &lt;1&gt;", `id="one-way"`, "<td>&lt;x&gt;</td>", "<svg", "</html>"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in:\n%s", want, b.String())
		}
	}
	for _, loaded := range []string{"http:", "https:", "src=", "@import", "<script", "<link"} {
		if strings.Contains(b.String(), loaded) {
			t.Errorf("the page loads something: %q", loaded)
		}
	}
}
