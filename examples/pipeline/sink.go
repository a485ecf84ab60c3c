package main

import (
	"context"
	"time"

	"github.com/zeroactor/zmq"
)

// A sink gathers the reports.
type sink struct {
	reports  receiver
	quiet    time.Duration // see ledger.verdict
	patience time.Duration
	progress progress
}

// run gathers until the run is over, in one way or another. The error is that
// of a done context or a closed socket. An interrupt ends it even while reports
// keep coming: half a count is of no use to anybody.
func (s *sink) run(ctx context.Context) (*summary, error) {
	l := newLedger(time.Now(), s.quiet, s.patience)
	tick := s.quiet / beatsPerQuiet
	defer s.progress.done()
	var m zmq.Message
	defer m.Release()
	for {
		err := recvWithin(ctx, s.reports, &m, tick)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err != nil && !timedOut(ctx, err) {
			return nil, err
		}
		now := time.Now()
		if err == nil {
			s.take(l, now, &m)
		}
		if v := l.verdict(now); v != waiting {
			return summarize(l, v, now), nil
		}
	}
}

// take enters the report in m into l, and releases m.
func (s *sink) take(l *ledger, now time.Time, m *zmq.Message) {
	defer m.Reset()
	r, err := decodeReport(m)
	if err != nil {
		l.strange++
		return
	}
	l.note(now, r)
	s.progress.show(l.settledFiles(), l.plan)
}
