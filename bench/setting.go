package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/zeroactor/zmq/bench/internal/peer"
)

// A setting is one line of the experiment: what is sent how.
type setting struct {
	workload  workload
	transport string // "tcp", "ipc" or "inproc"
	size      int    // bytes
	peers     int
	subs      int
	topics    int  // that a PUB sends to, 0 or 1 for one
	batch     int  // messages a call, 0 by the plain calls
	ref       bool // bodies by reference
	together  bool // both peers in one process
	pin       bool // all processes on CPU 0
}

// check refuses what makes no sense.
func (s setting) check() error {
	w := s.workload
	switch {
	case s.transport == "inproc" && !s.together:
		return errors.New("inproc takes -procs 1")
	case s.together && w.proxy.role != "":
		return fmt.Errorf("%s takes a process for each of its peers", w.name)
	case w.topics && s.size <= peer.TopicSize:
		return fmt.Errorf("%s takes messages of more than %d bytes, for the topic", w.name, peer.TopicSize)
	case w.topics && s.peers*s.subs > peer.MaxSubs:
		return fmt.Errorf("%d SUBs with %d subscriptions each are more than %d", s.peers, s.subs, peer.MaxSubs)
	case (w.binder.role == "request" || w.binder.role == "echo") && s.batch > 0:
		return fmt.Errorf("%s has one message under way, and no batches", w.name)
	case s.topics > 1 && (s.batch > 0 || s.ref):
		return errors.New("with -topics messages are sent one a call, and copied")
	case s.topics*s.size > maxBodies:
		return fmt.Errorf("messages to %d topics are more than %d bytes together", s.topics, maxBodies)
	case w.name == "connections" && s.transport == "inproc":
		return errors.New("inproc has no connections")
	}
	return nil
}

// maxBodies is how many bytes a publisher's messages may have together, one to each topic.
const maxBodies = 1 << 30

// title is the name of the case with what is not the default.
func (s setting) title() string {
	parts := []string{s.workload.name}
	if s.peers != 1 || s.workload.fixed {
		parts = append(parts, fmt.Sprintf("%d peers", s.peers))
	}
	if s.workload.topics {
		parts = append(parts, fmt.Sprintf("%d subs", s.subs))
	}
	if s.topics > 1 {
		parts = append(parts, fmt.Sprintf("%d topics", s.topics))
	}
	if s.batch > 0 {
		parts = append(parts, fmt.Sprintf("batch %d", s.batch))
	}
	if s.ref {
		parts = append(parts, "by reference")
	}
	if s.together && s.transport != "inproc" && !s.workload.alone {
		parts = append(parts, "one process")
	}
	if s.pin {
		parts = append(parts, "pinned")
	}
	return strings.Join(parts, ", ")
}

// jobs returns the jobs of the setting's peers for count messages; the proxy's
// has no role if there is none. Counts are made to divide by the peers.
func (s setting) jobs(count int) (binder, connect, proxy peer.Job) {
	w := s.workload
	per := func(n int) int { return (n + s.peers - 1) / s.peers * s.peers }
	if w.alone {
		return s.actorJob(count), peer.Job{}, peer.Job{}
	}
	j := peer.Job{Size: s.size, Peers: s.peers, Batch: s.batch, Ref: s.ref,
		Count: per(count), WarmUp: per(warmUp(count))}
	if w.topics {
		j.Subs = s.subs
		j.Count, j.WarmUp = count, warmUp(count)
	}
	if w.fixed {
		j.Count, j.WarmUp = s.peers, 1
	}
	of := func(p part) peer.Job {
		j := j
		j.Role, j.Type, j.To, j.Prefix = p.role, p.typ, p.to, p.prefix
		return j
	}
	binder, connect, proxy = of(w.binder), of(w.connect), of(w.proxy)
	if s.topics > 1 {
		binder.Topics = s.topics
		connect.Count = peer.Wanted(count, s.topics, s.subs)
	}
	binder.Bind = w.proxy.role == ""
	return binder, connect, proxy
}

