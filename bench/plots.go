package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/zeroactor/zmq/bench/internal/own"
	"github.com/zeroactor/zmq/bench/internal/page"
	"github.com/zeroactor/zmq/bench/internal/peer"
)

// colorOf gives each library the same color in all plots.
func colorOf(library string) int {
	for i, prefix := range []string{own.Name, "libzmq", "net-reused", "net-whole", "net", "pebbe", "go-zeromq", "mangos"} {
		if strings.HasPrefix(library, prefix) {
			return i
		}
	}
	return page.Colors - 1
}

// A group is the lines of one plot, in the order of what is on its x axis.
type group struct {
	title string
	lines []line
}

// groups splits lines by key; those with an empty key are left out.
func groups(lines []line, key func(line) string) []group {
	var all []group
	for _, l := range lines {
		k := key(l)
		if k == "" {
			continue
		}
		i := slices.IndexFunc(all, func(g group) bool { return g.title == k })
		if i < 0 {
			i = len(all)
			all = append(all, group{title: k})
		}
		all[i].lines = append(all[i].lines, l)
	}
	return all
}

// metric returns a line's values of that name, or nil.
func (l line) metric(name string) *values {
	i := slices.IndexFunc(l.Metrics, func(v values) bool { return v.Name == name })
	if i < 0 {
		return nil
	}
	return &l.Metrics[i]
}

// An axis says where a line is on an x axis.
type axis struct {
	name  string
	at    func(line) float64
	label func(line) string
}

func sizeAxis() axis {
	return axis{"bytes of a message", func(l line) float64 { return math.Log2(float64(max(l.Size, 1))) },
		func(l line) string { return sizeText(l.Size) }}
}

func peersAxis() axis {
	return axis{"peers", func(l line) float64 { return math.Log2(float64(l.Peers)) },
		func(l line) string { return fmt.Sprint(l.Peers) }}
}

// sizeText returns a number of bytes as a reader writes it.
func sizeText(n int) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d B", n)
}

// plot returns a plot of one metric of g over x.
func (g group) plot(x axis, name string) page.Plot {
	p := page.Plot{Title: g.title, X: x.name}
	add := func(library string, at float64, s spread) {
		i := slices.IndexFunc(p.Series, func(s page.Series) bool { return s.Name == library })
		if i < 0 {
			i = len(p.Series)
			color := colorOf(library)
			p.Series = append(p.Series, page.Series{Name: library, Color: color, Dashed: strings.HasPrefix(library, "net")})
		}
		s2 := &p.Series[i]
		if !slices.ContainsFunc(s2.Points, func(p page.Point) bool { return p.X == at }) && s.Median > 0 {
			s2.Points = append(s2.Points, page.Point{X: at, Y: s.Median, Low: s.Min, High: s.Max})
		}
	}
	for _, l := range g.lines {
		v, at := l.metric(name), x.at(l)
		p.Y = v.Unit
		if !slices.ContainsFunc(p.Ticks, func(t page.Tick) bool { return t.At == at }) {
			p.Ticks = append(p.Ticks, page.Tick{At: at, Label: x.label(l)})
		}
		add(l.Subject, at, v.Subject)
		if v.Versus != nil {
			add(l.Versus, at, *v.Versus)
		}
	}
	slices.SortFunc(p.Ticks, func(a, b page.Tick) int { return cmp.Compare(a.At, b.At) })
	p.Series = slices.DeleteFunc(p.Series, func(s page.Series) bool { return len(s.Points) == 0 })
	for _, s := range p.Series {
		slices.SortFunc(s.Points, func(a, b page.Point) int { return cmp.Compare(a.X, b.X) })
	}
	return p
}

// bySize returns a plot for each case, transport and whatever else is the same.
func bySize(lines []line, metric string) (plots []page.Plot) {
	for _, g := range groups(lines, func(l line) string {
		if l.metric(metric) == nil || l.metric(metric).Subject.Median == 0 || l.Case == "connections" {
			return ""
		}
		return l.Title + ", " + l.Transport
	}) {
		p := g.plot(sizeAxis(), metric)
		if g.lines[0].Peers > 1 && len(p.Ticks) == 1 {
			continue // one of the points over the number of peers
		}
		plots = append(plots, p)
	}
	return plots
}

// idleBySize returns a plot for each case, transport and process.
func idleBySize(lines []line) (plots []page.Plot) {
	var names []string
	for _, l := range lines {
		for _, v := range l.Metrics {
			if strings.HasPrefix(v.Name, idlePrefix) && !slices.Contains(names, v.Name) {
				names = append(names, v.Name)
			}
		}
	}
	for _, name := range names {
		for _, p := range bySize(lines, name) {
			p.Title += ": " + name
			plots = append(plots, p)
		}
	}
	return plots
}

// byPeers returns a plot for each case that was measured with several numbers of
// them.
func byPeers(lines []line) (plots []page.Plot) {
	for _, metric := range []string{"rate", "resident"} {
		for _, g := range groups(lines, func(l line) string {
			if l.metric(metric) == nil || metric == "resident" && l.Case != "connections" {
				return ""
			}
			title := fmt.Sprintf("%s, %s, %s", l.Case, l.Transport, sizeText(l.Size))
			if l.Subs > 0 {
				title += fmt.Sprintf(", %d subs", l.Subs)
			}
			if l.Topics > 1 {
				title += fmt.Sprintf(", %d topics", l.Topics)
			}
			return title
		}) {
			if p := g.plot(peersAxis(), metric); len(p.Ticks) > 1 {
				plots = append(plots, p)
			}
		}
	}
	return plots
}

// latencies returns a plot of distributions for each setting of round trips. The x
// axis gives each nine the same room.
func latencies(lines []line) (plots []page.Plot) {
	for _, g := range groups(lines, func(l line) string {
		if l.SubjectRTT == nil {
			return ""
		}
		return fmt.Sprintf("%s, %s, %s", l.Title, l.Transport, sizeText(l.Size))
	}) {
		p := page.Plot{Title: g.title, X: "percentile", Y: "µs", Ticks: []page.Tick{
			{At: 0, Label: "0"}, {At: 1, Label: "90"}, {At: 2, Label: "99"}, {At: 3, Label: "99.9"}, {At: 4, Label: "99.99"},
		}}
		first := g.lines[0]
		p.Series = append(p.Series, distribution(first.Subject, first.SubjectRTT.Points))
		for _, l := range g.lines {
			if l.VersusRTT != nil {
				p.Series = append(p.Series, distribution(l.Versus, l.VersusRTT.Points))
			}
		}
		plots = append(plots, p)
	}
	return plots
}

// lastNine is where the plots of distributions end: 99.99%.
const lastNine = 4

func distribution(library string, points []peer.Point) page.Series {
	s := page.Series{Name: library, Color: colorOf(library), Dashed: strings.HasPrefix(library, "net"), Smooth: true}
	for _, p := range points {
		if x := -math.Log10(1 - p.Quantile); x <= lastNine {
			s.Points = append(s.Points, page.Point{X: x, Y: float64(p.NS) / 1e3})
		}
	}
	return s
}
