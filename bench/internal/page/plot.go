package page

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// A Plot is lines over an axis, or bars beside each other if it has one place on
// its axis.
type Plot struct {
	Title  string
	X, Y   string // what is on the axes
	Ticks  []Tick // on the x axis; the first and last one are its ends
	Series []Series
}

// A Tick is a place on the x axis.
type Tick struct {
	At    float64
	Label string
}

// A Series is a line. Color is its place in the palette, so that the same thing
// has the same color in all plots.
type Series struct {
	Name   string
	Color  int
	Dashed bool
	Smooth bool // many points: no marks
	Points []Point
}

// A Point is a value and, if they differ, its least and greatest.
type Point struct{ X, Y, Low, High float64 }

// Colors is how many there are; a Color beyond is one of them again.
const Colors = 9

// Size of a plot and of what is around it, in the units of its viewBox.
const (
	width  = 600
	height = 340
	left   = 62
	right  = 26
	bottom = 44
	row    = 18 // of the legend
)

// logFrom is the ratio of the greatest to the least value from which the y axis is
// logarithmic: a linear one would make the small ones one line.
const logFrom = 25

// SVG returns the plot as an svg element.
func (p Plot) SVG() string {
	d := drawing{Plot: p, top: 22 + float64(p.legendRows())*row, y: scaleOf(p.Series)}
	fmt.Fprintf(&d.b, `<svg viewBox="0 0 %d %d" role="img" aria-label="%s">`+"\n", width, height, html.EscapeString(p.Title))
	d.legend()
	d.axes()
	if len(p.Ticks) == 1 {
		d.bars()
	} else {
		for _, s := range p.Series {
			d.line(s)
		}
	}
	d.b.WriteString("</svg>\n")
	return d.b.String()
}

// A drawing is a plot that is being drawn.
type drawing struct {
	Plot
	b   strings.Builder
	top float64
	y   scale
}

func (d *drawing) text(x, y float64, anchor, class, text string) {
	fmt.Fprintf(&d.b, `<text x="%.1f" y="%.1f" text-anchor="%s" class="%s">%s</text>`+"\n", x, y, anchor, class, html.EscapeString(text))
}

func color(i int) string { return fmt.Sprintf("var(--s%d)", i%Colors) }

// letter is about how wide one is.
const letter = 7.2

func legendWidth(name string) float64 { return 30 + letter*float64(len(name)) }

func (p Plot) legendRows() int {
	rows, x := 1, 0.0
	for _, s := range p.Series {
		if x += legendWidth(s.Name); x > width-left-right && x > legendWidth(s.Name) {
			rows, x = rows+1, legendWidth(s.Name)
		}
	}
	return rows
}

func (d *drawing) legend() {
	x, y := 0.0, 12.0
	for _, s := range d.Series {
		w := legendWidth(s.Name)
		if x > 0 && x+w > width-left-right {
			x, y = 0, y+row
		}
		dash := ""
		if s.Dashed {
			dash = ` stroke-dasharray="4 3"`
		}
		fmt.Fprintf(&d.b, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" stroke-width="3"%s/>`+"\n",
			left+x, y-4, left+x+16, y-4, color(s.Color), dash)
		d.text(left+x+21, y, "start", "label", s.Name)
		x += w
	}
}

// px and py turn values into places.
func (d *drawing) px(x float64) float64 {
	first, last := d.Ticks[0].At, d.Ticks[len(d.Ticks)-1].At
	if first == last {
		return left + (width-left-right)/2
	}
	return left + (x-first)/(last-first)*(width-left-right)
}

func (d *drawing) py(y float64) float64 {
	return d.top + (1-d.y.place(y))*(height-bottom-d.top)
}

func (d *drawing) axes() {
	for _, t := range d.y.ticks() {
		y := d.py(t)
		fmt.Fprintf(&d.b, `<line x1="%d" y1="%.1f" x2="%d" y2="%.1f" stroke="var(--line)"/>`+"\n", left, y, width-right, y)
		d.text(left-6, y+4, "end", "", Short(t))
	}
	for _, t := range d.Ticks {
		d.text(d.px(t.At), height-bottom+17, "middle", "", t.Label)
	}
	d.text((left+width-right)/2, height-6, "middle", "", d.X)
	fmt.Fprintf(&d.b, `<text transform="translate(12 %.1f) rotate(-90)" text-anchor="middle">%s</text>`+"\n",
		(d.top+height-bottom)/2, html.EscapeString(d.Y))
}

func (d *drawing) line(s Series) {
	var path strings.Builder
	for i, p := range s.Points {
		command := "L"
		if i == 0 {
			command = "M"
		}
		fmt.Fprintf(&path, "%s%.1f %.1f", command, d.px(p.X), d.py(p.Y))
	}
	dash := ""
	if s.Dashed {
		dash = ` stroke-dasharray="5 4"`
	}
	fmt.Fprintf(&d.b, `<path d="%s" fill="none" stroke="%s" stroke-width="2" stroke-linejoin="round"%s/>`+"\n", path.String(), color(s.Color), dash)
	if s.Smooth {
		return
	}
	for _, p := range s.Points {
		x := d.px(p.X)
		if p.High > p.Low && p.Low > 0 {
			fmt.Fprintf(&d.b, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" opacity="0.5"/>`+"\n",
				x, d.py(p.Low), x, d.py(p.High), color(s.Color))
		}
		fmt.Fprintf(&d.b, `<circle cx="%.1f" cy="%.1f" r="3.5" fill="%s"><title>%s: %s</title></circle>`+"\n",
			x, d.py(p.Y), color(s.Color), html.EscapeString(s.Name), Short(p.Y))
	}
}

// barWidth is the most that a bar is wide.
const barWidth = 64

func (d *drawing) bars() {
	room := float64(width-left-right) / float64(len(d.Series))
	w := min(room*0.7, barWidth)
	for i, s := range d.Series {
		x := left + room*(float64(i)+0.5)
		for _, p := range s.Points {
			y := d.py(p.Y)
			fmt.Fprintf(&d.b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="2" fill="%s"/>`+"\n",
				x-w/2, y, w, math.Max(height-bottom-y, 1), color(s.Color))
			if p.High > p.Low && p.Low > 0 {
				fmt.Fprintf(&d.b, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="var(--text)" opacity="0.6"/>`+"\n",
					x, d.py(p.Low), x, d.py(p.High))
			}
			d.text(x, d.py(max(p.Y, p.High))-5, "middle", "label", Short(p.Y))
		}
	}
}
