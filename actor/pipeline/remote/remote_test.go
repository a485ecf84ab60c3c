package remote_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zeroactor/zmq/actor/pipeline"
	"github.com/zeroactor/zmq/actor/pipeline/remote"
	"github.com/zeroactor/zmq/internal/leaktest"
	"github.com/zeroactor/zmq/patterns"
)

func TestMain(m *testing.M) {
	if role, is := os.LookupEnv(roleVar); is {
		os.Exit(playRole(role, os.Args[1]))
	}
	leaktest.Main(m)
}

// limit ends a test that hangs.
const limit = 2 * time.Minute

// A plant is a pipeline and its workers, which are processes of their own but for
// sharing this one.
type plant struct {
	t       *testing.T
	build   func(p *pipeline.Pipeline, s *remote.Site)
	bound   chan string
	workers sync.WaitGroup
}

func newPlant(t *testing.T, build func(p *pipeline.Pipeline, s *remote.Site)) *plant {
	l := &plant{t: t, build: build, bound: make(chan string, 1)}
	t.Cleanup(l.workers.Wait)
	return l
}

// site is that of a process with its own sockets.
func (l *plant) site(role, endpoint string) *remote.Site {
	zmq := patterns.NewContext()
	l.t.Cleanup(func() { zmq.Close() })
	return &remote.Site{
		Role: role, Plan: remote.Plan{Stages: map[string]string{"work": endpoint}}, Context: zmq,
		OnBound: func(_, endpoint string) { l.bound <- endpoint },
	}
}

// run runs the pipeline; meanwhile is called when workers may connect.
func (l *plant) run(cfg pipeline.Config, meanwhile func(endpoint string)) error {
	ctx, cancel := context.WithTimeout(l.t.Context(), limit)
	defer cancel()
	p := pipeline.New(cfg)
	site := l.site("", "tcp://127.0.0.1:*")
	l.build(p, site)
	ended := make(chan error, 1)
	go func() { ended <- site.Run(ctx, p) }()
	meanwhile(<-l.bound)
	return <-ended
}

// worker starts a worker, and returns how it is ended, and where it tells how it did.
func (l *plant) worker(endpoint string) (kill func(), ended <-chan error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	site := l.site("work", endpoint)
	p := pipeline.New(pipeline.Config{})
	l.build(p, site)
	result := make(chan error, 1)
	l.workers.Go(func() {
		defer cancel()
		result <- site.Run(ctx, p)
	})
	return cancel, result
}

func numbers(p *pipeline.Pipeline, n int) pipeline.Stream[int] {
	return pipeline.Values(p, func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	})
}

func double(_ context.Context, v int) (int, error) { return 2 * v, nil }

// sumOf is what the doubles of the numbers below n give.
func checkDoubles(t *testing.T, got []int, n int) {
	t.Helper()
	slices.Sort(got)
	for i, v := range got {
		if v != 2*i {
			t.Errorf("result %d of %d is %d", i, len(got), v)
			return
		}
	}
	if len(got) != n {
		t.Errorf("%d results, want %d", len(got), n)
	}
}

// The same definition runs in one process and in several.
func TestMap(t *testing.T) {
	const n = 2000
	var got []int
	build := func(p *pipeline.Pipeline, s *remote.Site) {
		out := remote.Map(numbers(p, n), s, remote.Stage[int, int]{Name: "work", Workers: 3, Do: double})
		pipeline.Collect(out, &got)
	}
	t.Run("one", func(t *testing.T) {
		p := pipeline.New(pipeline.Config{})
		var site remote.Site
		build(p, &site)
		if err := site.Run(t.Context(), p); err != nil {
			t.Error(err)
		}
		checkDoubles(t, got, n)
	})
	t.Run("several", func(t *testing.T) {
		got = nil
		l := newPlant(t, build)
		var ends []<-chan error
		err := l.run(pipeline.Config{}, func(endpoint string) {
			for range 3 {
				_, ended := l.worker(endpoint)
				ends = append(ends, ended)
			}
		})
		if err != nil {
			t.Error(err)
		}
		checkDoubles(t, got, n)
		worked := 0
		for _, ended := range ends {
			if err := <-ended; err == nil {
				worked++
			} else if !errors.Is(err, remote.ErrNoPipeline) { // one that came when all was done
				t.Error(err)
			}
		}
		if worked == 0 {
			t.Error("no worker heard of the end")
		}
	})
}

