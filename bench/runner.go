package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"time"
)

// A contender is a library under measurement: the command that runs one of its
// peers, to which the job's arguments are added.
type contender struct {
	name    string
	command []string
}

// A setting is one line of the experiment: what is sent how.
type setting struct {
	workload  workload
	transport string // "tcp" or "ipc"
	size      int    // bytes
}

// A runner measures settings one after the other. It is used by one goroutine.
type runner struct {
	dir      string        // of its own, for ipc's sockets
	pin      bool          // all processes on CPU 0
	count    int           // messages a sample; zero: as many as target takes
	target   time.Duration // how long a sample should take
	limit    time.Duration // after which a sample has failed
	rounds   int
	progress io.Writer
	serial   int // samples so far
}

// A result is what one setting gave: a sample of each contender in each round.
type result struct {
	setting       setting
	subject, vs   contender // vs has no name if nothing was compared
	subjectRounds []sample
	vsRounds      []sample
}

// measure runs subject and vs in turn, rounds times, after finding out how many
// messages each needs. A vs without a name is left out.
func (r *runner) measure(ctx context.Context, s setting, subject, vs contender) (result, error) {
	res := result{setting: s, subject: subject, vs: vs}
	counts := make(map[string]int)
	contenders := []contender{subject}
	if vs.name != "" {
		contenders = append(contenders, vs)
	}
	for _, c := range contenders {
		n, err := r.calibrate(ctx, s, c)
		if err != nil {
			return res, err
		}
		counts[c.name] = n
	}
	for round := range r.rounds {
		for i, c := range contenders {
			fmt.Fprintf(r.progress, "%s %s %d B: round %d of %d, %s, %d messages\n",
				s.workload.name, s.transport, s.size, round+1, r.rounds, c.name, counts[c.name])
			one, err := r.sample(ctx, s, c, counts[c.name], "")
			if err != nil {
				return res, err
			}
			if i == 0 {
				res.subjectRounds = append(res.subjectRounds, one)
			} else {
				res.vsRounds = append(res.vsRounds, one)
			}
		}
	}
	return res, nil
}

// calibrate returns the number of messages that takes c about r.target.
func (r *runner) calibrate(ctx context.Context, s setting, c contender) (int, error) {
	if r.count > 0 {
		return r.count, nil
	}
	count := s.workload.firstCount
	for {
		trial, err := r.sample(ctx, s, c, count, "")
		if err != nil {
			return 0, err
		}
		next, done := nextCount(count, time.Duration(trial.active.Seconds*float64(time.Second)), r.target)
		if done {
			return next, nil
		}
		count = next
	}
}

// sample runs the two peers of c once. If profile is not empty, they write CPU
// profiles to profile.push, profile.pull and so on, which only our own can do.
//
// The order is what makes the numbers comparable and the end certain: the
// active peer binds and says where; the passive one connects; the active one
// reports when everything has arrived; only then is the passive one told to
// report, by the end of its input; then both may go.
func (r *runner) sample(ctx context.Context, s setting, c contender, count int, profile string) (_ sample, err error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	ctx, stop := context.WithTimeoutCause(ctx, r.limit, fmt.Errorf("no result within %v", r.limit))
	defer stop()
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s, %s over %s, %d messages of %d bytes: %w",
				c.name, s.workload.name, s.transport, count, s.size, err)
		}
	}()

	endpoint, err := r.endpoint(s.transport)
	if err != nil {
		return sample{}, err
	}
	j := job{role: s.workload.active, endpoint: endpoint, bind: true,
		size: s.size, count: count, warmUp: warmUp(count), limit: r.limit}
	active, err := startProcess(ctx, fail, c.name+" "+j.role, r.command(c, j, profile))
	if err != nil {
		return sample{}, err
	}
	// Each peer is waited for: stop, registered later, runs first and kills it.
	defer func() { <-active.done }()
	defer stop()
	var bound announcement
	if err := active.readJSON(ctx, &bound); err != nil {
		return sample{}, err
	}

	j.role, j.endpoint, j.bind = s.workload.passive, bound.Endpoint, false
	passive, err := startProcess(ctx, fail, c.name+" "+j.role, r.command(c, j, profile))
	if err != nil {
		return sample{}, err
	}
	defer func() { <-passive.done }()
	defer stop()
	return finish(ctx, active, passive)
}

// finish collects the reports and lets the peers end, in that order.
func finish(ctx context.Context, active, passive *process) (sample, error) {
	var s sample
	if err := active.readJSON(ctx, &s.active); err != nil {
		return s, err
	}
	passive.stdin.Close()
	if err := passive.readJSON(ctx, &s.passive); err != nil {
		return s, err
	}
	active.stdin.Close()
	<-active.done
	<-passive.done
	return s, context.Cause(ctx)
}

func (r *runner) endpoint(transport string) (string, error) {
	r.serial++
	switch transport {
	case "tcp":
		return "tcp://127.0.0.1:*", nil
	case "ipc":
		return "ipc://" + filepath.Join(r.dir, fmt.Sprint(r.serial)), nil
	}
	return "", fmt.Errorf("no transport %q; there are tcp, ipc", transport)
}

func (r *runner) command(c contender, j job, profile string) []string {
	var argv []string
	if r.pin {
		argv = append(argv, "taskset", "-c", "0")
	}
	argv = append(argv, c.command...)
	if profile != "" {
		argv = append(argv, "-cpuprofile", profile+"."+j.role)
	}
	if c.name == ownName {
		argv = append(argv, "-role", j.role)
	} else {
		argv = append(argv, j.role)
	}
	return append(argv, j.arguments()...)
}
