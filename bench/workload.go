package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zeroactor/zmq/bench/internal/peer"
)

// A workload is a thing to measure: the peers, and what is read off them. It is
// data: another case that the roles of package peer can play is one more value.
type workload struct {
	name    string
	help    string
	binder  part
	connect part
	proxy   part     // between the two, which then both connect; no role if there is none
	reports reporter // who sees the end, and measures the time

	alone      bool // the binder plays it all, in one process; it is for libraries of actors
	announced  bool // the connecting peer says that it is ready, and both are told to go
	firstCount int  // messages of the first trial
	fixed      bool // the number of messages is that of the peers
	topics     bool // messages have topics
	metrics    []metric
}

// A part is what a peer plays.
type part struct {
	role   string
	typ    string // of its sockets
	to     string // of a proxy's back socket
	prefix int    // frames before the body that it receives
}

// A reporter is one of a workload's two peers.
type reporter int

const (
	binderReports reporter = iota
	connectReports
)

// A metric is one number of a sample.
type metric struct {
	name   string
	unit   string
	better string // "higher" or "lower"
	zero   bool   // zero is a measurement, and not the lack of one
	of     func(sample) float64
}

// A sample is what the peers of one run report.
type sample struct {
	active, passive peer.Report // active is the reporter of the workload
	proxy           *peer.Report
	together        bool // in one process: each reports what both have used
}

// cpu returns the CPU time of all processes for each of what is counted.
func (s sample) cpu() float64 {
	n := float64(s.active.Count)
	total := s.active.CPUSeconds
	if !s.together {
		total += s.passive.CPUSeconds
	}
	each := total / n
	if s.proxy != nil { // it counts the warm-up as well
		each += s.proxy.CPUSeconds / float64(s.proxy.Count)
	}
	return each * 1e9
}

func (s sample) memory() float64 {
	total := s.active.MaxRSSBytes
	if !s.together {
		total += s.passive.MaxRSSBytes
	}
	if s.proxy != nil {
		total += s.proxy.MaxRSSBytes
	}
	return float64(total) / 1024
}

// allocations returns those of both peers for each of what is counted, or -1 if
// a peer does not count them. A proxy's include its warm-up's and so its start's;
// they are left out.
func (s sample) allocations() float64 {
	if s.together && s.active.Allocations != nil {
		return *s.active.Allocations
	}
	if s.active.Allocations == nil || s.passive.Allocations == nil {
		return -1
	}
	total := *s.active.Allocations*float64(s.active.Count) + *s.passive.Allocations*float64(s.passive.Count)
	return total / float64(s.active.Count)
}

// sleeps returns how often threads of both peers slept for each of what is counted, or -1 if
// a system does not tell.
func (s sample) sleeps() float64 {
	if s.active.Sleeps == nil || s.passive.Sleeps == nil {
		return -1
	}
	total := *s.active.Sleeps
	if !s.together {
		total += *s.passive.Sleeps
	}
	return float64(total) / float64(s.active.Count)
}

// busy returns the share of the time in which one of both peers had a processor: 1 if they share one that nobody
// else wants, twice that if each is busy on its own.
func (s sample) busy() float64 {
	return s.cpu() * float64(s.active.Count) / 1e9 / s.active.CPUWall
}

func rateOf(unit string) metric {
	return metric{name: "rate", unit: unit, better: "higher", of: func(s sample) float64 { return s.active.Rate }}
}

// usage is the metrics that every workload has.
func usage(each string) []metric {
	return []metric{
		{name: "CPU", unit: "ns/" + each, better: "lower", of: sample.cpu},
		{name: "memory", unit: "KiB", better: "lower", of: sample.memory},
		{name: "allocations", unit: "/" + each, better: "lower", zero: true, of: sample.allocations},
	}
}

// idlePrefix is before the role in the name of the metric idle.
const idlePrefix = "idle, "

