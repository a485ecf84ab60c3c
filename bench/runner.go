package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/zeroactor/zmq/bench/internal/own"
	"github.com/zeroactor/zmq/bench/internal/peer"
	"github.com/zeroactor/zmq/bench/internal/wake"
)

// A runner measures settings one after the other. It is used by one goroutine.
type runner struct {
	dir      string        // of its own, for ipc's sockets
	count    int           // messages a sample; zero: as many as target takes
	target   time.Duration // how long a sample should take
	limit    time.Duration // after which a sample has failed
	rounds   int
	labels   bool // our own peers set profile labels
	progress progress
	notes    io.Writer // what was left out, and why
	serial   int       // samples so far

	// wakes measures wake-ups before the first setting and after each, or is nil.
	wakes func(context.Context) wake.Times
	woke  *wake.Times // what it found last
}

// A result is what one setting gave: a sample of each contender in each round.
type result struct {
	setting setting
	sides   []side // the subject's first

	wakeBefore, wakeAfter *wake.Times // nil if not measured
}

// A side is what one contender gave.
type side struct {
	contender contender
	rounds    []sample
	count     int // messages that each sample was asked for
}

// measure runs the contenders in turn, rounds times, after finding out how many
// messages each needs. An optional one that fails is left out. With many peers the cost of
// a message depends on how many there are, and two trials of one library may well differ
// by a factor: one that is nearly the subject gets the subject's number.
func (r *runner) measure(ctx context.Context, s setting, contenders []contender) (result, error) {
	if r.woke == nil {
		r.wakeUp(ctx)
	}
	res := result{setting: s, wakeBefore: r.woke}
	for i, c := range contenders {
		var n int
		var err error
		if i > 0 && c.equal {
			n = res.sides[0].count
		} else {
			n, err = r.calibrate(ctx, s, c)
		}
		if err == nil {
			res.sides = append(res.sides, side{contender: c, count: n})
		} else if !r.excuse(ctx, c, i, err) {
			return res, err
		}
	}
	return res, r.more(ctx, &res)
}

// more adds as many rounds to a result as it takes at once.
func (r *runner) more(ctx context.Context, res *result) error {
	s := res.setting
	before := len(res.sides[0].rounds)
	for round := range r.rounds {
		for i := 0; i < len(res.sides); i++ {
			c, count := res.sides[i].contender, res.sides[i].count
			r.progress.step(fmt.Sprintf("%s %s %d B: round %d of %d, %s, %d messages",
				s.title(), s.transport, s.size, before+round+1, before+r.rounds, c.name, count))
			one, err := r.sample(ctx, s, c, count, peer.Profiles{})
			switch {
			case err == nil:
				res.sides[i].rounds = append(res.sides[i].rounds, one)
			case r.excuse(ctx, c, i, err):
				res.sides = slices.Delete(res.sides, i, i+1)
				i--
			default:
				return err
			}
		}
	}
	r.wakeUp(ctx)
	res.wakeAfter = r.woke
	return nil
}

func (r *runner) wakeUp(ctx context.Context) {
	if r.wakes != nil {
		t := r.wakes(ctx)
		r.woke = &t
	}
}

// excuse reports whether the rest can do without contender i, which has failed.
func (r *runner) excuse(ctx context.Context, c contender, i int, err error) bool {
	if i == 0 || !c.optional || ctx.Err() != nil {
		return false
	}
	why, _, _ := strings.Cut(err.Error(), "\n")
	fmt.Fprintf(r.notes, "NOT COMPARED WITH %s: %s\n", c.name, why)
	return true
}

// calibrate returns the number of messages that takes c about r.target.
func (r *runner) calibrate(ctx context.Context, s setting, c contender) (int, error) {
	if s.workload.fixed {
		return s.peers, nil
	}
	if r.count > 0 {
		return r.count, nil
	}
	count := s.firstCount()
	for {
		trial, err := r.sample(ctx, s, c, count, peer.Profiles{})
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

// sample runs the peers of c once, in the order of the conversation that package
// peer describes. It is that order that makes the numbers comparable and the end
// certain. With profiles, which only our own can write, each peer adds its role
// to the files' names.
func (r *runner) sample(ctx context.Context, s setting, c contender, count int, pr peer.Profiles) (_ sample, err error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	ctx, stop := context.WithTimeoutCause(ctx, r.limit, fmt.Errorf("no result within %v", r.limit))
	defer stop()
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s, %s over %s, %d messages of %d bytes: %w",
				c.name, s.title(), s.transport, count, s.size, err)
		}
	}()
	cast := &cast{runner: r, setting: s, contender: c, profiles: pr, fail: fail}
	// Each peer is waited for: stop runs first and kills it.
	defer cast.wait()
	defer stop()
	if err := cast.assemble(ctx, count); err != nil {
		return sample{}, err
	}
	return cast.perform(ctx)
}

