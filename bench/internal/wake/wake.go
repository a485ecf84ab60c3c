// Package wake measures what it takes to wake a sleeping thread: on the processor
// of the thread that wakes it, on another one, and where the system puts it. Round
// trips are made of that, and it differs from machine to machine and, on a virtual
// one, from hour to hour.
package wake

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// freeThreads is how many threads wake each other in turn where the system puts them: as many as a round trip
// between two processes with a thread each for their sockets and their work.
const freeThreads = 4

// Times are medians, from just before a thread wakes another one to when that is awake.
type Times struct {
	Here      float64 `json:"here_us"`        // both bound to one processor
	Elsewhere float64 `json:"elsewhere_us"`   // bound to a processor each; the other one is idle until then
	Free      float64 `json:"free_us"`        // of threads that are not bound: a fourth of a round of four
	Crossed   float64 `json:"free_elsewhere"` // the share of these wake-ups that were on another processor than who woke, 0 to 1
	CPUs      [2]int  `json:"cpus"`           // the processors
	Why       string  `json:"not_measured,omitempty"`
}

// Text says what several measurements have found, in the order in which they were
// made: the median, and the least and the greatest if they are apart. If none was
// made it returns nothing, and if none succeeded why.
func Text(all []Times) string {
	measured := slices.DeleteFunc(slices.Clone(all), func(t Times) bool { return t.Why != "" })
	if len(measured) == 0 {
		if len(all) == 0 {
			return ""
		}
		return "wake-up of a thread: not measured: " + all[0].Why
	}
	of := func(f func(Times) float64, write func(float64) string) string {
		var numbers []float64
		for _, t := range measured {
			numbers = append(numbers, f(t))
		}
		slices.Sort(numbers)
		text, least, most := write(numbers[len(numbers)/2]), write(numbers[0]), write(numbers[len(numbers)-1])
		if least != most {
			text += fmt.Sprintf(" (%s..%s)", least, most)
		}
		return text
	}
	return fmt.Sprintf("wake-up of a thread: %s µs on the same processor, %s on another; left to the system %s, %s on another",
		of(func(t Times) float64 { return t.Here }, micros), of(func(t Times) float64 { return t.Elsewhere }, micros),
		of(func(t Times) float64 { return t.Free }, micros), of(func(t Times) float64 { return t.Crossed }, percent))
}

// String is Text of one measurement.
func (t Times) String() string { return Text([]Times{t}) }

func micros(x float64) string {
	if x < 10 {
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.0f", x)
}

func percent(x float64) string { return fmt.Sprintf("%.0f%%", 100*x) }

// A thread is what one has counted.
type thread struct {
	took    []time.Duration // to wake it, or of the first thread until it was woken itself; in their order
	woken   int
	crossed int // how often it was awake on another processor than who woke it
	slept   int // how often it had to wait
}

// p50 returns the median of what t took, in µs. The first quarter is left out: until then caches and the system's
// own bookkeeping are those of what was before. Of nothing it is zero.
func (t thread) p50() float64 {
	settled := slices.Sorted(slices.Values(t.took[len(t.took)/4:]))
	if len(settled) == 0 {
		return 0
	}
	return float64(settled[len(settled)/2]) / float64(time.Microsecond)
}

// crossed returns which share of the wake-ups of all threads was on another processor, 0 to 1.
func crossed(all ...thread) float64 {
	n, of := 0, 0
	for _, t := range all {
		n += t.crossed
		of += t.woken
	}
	return float64(n) / float64(max(of, 1))
}

// failed is a measurement that there is none of.
func failed(err error) Times { return Times{Why: strings.ReplaceAll(err.Error(), "\n", "; ")} }
