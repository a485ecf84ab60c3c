package peer

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// An Announcement is what a peer that binds prints first.
type Announcement struct {
	Endpoint string `json:"endpoint"`       // with the port really bound
	Back     string `json:"back,omitempty"` // of a proxy's back socket
}

// Ready is what subscribers print when each has had a message.
type Ready struct {
	Ready bool `json:"ready"`
}

// A Report is a peer's account of its measured part. Fields that the role does
// not measure, or the system does not tell, are zero.
type Report struct {
	Library     string  `json:"library"` // with its version
	Role        string  `json:"role"`
	Size        int     `json:"size"` // bytes
	Count       int     `json:"count"`
	Seconds     float64 `json:"seconds"`          // from the first to the last message
	Rate        float64 `json:"rate"`             // messages, rounds or connections a second
	CPUSeconds  float64 `json:"cpu_seconds"`      // user and system, all threads
	CPUWall     float64 `json:"cpu_wall_seconds"` // by the clock, while CPUSeconds were used
	MaxRSSBytes int64   `json:"max_rss_bytes"`

	// HeldBytes is by how much what is resident has grown since before the
	// connections or subscriptions, HeldLeastBytes the same after a
	// collection (malloc_trim in C).
	HeldBytes      int64 `json:"held_bytes,omitempty"`
	HeldLeastBytes int64 `json:"held_least_bytes,omitempty"`

	// HeapBytes is what actors take of heap and stacks, GCSeconds how long a full
	// collection of the garbage takes with them.
	HeapBytes int64   `json:"heap_bytes,omitempty"`
	GCSeconds float64 `json:"gc_seconds,omitempty"`

	Allocations *float64 `json:"allocations,omitempty"` // a message; nil if not counted
	Sleeps      *int64   `json:"sleeps,omitempty"`      // of all threads, to wait for something; nil if the system does not tell
	RTT         *Latency `json:"rtt,omitempty"`
	Stuck       *Stuck   `json:"stuck,omitempty"`
}

// A Latency is a distribution of times in nanoseconds.
type Latency struct {
	Mean   float64 `json:"mean_ns"`
	P50    int64   `json:"p50_ns"`
	P99    int64   `json:"p99_ns"`
	P999   int64   `json:"p999_ns"`
	Max    int64   `json:"max_ns"`
	Points []Point `json:"points,omitempty"` // of Quantiles, in order
}

// A Point says that the share Quantile of all times is at most NS.
type Point struct {
	Quantile float64 `json:"q"`
	NS       int64   `json:"ns"`
}

// Quantiles are the points of a Latency: each step halves what is left.
func Quantiles() []float64 {
	quantiles := []float64{0}
	for rest := 0.5; rest > 1e-6; rest /= 2 {
		quantiles = append(quantiles, 1-rest)
	}
	return append(quantiles, 1)
}

// maxLatency is the longest time that is told from longer ones.
const maxLatency = time.Minute

// newHistogram tells times apart by 0.1%.
func newHistogram() *hdrhistogram.Histogram {
	return hdrhistogram.New(1, int64(maxLatency), 3)
}

func record(h *hdrhistogram.Histogram, ns int64) {
	// The only error is a value out of range, which this one is not.
	_ = h.RecordValue(min(max(ns, 1), int64(maxLatency)))
}

func latencyOf(h *hdrhistogram.Histogram) *Latency {
	l := &Latency{Mean: h.Mean(), P50: h.ValueAtQuantile(50), P99: h.ValueAtQuantile(99),
		P999: h.ValueAtQuantile(99.9), Max: h.Max()}
	for _, q := range Quantiles() {
		l.Points = append(l.Points, Point{q, h.ValueAtQuantile(100 * q)})
	}
	return l
}
