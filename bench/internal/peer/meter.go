package peer

import (
	"runtime"
	"runtime/debug"
	"time"
)

// A meter holds what there was when measuring began.
type meter struct {
	start   time.Time
	cpu     time.Duration
	since   time.Time // that of cpu; start may be set to a later one
	mallocs uint64
	sleeps  int64
	profile *profiler // nil without profiles
}

// begin starts measuring, and the profiles if there are any.
func (p *player) begin() (meter, error) {
	m := meter{profile: p.profiler, mallocs: mallocs()}
	if err := m.profile.start(); err != nil {
		return m, err
	}
	m.sleeps, _ = sleeps()
	cpu, err := cpuTime()
	m.cpu = cpu
	m.start = time.Now()
	m.since = m.start
	return m, err
}

func (m meter) seconds() float64 { return time.Since(m.start).Seconds() }

// finish ends measuring, completes r with what was used since begin, and prints
// it. A rate that is set already stays.
func (p *player) finish(m meter, r Report) error {
	now, err := cpuTime()
	if err != nil {
		return err
	}
	wall := time.Since(m.since)
	slept, told := sleeps()
	made := mallocs() - m.mallocs
	if err := m.profile.stop(); err != nil {
		return err
	}
	r.CPUSeconds, r.CPUWall = (now - m.cpu).Seconds(), wall.Seconds()
	r.Library, r.Role, r.Size = p.library.Name(), p.job.Role, p.job.Size
	if r.Count == 0 {
		r.Count = p.job.Count
	}
	each := float64(made) / float64(r.Count)
	r.Allocations = &each
	if slept -= m.sleeps; told {
		r.Sleeps = &slept
	}
	if r.Seconds > 0 && r.Rate == 0 {
		r.Rate = float64(r.Count) / r.Seconds
	}
	r.MaxRSSBytes = maxRSSBytes()
	return p.control.out.Encode(r)
}

func mallocs() uint64 {
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.Mallocs
}

// A weight is what was resident before something was made, in bytes.
type weight int64

func weigh() weight {
	debug.FreeOSMemory()
	return weight(rssBytes())
}

// into sets how much more is resident now, as it is and at least.
func (w weight) into(r *Report) {
	r.HeldBytes = rssBytes() - int64(w)
	debug.FreeOSMemory()
	r.HeldLeastBytes = rssBytes() - int64(w)
}