// idle is how much of the time the process with that role did nothing, as a share: the
// clock's time less its CPU time. One that keeps several processors busy is never idle.
func idle(role string) metric {
	return metric{name: idlePrefix + role, unit: "of time", better: "lower", zero: true, of: func(s sample) float64 {
		for _, r := range []*peer.Report{&s.active, &s.passive, s.proxy} {
			if !s.together && r != nil && r.Role == role && r.CPUSeconds > 0 && r.CPUWall > 0 {
				return max(0, 1-r.CPUSeconds/r.CPUWall)
			}
		}
		return -1
	}}
}

// withIdle adds who was idle to a workload that says what CPU time is used, unless what
// it measures is at rest for most of the time.
func (w workload) withIdle() workload {
	if !w.fixed && slices.ContainsFunc(w.metrics, func(m metric) bool { return m.name == "CPU" }) {
		for _, p := range []part{w.connect, w.binder, w.proxy} {
			if p.role != "" {
				w.metrics = append(w.metrics, idle(p.role))
			}
		}
	}
	return w
}

func oneWay() []metric { return append([]metric{rateOf("msg/s")}, usage("msg")...) }

func roundTrips() []metric {
	rtt := func(name string, of func(*peer.Latency) float64) metric {
		return metric{name: "RTT " + name, unit: "µs", better: "lower", of: func(s sample) float64 {
			if s.active.RTT == nil {
				return 0
			}
			return of(s.active.RTT) / 1e3
		}}
	}
	return append([]metric{
		rtt("p50", func(l *peer.Latency) float64 { return float64(l.P50) }),
		rtt("p99", func(l *peer.Latency) float64 { return float64(l.P99) }),
		rtt("p99.9", func(l *peer.Latency) float64 { return float64(l.P999) }),
		rtt("max", func(l *peer.Latency) float64 { return float64(l.Max) }),
		rtt("mean", func(l *peer.Latency) float64 { return l.Mean }),
		{name: "sleeps", unit: "/round", better: "lower", zero: true, of: sample.sleeps},
	}, usage("round")...)
}

// held is what all peers keep resident for each of n, in KiB or bytes.
func held(name, unit, each string, n func(sample) float64, of func(peer.Report) int64, scale float64) metric {
	return metric{name: name, unit: unit + "/" + each, better: "lower", of: func(s sample) float64 {
		total := of(s.active)
		if !s.together {
			total += of(s.passive)
		}
		return float64(total) / n(s) / scale
	}}
}

func heldNow(r peer.Report) int64   { return r.HeldBytes }
func heldLeast(r peer.Report) int64 { return r.HeldLeastBytes }

// flooding is the metrics of a flood: what is sent, and how sends to stuck subscribers
// differ from the others.
func flooding() []metric {
	of := func(f func(*peer.Stuck) float64) func(sample) float64 {
		return func(s sample) float64 {
			if s.active.Stuck == nil {
				return 0
			}
			return f(s.active.Stuck)
		}
	}
	return []metric{
		rateOf("msg/s"),
		{name: "rate, stuck", unit: "of others", better: "higher", of: of(func(f *peer.Stuck) float64 { return f.Rate })},
		{name: "send CPU", unit: "ns/msg", better: "lower", of: of(func(f *peer.Stuck) float64 { return f.SendCPUNS })},
		{name: "send CPU, stuck", unit: "of others", better: "lower", of: of(func(f *peer.Stuck) float64 { return f.CPU })},
		usage("msg")[1],
	}
}

func connections() []metric {
	n := func(s sample) float64 { return float64(s.active.Count) }
	return append([]metric{
		rateOf("conn/s"),
		held("resident", "KiB", "conn", n, heldNow, 1024),
		held("resident, collected", "KiB", "conn", n, heldLeast, 1024),
	}, usage("conn")[0])
}

func matching() []metric {
	one := func(sample) float64 { return 1 }
	return append([]metric{
		{name: "match", unit: "ns", better: "lower", of: func(s sample) float64 { return 1e9 / s.active.Rate }},
		held("resident", "MiB", "all", one, heldNow, 1<<20),
		held("resident, collected", "MiB", "all", one, heldLeast, 1<<20),
	}, usage("msg")[2])
}