// nowhere is the transport of what takes none.
const nowhere = "-"

// actorSetting is a setting of a workload of actors.
func actorSetting(w workload, peers int, pin bool) setting {
	return setting{workload: w, transport: nowhere, peers: peers, subs: 1, together: true, pin: pin}
}

// actorJob is the job of a library of actors.
func (s setting) actorJob(count int) peer.Job {
	j := peer.Job{Role: s.workload.binder.role, Type: "none", Peers: s.peers, Count: count, WarmUp: warmUp(count)}
	switch {
	case s.workload.fixed:
		j.Count, j.WarmUp = s.peers, 1
	case j.Role == "tell": // each sends as many
		j.Count, j.WarmUp = (count+s.peers-1)/s.peers*s.peers, (j.WarmUp+s.peers-1)/s.peers*s.peers
	}
	return j
}

// numbers parses a list of numbers from least up.
func numbers(list, what string, least, most int) ([]int, error) {
	var all []int
	for _, text := range strings.Split(list, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < least || n > most {
			return nil, fmt.Errorf("bad %s %q: want %d to %d", what, text, least, most)
		}
		all = append(all, n)
	}
	return all, nil
}

// settings returns every case with every transport, size and number of peers
// and subscriptions that it knows.
func (o options) settings() ([]setting, error) {
	chosen, err := workloadsNamed(strings.Split(o.cases, ","))
	if err != nil {
		return nil, err
	}
	sizes, err := numbers(o.sizes, "size", 0, peer.MaxSize)
	if err != nil {
		return nil, err
	}
	peers, err := numbers(o.peers, "number of peers", 1, peer.MaxPeers)
	if err != nil {
		return nil, err
	}
	subs, err := numbers(o.subs, "number of subscriptions", 1, peer.MaxSubs)
	if err != nil {
		return nil, err
	}
	for _, w := range chosen {
		if w.alone != chosen[0].alone {
			return nil, errors.New("cases of actors and of sockets take a run each")
		}
	}
	var all []setting
	for _, w := range chosen {
		if w.alone {
			for _, n := range peers {
				all = append(all, actorSetting(w, n, o.pin))
			}
			continue
		}
		for _, transport := range strings.Split(o.transports, ",") {
			if transport != "tcp" && transport != "ipc" && transport != "inproc" {
				return nil, fmt.Errorf("no transport %q; there are tcp, ipc, inproc", transport)
			}
			s := setting{workload: w, transport: transport, batch: o.batch, ref: o.ref, pin: o.pin,
				together: o.procs == 1 || transport == "inproc"}
			if w.name == "pub" {
				s.topics = o.topics
			}
			for _, s.size = range sizes {
				for _, s.peers = range peers {
					if w.binder.role == "request" {
						s.peers = 1 // one with one, whatever the other cases have
					}
					for _, s.subs = range subs {
						if err := s.check(); err != nil {
							return nil, err
						}
						all = append(all, s)
						if !w.topics {
							break // the same with more subscriptions
						}
					}
					if w.binder.role == "request" {
						break
					}
				}
				if w.fixed {
					break // the same with other sizes
				}
			}
		}
	}
	return all, nil
}

// firstCount returns how many messages the first trial has: what takes a while,
// but not for ever with large messages or many peers.
func (s setting) firstCount() int {
	n := s.workload.firstCount
	if s.workload.reports == connectReports {
		n = max(n/s.peers, 100) // each message is delivered that often
	}
	return max(min(n, trialBytes/max(s.size, 1)), 10)
}

// trialBytes bounds the first trial: a tenth of a second at 1 GB/s.
const trialBytes = 100 << 20

// same reports whether two settings are the same.
func (s setting) same(t setting) bool {
	return s.workload.name == t.workload.name && s.transport == t.transport && s.size == t.size && s.peers == t.peers &&
		s.subs == t.subs && s.topics == t.topics && s.batch == t.batch && s.ref == t.ref && s.together == t.together && s.pin == t.pin
}
