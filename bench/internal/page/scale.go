package page

import (
	"math"
	"strconv"
)

// A scale is a y axis.
type scale struct {
	low, high   float64 // low is 0 on a linear one
	logarithmic bool
}

// scaleOf returns an axis for all points: linear from 0, or logarithmic if the
// values are of different orders.
func scaleOf(all []Series) scale {
	least, most := math.Inf(1), 0.0
	for _, s := range all {
		for _, p := range s.Points {
			most = max(most, p.Y, p.High)
			for _, y := range []float64{p.Y, p.Low} {
				if y > 0 {
					least = min(least, y)
				}
			}
		}
	}
	switch {
	case most == 0:
		return scale{0, 1, false}
	case most/least >= logFrom:
		return scale{least / 1.3, most * 1.3, true}
	}
	step := niceStep(most)
	return scale{0, math.Ceil(most/step) * step, false}
}

// place returns where y is between 0, the bottom, and 1.
func (s scale) place(y float64) float64 {
	if s.logarithmic {
		if y <= 0 {
			return 0
		}
		return math.Log(y/s.low) / math.Log(s.high/s.low)
	}
	return y / s.high
}

// ticks returns the values to mark, in order.
func (s scale) ticks() (all []float64) {
	if !s.logarithmic {
		step := niceStep(s.high)
		for i := 0; float64(i)*step <= s.high*1.001; i++ {
			all = append(all, float64(i)*step)
		}
		return all
	}
	decades := math.Log10(s.high / s.low)
	for e := math.Floor(math.Log10(s.low)); e <= math.Log10(s.high); e++ {
		for _, m := range []float64{1, 2, 5} {
			if m > 1 && decades > 3 {
				continue
			}
			if y := m * math.Pow(10, e); y >= s.low && y <= s.high {
				all = append(all, y)
			}
		}
	}
	return all
}

// niceStep returns 1, 2 or 5 times a power of ten, so that most has 4 to 9 steps.
func niceStep(most float64) float64 {
	step := math.Pow(10, math.Floor(math.Log10(most)))
	for _, part := range []float64{1, 2, 5} {
		if most/(step/part) >= 4 {
			return step / part
		}
	}
	return step / 10
}

// Short writes a number with three digits that matter and a letter for its
// thousands.
func Short(x float64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if x >= unit.size*0.9995 {
			return strconv.FormatFloat(x/unit.size, 'g', 3, 64) + unit.name
		}
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}
