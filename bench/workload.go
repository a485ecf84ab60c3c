package main

import (
	"fmt"
	"slices"
	"strings"
)

// A workload is a thing to measure: two roles and what is read off them. The
// active role sees the last message arrive; the passive one is told to stop.
type workload struct {
	name       string
	active     string // binds
	passive    string // connects
	firstCount int    // messages of the first trial
	metrics    []metric
}

// A metric is one number of a sample.
type metric struct {
	name   string
	unit   string
	better string // "higher" or "lower"
	of     func(sample) float64
}

// A sample is what the two peers of one run report.
type sample struct {
	active, passive report
}

// A report is a peer's account of its measured part. Fields that the role does
// not measure, or the system does not tell, are zero.
type report struct {
	Library     string  `json:"library"` // with its version
	Role        string  `json:"role"`
	Size        int     `json:"size"` // bytes
	Count       int     `json:"count"`
	Seconds     float64 `json:"seconds"`     // from the first to the last message
	Rate        float64 `json:"rate"`        // messages, or rounds, a second
	CPUSeconds  float64 `json:"cpu_seconds"` // user and system, all threads
	MaxRSSBytes int64   `json:"max_rss_bytes"`
	RTTMeanNS   float64 `json:"rtt_mean_ns,omitempty"`
	RTTP50NS    int64   `json:"rtt_p50_ns,omitempty"`
	RTTP99NS    int64   `json:"rtt_p99_ns,omitempty"`
}

func workloads() []workload {
	rate := metric{"rate", "msg/s", "higher", func(s sample) float64 { return s.active.Rate }}
	cpu := metric{"CPU", "ns/msg", "lower", func(s sample) float64 {
		return (s.active.CPUSeconds + s.passive.CPUSeconds) / float64(s.active.Count) * 1e9
	}}
	cpuOfRound := cpu
	cpuOfRound.unit = "ns/round"
	memory := metric{"memory", "KiB", "lower", func(s sample) float64 {
		return float64(s.active.MaxRSSBytes+s.passive.MaxRSSBytes) / 1024
	}}
	rtt := func(name string, of func(report) float64) metric {
		return metric{"RTT " + name, "µs", "lower", func(s sample) float64 { return of(s.active) / 1e3 }}
	}
	return []workload{{
		name: "push", active: "pull", passive: "push", firstCount: 10_000,
		metrics: []metric{rate, cpu, memory},
	}, {
		name: "rtt", active: "req", passive: "rep", firstCount: 1000,
		metrics: []metric{
			rtt("p50", func(r report) float64 { return float64(r.RTTP50NS) }),
			rtt("p99", func(r report) float64 { return float64(r.RTTP99NS) }),
			rtt("mean", func(r report) float64 { return r.RTTMeanNS }),
			cpuOfRound, memory,
		},
	}}
}

// workloadsNamed returns the workloads of those names, in their order.
func workloadsNamed(names []string) ([]workload, error) {
	all := workloads()
	var chosen []workload
	for _, name := range names {
		i := slices.IndexFunc(all, func(w workload) bool { return w.name == name })
		if i < 0 {
			var known []string
			for _, w := range all {
				known = append(known, w.name)
			}
			return nil, fmt.Errorf("no case %q; there are %s", name, strings.Join(known, ", "))
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}