// Workers die in the middle, and others come: each number is given once.
func TestWorkersDie(t *testing.T) {
	const n = 3000
	var got []int
	var done atomic.Int64
	l := newPlant(t, func(p *pipeline.Pipeline, s *remote.Site) {
		out := remote.Map(numbers(p, n), s, remote.Stage[int, int]{Name: "work", Workers: 4, Do: func(ctx context.Context, v int) (int, error) {
			done.Add(1)
			return double(ctx, v)
		}})
		pipeline.Collect(out, &got)
	})
	err := l.run(pipeline.Config{}, func(endpoint string) {
		kill, ended := l.worker(endpoint)
		for i := range 5 {
			for done.Load() < int64(i+1)*300 {
				time.Sleep(time.Millisecond) // polls what the workers count, in real time
			}
			next, nextEnded := l.worker(endpoint)
			kill()
			if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			kill, ended = next, nextEnded
		}
	})
	if err != nil {
		t.Error(err)
	}
	checkDoubles(t, got, n)
}

// What a worker fails on, by an error, a panic or bytes that make no sense, is dealt
// with as the stage's policy says.
func TestFailures(t *testing.T) {
	var got []int
	l := newPlant(t, func(p *pipeline.Pipeline, s *remote.Site) {
		out := remote.Map(numbers(p, 30), s, remote.Stage[int, int]{Name: "work", Workers: 2, Out: strange{}, Do: func(_ context.Context, v int) (int, error) {
			switch v {
			case 7:
				return 0, errors.New("seven")
			case 8:
				panic("eight")
			}
			return v, nil
		}}, pipeline.OnError(pipeline.DeadLetter()))
		pipeline.Collect(out, &got)
	})
	var mu sync.Mutex
	var dead []string
	err := l.run(pipeline.Config{DeadLetter: func(m pipeline.Letter) {
		mu.Lock()
		defer mu.Unlock()
		dead = append(dead, fmt.Sprint(m.Stage, m.Item, " ", m.Err))
	}}, func(endpoint string) { l.worker(endpoint) })
	if err != nil {
		t.Error(err)
	}
	slices.Sort(dead)
	if want := []string{"work7 seven", "work8 actor: panic: eight", "work9 decode the result: nine"}; !slices.Equal(dead, want) {
		t.Errorf("%q", dead)
	}
	if len(got) != 27 {
		t.Errorf("%d results", len(got))
	}
}

// strange is a codec that cannot read a nine.
type strange struct{ remote.JSON[int] }

func (s strange) Decode(b []byte) (int, error) {
	v, err := s.JSON.Decode(b)
	if v == 9 {
		err = errors.New("nine")
	}
	return v, err
}

// A failure for good ends the pipeline, also one whose source is without end, and its
// workers.
func TestStop(t *testing.T) {
	l := newPlant(t, func(p *pipeline.Pipeline, s *remote.Site) {
		out := remote.Map(numbers(p, 1<<40), s, remote.Stage[int, int]{Name: "work", Workers: 2, Do: func(_ context.Context, v int) (int, error) {
			if v == 100 {
				return 0, errors.New("hundred")
			}
			return v, nil
		}})
		pipeline.ForEach(out, func(context.Context, int) error { return nil })
	})
	var kill func()
	err := l.run(pipeline.Config{}, func(endpoint string) { kill, _ = l.worker(endpoint) })
	kill() // it hears nothing more
	if failed, ok := errors.AsType[*pipeline.StageError](err); !ok || failed.Stage != "work" || !strings.Contains(err.Error(), "hundred") {
		t.Error(err)
	}
}

