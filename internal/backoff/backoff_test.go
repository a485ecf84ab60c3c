package backoff

import (
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"

	"github.com/zeroactor/zmq/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

const (
	ms      = time.Millisecond
	forever = time.Duration(math.MaxInt64)
)

func lowest(int64) int64    { return 0 }
func highest(n int64) int64 { return n - 1 }

func TestNext(t *testing.T) {
	tests := []struct {
		name     string
		policy   Policy
		shortest []time.Duration // of successive waits
		longest  []time.Duration
	}{
		{"zero policy", Policy{}, nil, nil},
		{"off", Policy{Interval: -1, Max: 100 * ms}, nil, nil},
		{
			"no maximum", Policy{Interval: 100 * ms},
			[]time.Duration{100 * ms, 100 * ms, 100 * ms},
			[]time.Duration{200*ms - 1, 200*ms - 1, 200*ms - 1},
		},
		{
			"a maximum below the interval", Policy{100 * ms, 50 * ms},
			[]time.Duration{100 * ms, 100 * ms}, []time.Duration{200*ms - 1, 200*ms - 1},
		},
		{
			"a maximum equal to the interval", Policy{100 * ms, 100 * ms},
			[]time.Duration{100 * ms, 100 * ms}, []time.Duration{200*ms - 1, 200*ms - 1},
		},
		{
			"growing", Policy{100 * ms, 1000 * ms},
			[]time.Duration{75 * ms, 150 * ms, 300 * ms, 600 * ms, 750 * ms, 750 * ms},
			[]time.Duration{125 * ms, 250 * ms, 500 * ms, 1000 * ms, 1000 * ms, 1000 * ms},
		},
		{
			"a maximum just above the interval", Policy{100 * ms, 110 * ms},
			[]time.Duration{75 * ms, 110*ms - 110*ms/4}, []time.Duration{110 * ms, 110 * ms},
		},
		{
			"the shortest interval", Policy{1, 3},
			[]time.Duration{1, 3, 3}, []time.Duration{1, 3, 3},
		},
		{
			"the longest interval", Policy{Interval: forever},
			[]time.Duration{forever, forever}, []time.Duration{forever, forever},
		},
		{
			"the longest maximum", Policy{forever / 2, forever},
			[]time.Duration{forever/2 - forever/8, forever - 1 - forever/4},
			[]time.Duration{forever/2 + forever/8, forever},
		},
	}
	for _, tt := range tests {
		for _, side := range []struct {
			random func(int64) int64
			want   []time.Duration
		}{{lowest, tt.shortest}, {highest, tt.longest}} {
			s := State{Policy: tt.policy}
			for i, want := range side.want {
				got, ok := s.Next(side.random)
				if !ok || (got-want).Abs() > 1 {
					t.Errorf("%s: wait %d: %v, %v, want %v, true", tt.name, i, got, ok, want)
				}
			}
			if side.want == nil {
				if got, ok := s.Next(side.random); ok || got != 0 {
					t.Errorf("%s: %v, %v, want 0, false", tt.name, got, ok)
				}
			}
		}
	}
}

// after returns the state after a number of waits.
func after(p Policy, waits int) *State {
	s := &State{Policy: p}
	for range waits {
		s.Next(lowest)
	}
	return s
}

func TestSucceeded(t *testing.T) {
	p := Policy{100 * ms, 10 * time.Second}
	tests := []struct {
		name  string
		waits int
		lived time.Duration
		want  time.Duration // the longest that the next wait can be
	}{
		{"accepted and dropped at once", 4, 0, 2000 * ms},
		{"lived shorter than the wait before", 4, 799 * ms, 2000 * ms},
		{"lived as long as the wait before", 4, 800 * ms, 125 * ms},
		{"lived long", 4, time.Hour, 125 * ms},
		{"the first attempt succeeded", 0, 0, 125 * ms},
		{"a clock that went backwards", 4, -time.Hour, 2000 * ms},
	}
	for _, tt := range tests {
		s := after(p, tt.waits)
		s.Succeeded(tt.lived)
		if got, ok := s.Next(highest); !ok || got != tt.want {
			t.Errorf("%s: the next wait is %v, %v, want %v", tt.name, got, ok, tt.want)
		}
	}
}

// libzmq issue 883: a peer that accepts, completes the handshake even, and closes
// is not hammered.
func TestDroppingPeerIsNotHammered(t *testing.T) {
	s := State{Policy: Policy{10 * ms, time.Minute}}
	attempts := 0
	for elapsed := time.Duration(0); elapsed < time.Hour; attempts++ {
		wait, _ := s.Next(lowest)
		elapsed += wait
		s.Succeeded(ms)
	}
	if attempts > 100 {
		t.Errorf("%d attempts in an hour, want one in 45 s at most, when all have grown", attempts)
	}
}

// seed returns the seed of this run: that of ZMQ_TEST_SEED, or a new one.
func seed(t testing.TB) int64 {
	s := time.Now().UnixNano()
	if text := os.Getenv("ZMQ_TEST_SEED"); text != "" {
		var err error
		if s, err = strconv.ParseInt(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("replay with ZMQ_TEST_SEED=%d", s)
	return s
}

// A thousand peers of a server that went down do not come back at once, however
// long they have waited.
func TestPeersSpread(t *testing.T) {
	random := rand.New(rand.NewPCG(uint64(seed(t)), 0))
	for _, p := range []Policy{{Interval: time.Second}, {time.Second, 10 * time.Second}} {
		for waits := range 8 {
			var all []time.Duration
			for range 1000 {
				wait, _ := after(p, waits).Next(random.Int64N)
				all = append(all, wait)
			}
			slices.Sort(all)
			// A window of a tenth of the range must not hold much more than its share.
			window := (all[len(all)-1] - all[0]) / 10
			for i := range all {
				end, _ := slices.BinarySearch(all, all[i]+window)
				if end-i > 200 {
					t.Fatalf("%+v, wait %d: %d of 1000 peers within %v", p, waits, end-i, window)
				}
			}
			if window < 20*ms {
				t.Errorf("%+v, wait %d: all within %v", p, waits, 10*window)
			}
		}
	}
}

// property checks one history: the lifetimes of connections, negative for an
// attempt that failed.
func property(p Policy, lives []int64, random func(int64) int64) string {
	s := State{Policy: p}
	nominal := uint64(p.Interval) // twice it fits
	for _, life := range lives {
		wait, ok := s.Next(random)
		switch low, high := 0.75*float64(nominal), min(1.25*float64(nominal), float64(p.Max)); {
		case ok != (p.Interval > 0):
			return "on although it is off, or the other way round"
		case !ok:
			continue
		case wait <= 0:
			return "a wait of " + wait.String()
		case p.Max <= p.Interval:
			if uint64(wait) < nominal || uint64(wait) >= 2*nominal && wait != forever {
				return "outside of one and two intervals: " + wait.String()
			}
		case float64(wait) < low*0.999 || float64(wait) > high*1.001+1 || wait > p.Max:
			return "outside of a quarter around the nominal wait, or over Max: " + wait.String()
		}
		if p.Max <= p.Interval {
			continue
		}
		lived := life >= 0
		if lived {
			s.Succeeded(time.Duration(life))
		}
		if lived && uint64(life) >= nominal {
			nominal = uint64(p.Interval)
		} else {
			nominal = min(2*nominal, uint64(p.Max))
		}
	}
	return ""
}

func TestProperty(t *testing.T) {
	source := seed(t)
	parameters := gopter.DefaultTestParametersWithSeed(source)
	parameters.MinSuccessfulTests = 1000
	properties := gopter.NewProperties(parameters)
	// Durations of all magnitudes, where the seams are.
	duration := gen.OneGenOf(
		gen.Int64(), gen.Int64Range(-2, 10), gen.Int64Range(1, int64(time.Hour)),
		gen.OneConstOf(int64(math.MaxInt64), int64(math.MaxInt64/2), int64(math.MaxInt64/2+1)),
	)
	properties.Property("waits keep to the policy", prop.ForAll(
		func(interval, longest int64, lives []int64, seed uint64) string {
			random := rand.New(rand.NewPCG(seed, 0))
			return property(Policy{time.Duration(interval), time.Duration(longest)}, lives, random.Int64N)
		},
		duration, duration, gen.SliceOf(duration), gen.UInt64(),
	))
	properties.TestingRun(t)
}