// workloads returns all cases.
func workloads() []workload {
	all := []workload{
		{name: "push", help: "PUSH→PULL, one way; with -peers from several PUSHes",
			binder: part{role: "receive", typ: "PULL"}, connect: part{role: "send", typ: "PUSH"},
			firstCount: 10_000, metrics: oneWay()},
		{name: "dealer", help: "DEALER→ROUTER, one way; with -peers from several DEALERs",
			binder: part{role: "receive", typ: "ROUTER", prefix: 1}, connect: part{role: "send", typ: "DEALER"},
			firstCount: 10_000, metrics: oneWay()},
		{name: "rtt", help: "REQ→REP and back",
			binder: part{role: "request", typ: "REQ"}, connect: part{role: "echo", typ: "REP"},
			firstCount: 1000, metrics: roundTrips()},
		{name: "rtt-dealer", help: "DEALER→ROUTER and back",
			binder: part{role: "request", typ: "DEALER"}, connect: part{role: "echo", typ: "ROUTER", prefix: 1},
			firstCount: 1000, metrics: roundTrips()},
		{name: "rtt-pair", help: "PAIR→PAIR and back",
			binder: part{role: "request", typ: "PAIR"}, connect: part{role: "echo", typ: "PAIR"},
			firstCount: 1000, metrics: roundTrips()},
		{name: "clients", help: "REQ→ROUTER and back, from -peers REQs at once",
			binder: part{role: "echo", typ: "ROUTER", prefix: 2}, connect: part{role: "clients", typ: "REQ"}, reports: connectReports,
			firstCount: 1000, metrics: append([]metric{rateOf("round/s")}, usage("round")...)},
		{name: "pub", help: "PUB→SUB, to -peers SUBs with -subs subscriptions each; PUB waits and drops nothing",
			binder: part{role: "publish", typ: "PUB"}, connect: part{role: "subscribe", typ: "SUB"}, reports: connectReports,
			announced: true, topics: true, firstCount: 2000, metrics: oneWay()},
		{name: "flood", help: "PUB that drops, to one SUB that receives and -peers less one that do not: sends that all want, to those of the one",
			binder: part{role: "flood", typ: "PUB"}, connect: part{role: "ignore", typ: "SUB"},
			announced: true, topics: true, firstCount: 100_000, metrics: flooding()},
		{name: "match", help: "PUB sends what none of -subs subscriptions matches",
			binder: part{role: "match", typ: "PUB"}, connect: part{role: "hold", typ: "SUB"},
			announced: true, topics: true, firstCount: 500_000, metrics: matching()},
		{name: "proxy", help: "PUSH→[PULL PUSH]→PULL, three processes",
			binder: part{role: "receive", typ: "PULL"}, connect: part{role: "send", typ: "PUSH"},
			proxy: part{role: "proxy", typ: "PULL", to: "PUSH"}, firstCount: 10_000, metrics: oneWay()},
		{name: "proxy-dealer", help: "DEALER→[ROUTER DEALER]→DEALER, three processes",
			binder: part{role: "receive", typ: "DEALER", prefix: 1}, connect: part{role: "send", typ: "DEALER"},
			proxy: part{role: "proxy", typ: "ROUTER", to: "DEALER"}, firstCount: 10_000, metrics: oneWay()},
		{name: "connections", help: "-peers connections at once, and what they hold when idle",
			binder: part{role: "gather", typ: "PULL"}, connect: part{role: "dial", typ: "PUSH"},
			fixed: true, metrics: connections()},
	}
	for i := range all {
		all[i] = all[i].withIdle()
	}
	return all
}

// workloadsNamed returns the workloads of those names, in their order; "all" is
// every one of sockets.
func workloadsNamed(names []string) ([]workload, error) {
	all := append(workloads(), actorWorkloads()...)
	if slices.Equal(names, []string{"all"}) {
		return workloads(), nil
	}
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
