package actor

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"
)

func TestExponential(t *testing.T) {
	for _, c := range []struct {
		name string
		e    Exponential
		want string // of attempts 1 to 5
	}{
		{"doubles", Exponential{First: time.Second}, "[1s 2s 4s 8s 16s]"},
		{"up to Max", Exponential{First: time.Second, Max: 5 * time.Second}, "[1s 2s 4s 5s 5s]"},
		{"by Factor", Exponential{First: time.Second, Factor: 10}, "[1s 10s 1m40s 16m40s 2h46m40s]"},
		{"constant", Exponential{First: time.Second, Factor: 1}, "[1s 1s 1s 1s 1s]"},
		{"none", Exponential{}, "[0s 0s 0s 0s 0s]"},
		{"negative is none", Exponential{First: -time.Second}, "[0s 0s 0s 0s 0s]"},
		{"gives up", Exponential{First: time.Second, Tries: 2}, "[1s 2s no no no]"},
		{"jitter shortens", Exponential{First: time.Second, Jitter: 0.5, Rand: func() float64 { return 0.5 }}, "[750ms 1.5s 3s 6s 12s]"},
		{"jitter over 1", Exponential{First: time.Second, Jitter: 7, Rand: func() float64 { return 0.5 }}, "[500ms 1s 2s 4s 8s]"},
	} {
		var got []string
		for attempt := 1; attempt <= 5; attempt++ {
			if d, ok := c.e.Delay(attempt, 0); ok {
				got = append(got, d.String())
			} else {
				got = append(got, "no")
			}
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v, want %s", c.name, got, c.want)
		}
	}
}

// Delays saturate: after weeks of trying, attempt is large and Factor^attempt
// is infinite.
func TestExponentialSaturates(t *testing.T) {
	for _, c := range []struct {
		e    Exponential
		want time.Duration
	}{
		{Exponential{First: 1}, math.MaxInt64},
		{Exponential{First: 1, Max: time.Hour}, time.Hour},
		{Exponential{First: 0}, 0},
		{Exponential{First: 0, Max: time.Hour, Jitter: 0.5}, 0},
	} {
		if got, ok := c.e.Delay(math.MaxInt32, 0); got != c.want || !ok {
			t.Errorf("%+v: %v, %v, want %v", c.e, got, ok, c.want)
		}
	}
}

func TestExponentialProperty(t *testing.T) {
	properties := gopter.NewProperties(nil)
	properties.Property("a delay is between 0 and Max", prop.ForAll(
		func(first, most int64, factor, jitter float64, attempt int) bool {
			e := Exponential{First: time.Duration(first), Max: time.Duration(most), Factor: factor, Jitter: jitter}
			d, ok := e.Delay(attempt, 0)
			return ok && d >= 0 && d <= time.Duration(most)
		},
		gen.Int64(), gen.Int64Range(1, math.MaxInt64), gen.Float64Range(0, 100), gen.Float64Range(0, 1), gen.IntRange(1, math.MaxInt32),
	))
	properties.TestingRun(t)
}