// A cast is the running peers of one sample.
type cast struct {
	*runner
	setting   setting
	contender contender
	profiles  peer.Profiles
	fail      context.CancelCauseFunc

	binder, connect, proxy *process // proxy is nil if there is none
}

// assemble starts the peers and connects them.
func (c *cast) assemble(ctx context.Context, count int) (err error) {
	binder, connect, proxy := c.setting.jobs(count)
	if c.setting.workload.alone {
		c.binder, _, err = c.start(ctx, binder, nil)
		return err
	}
	binder.Endpoint, connect.Bind = c.endpoint(), false
	var front, back peer.Announcement
	if proxy.Role != "" {
		proxy.Endpoint, proxy.Back = c.endpoint(), c.endpoint()
		if c.proxy, _, err = c.start(ctx, proxy, nil); err != nil {
			return err
		}
		if err := c.proxy.readJSON(ctx, &front); err != nil {
			return err
		}
		back.Endpoint = front.Back
	}
	if c.setting.together {
		c.binder, c.connect, err = c.start(ctx, binder, &connect)
	} else {
		c.binder, _, err = c.start(ctx, binder, nil)
	}
	if err != nil {
		return err
	}
	if proxy.Role != "" {
		err = c.binder.say(ctx, back.Endpoint)
	} else {
		err = c.binder.readJSON(ctx, &front)
	}
	if err != nil {
		return err
	}
	if c.connect == nil {
		if c.connect, _, err = c.start(ctx, connect, nil); err != nil {
			return err
		}
	}
	return c.connect.say(ctx, front.Endpoint)
}

// perform lets the peers run, collects their reports and lets them end.
func (c *cast) perform(ctx context.Context) (sample, error) {
	s := sample{together: c.setting.together}
	active, passive := c.binder, c.connect
	if c.setting.workload.reports == connectReports {
		active, passive = passive, active
	}
	if c.setting.workload.announced {
		var ready peer.Ready
		if err := c.connect.readJSON(ctx, &ready); err != nil {
			return s, err
		}
		if err := errors.Join(c.connect.say(ctx, "go"), c.binder.say(ctx, "go")); err != nil {
			return s, errors.Join(context.Cause(ctx), err)
		}
	}
	if err := active.readJSON(ctx, &s.active); err != nil {
		return s, err
	}
	if c.setting.workload.alone {
		active.stdin.Close()
		c.wait()
		return s, context.Cause(ctx)
	}
	passive.stdin.Close()
	if err := passive.readJSON(ctx, &s.passive); err != nil {
		return s, err
	}
	if c.proxy != nil {
		c.proxy.stdin.Close()
		s.proxy = new(peer.Report)
		if err := c.proxy.readJSON(ctx, s.proxy); err != nil {
			return s, err
		}
	}
	active.stdin.Close()
	c.wait()
	return s, context.Cause(ctx)
}

// wait waits for the ends of the peers that have been started.
func (c *cast) wait() {
	for _, p := range []*process{c.binder, c.connect, c.proxy} {
		if p != nil {
			<-p.done
		}
	}
}

// endpoint returns one that nobody is bound to.
func (c *cast) endpoint() string {
	c.serial++
	switch c.setting.transport {
	case "tcp":
		return "tcp://127.0.0.1:*"
	case "ipc":
		return "ipc://" + filepath.Join(c.dir, fmt.Sprint(c.serial))
	}
	return "inproc://bench"
}

// start starts a process for one job, or two.
func (c *cast) start(ctx context.Context, one peer.Job, two *peer.Job) (first, second *process, err error) {
	var name string
	argv := c.command(&one)
	if two != nil {
		name = c.contender.name + " " + two.Role
		c.adapt(two)
		argv = append(append(argv, "--"), two.Arguments()...)
	}
	var notes io.Writer
	if c.profiles.Serve != "" {
		notes = c.notes // the peer says there where it serves
	}
	return startProcess(ctx, c.fail, c.contender.name+" "+one.Role, name, argv, notes)
}

// adapt completes a job.
func (c *cast) adapt(j *peer.Job) {
	j.Limit = c.limit
	if c.contender.tweak != nil {
		c.contender.tweak(j)
	}
}

func (c *cast) command(j *peer.Job) []string {
	c.adapt(j)
	var argv []string
	if c.setting.pin {
		argv = append(argv, "taskset", "-c", "0")
	}
	argv = append(argv, c.contender.command...)
	if c.contender.name == own.Name {
		argv = append(argv, profileArguments(c.profiles, c.labels)...)
	}
	return append(argv, j.Arguments()...)
}