// A pipeline that is cancelled drains over its workers; without any it is killed, and
// says which stage it was.
func TestCancel(t *testing.T) {
	var got atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	l := newPlant(t, func(p *pipeline.Pipeline, s *remote.Site) {
		out := remote.Map(numbers(p, 1<<40), s, remote.Stage[int, int]{Name: "work", Workers: 2, Do: double})
		pipeline.ForEach(out, func(context.Context, int) error {
			if got.Add(1) == 100 {
				cancel()
			}
			return nil
		})
	})
	for _, workers := range []int{1, 0} {
		var dead atomic.Int64
		p := pipeline.New(pipeline.Config{Buffer: 10, DrainTimeout: time.Second, DeadLetter: func(pipeline.Letter) { dead.Add(1) }})
		if workers > 0 {
			p = pipeline.New(pipeline.Config{Buffer: 10, DrainTimeout: limit, DeadLetter: func(pipeline.Letter) { dead.Add(1) }})
		}
		site := l.site("", "tcp://127.0.0.1:*")
		l.build(p, site)
		ended := make(chan error, 1)
		go func() { ended <- site.Run(ctx, p) }()
		endpoint := <-l.bound
		if workers > 0 {
			l.worker(endpoint)
		}
		err := <-ended
		late, is := errors.AsType[*pipeline.DrainError](err)
		if !errors.Is(err, context.Canceled) || is != (workers == 0) {
			t.Errorf("%d workers: %v", workers, err)
		}
		if is && !slices.Contains(late.Stages, "work") {
			t.Errorf("%+v", late)
		}
		if workers > 0 && dead.Load() != 0 {
			t.Errorf("%d dead letters", dead.Load())
		}
	}
}

// A slow worker gets less than a fast one.
func TestLeastLoaded(t *testing.T) {
	const n = 400
	var doneBy [2]atomic.Int64
	var which atomic.Int64
	l := newPlant(t, func(p *pipeline.Pipeline, s *remote.Site) {
		me := which.Load()
		out := remote.Map(numbers(p, n), s, remote.Stage[int, int]{Name: "work", Workers: 1, Do: func(ctx context.Context, v int) (int, error) {
			doneBy[me].Add(1)
			if me == 1 {
				time.Sleep(20 * time.Millisecond) // a worker that is slow in real time, as others are processes
			}
			return v, nil
		}})
		pipeline.ForEach(out, func(context.Context, int) error { return nil })
	})
	err := l.run(pipeline.Config{}, func(endpoint string) {
		which.Store(1)
		l.worker(endpoint)
		for doneBy[1].Load() == 0 {
			time.Sleep(time.Millisecond) // polls
		}
		which.Store(0)
		l.worker(endpoint)
	})
	if err != nil {
		t.Error(err)
	}
	if fast, slow := doneBy[0].Load(), doneBy[1].Load(); fast+slow < n || slow*2 > fast {
		t.Errorf("the fast one did %d, the slow one %d", fast, slow)
	}
}

// Mistakes in setting up are told of.
func TestMisuse(t *testing.T) {
	build := func(s *remote.Site) *pipeline.Pipeline {
		p := pipeline.New(pipeline.Config{})
		out := remote.Map(numbers(p, 1), s, remote.Stage[int, int]{Name: "work", Do: double})
		pipeline.ForEach(out, func(context.Context, int) error { return nil })
		return p
	}
	for _, tt := range []struct {
		site remote.Site
		want string
	}{
		{remote.Site{Role: "play"}, `the role "play" is no stage`},
		{remote.Site{Role: "work"}, `no endpoint for "work"`},
		{remote.Site{Plan: remote.Plan{Stages: map[string]string{"play": "inproc://x"}}}, `an endpoint for "play"`},
		{remote.Site{Role: "work", Plan: remote.Plan{Stages: map[string]string{"work": "inproc://x"}}}, "no Workers"},
		{remote.Site{Quiet: -1}, "negative Quiet"},
		{remote.Site{}, "0 workers"},
		{remote.Site{Plan: remote.Plan{Stages: map[string]string{"work": "nonsense"}}}, "nonsense"},
	} {
		if err := tt.site.Run(t.Context(), build(&tt.site)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v\nis to say %q", err, tt.want)
		}
	}
}

// A worker for whom there is no pipeline gives up.
func TestNoPipeline(t *testing.T) {
	l := newPlant(t, func(p *pipeline.Pipeline, s *remote.Site) {
		s.Patience = 50 * time.Millisecond
		out := remote.Map(numbers(p, 1), s, remote.Stage[int, int]{Name: "work", Workers: 1, Do: double})
		pipeline.ForEach(out, func(context.Context, int) error { return nil })
	})
	_, ended := l.worker("inproc://nobody")
	if err := <-ended; !errors.Is(err, remote.ErrNoPipeline) {
		t.Error(err)
	}
}
