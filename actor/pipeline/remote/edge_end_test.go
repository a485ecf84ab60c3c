package remote_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/actor/pipeline"
	"github.com/zeroactor/zmq/actor/pipeline/remote"
)

var errSource = errors.New("the disk is on fire")

// relay is a definition of two parts: numbers that are given until the source is told to end, or
// fails, and are taken.
func relay(s *remote.Site, cfg pipeline.Config, source iter.Seq2[int, error], take func(int) error) *pipeline.Pipeline {
	p := pipeline.New(cfg)
	in := pipeline.Source(p, func(ctx context.Context) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			for v, err := range source {
				if ctx.Err() != nil || !yield(v, err) {
					return
				}
			}
		}
	}, pipeline.Name("source"), pipeline.Role("giver"))
	out := remote.Edge(in, s, remote.Link[int]{Name: "relay"})
	pipeline.ForEach(out, func(_ context.Context, v int) error { return take(v) }, pipeline.Name("sink"), pipeline.Role("taker"))
	return p
}

// apart are two sites that share a context.
func apart(t *testing.T, kind, bind string) (giver, taker *remote.Site) {
	zmq := newContext(t)
	site := func(role string) *remote.Site {
		plan := remote.Plan{Edges: map[string]remote.Wire{"relay": {Kind: kind, Bind: bind, Endpoint: "inproc://relay", Buffer: 8}}}
		return &remote.Site{Role: role, Plan: plan, Context: zmq, Quiet: 500 * time.Millisecond}
	}
	return site("giver"), site("taker")
}

// everyWire runs a test for each way to make an edge.
func everyWire(t *testing.T, test func(t *testing.T, kind, bind string)) {
	for _, w := range [][2]string{{remote.Push, "from"}, {remote.Push, "to"}, {remote.Pub, "from"}, {remote.Pub, "to"}, {remote.Router, "from"}} {
		t.Run(w[0]+" bound "+w[1], func(t *testing.T) { test(t, w[0], w[1]) })
	}
}

// A source that fails, or is cancelled, ends the part after the edge too: all that it gave is taken,
// and why it ended is known there.
func TestCutShort(t *testing.T) {
	everyWire(t, func(t *testing.T, kind, bind string) {
		for _, how := range []string{"fails", "cancelled"} {
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			source, stop := context.WithCancelCause(ctx)
			given := 0
			giver, taker := apart(t, kind, bind)
			first := relay(giver, pipeline.Config{}, func(yield func(int, error) bool) {
				for ; ; given++ {
					if given == 1000 && how == "fails" {
						yield(0, errSource)
						return
					}
					if given == 1000 {
						stop(errSource)
					}
					if !yield(given, nil) {
						given++
						return
					}
				}
			}, nil)
			var got []int
			second := relay(taker, pipeline.Config{}, nil, func(v int) error { got = append(got, v); return nil })
			ended := make(chan error, 1)
			go func() { ended <- giver.Run(source, first) }()
			err := taker.Run(ctx, second)
			if !errors.Is(err, remote.ErrCutShort) || !strings.Contains(err.Error(), "on fire") || !strings.Contains(err.Error(), `edge "relay"`) {
				t.Errorf("%s: the taker's error: %v", how, err)
			}
			if err := <-ended; !errors.Is(err, errSource) {
				t.Errorf("%s: the giver's error: %v", how, err)
			}
			slices.Sort(got)
			if len(got) != given || !slices.Equal(got, slices.Collect(upTo(given))) {
				t.Errorf("%s: %d of %d taken", how, len(got), given)
			}
			stop(nil)
			cancel()
		}
	})
}

func upTo(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; i < n && yield(i); i++ {
		}
	}
}

// endless yields numbers, and counts them.
func endless(given *int) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for yield(*given, nil) {
			*given++
		}
	}
}

// A taker that waits makes the source wait: no more is on the way than buffers hold.
func TestBackPressure(t *testing.T) {
	everyWire(t, func(t *testing.T, kind, bind string) {
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		defer cancel()
		source, stop := context.WithCancel(ctx)
		given := 0
		giver, taker := apart(t, kind, bind)
		first := relay(giver, pipeline.Config{Buffer: 8}, endless(&given), nil)
		release := make(chan struct{})
		var got []int
		second := relay(taker, pipeline.Config{Buffer: 8}, nil, func(v int) error {
			<-release
			got = append(got, v)
			return nil
		})
		ends := make(chan error, 2)
		go func() { ends <- giver.Run(source, first) }()
		go func() { ends <- taker.Run(ctx, second) }()
		// Queues of eight items fill from the sink on. The last one is the source's.
		for full := int64(0); full < 3; time.Sleep(time.Millisecond) { // polls
			e := first.Edges()[0]
			full++
			if e.Depth() < 8 || second.Edges()[0].Depth() < 8 {
				full = 0
			}
		}
		if n := first.Edges()[0].Written; n > 80 {
			t.Errorf("%d items are on the way", n)
		}
		stop()
		close(release)
		for range 2 {
			if err := <-ends; err == nil || !errors.Is(err, context.Canceled) && !errors.Is(err, remote.ErrCutShort) {
				t.Error(err)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, slices.Collect(upTo(len(got)))) || len(got) < given {
			t.Errorf("%d taken of %d given", len(got), given)
		}
	})
}

// A taker that is to end takes what is there and leaves; over a ROUTER nothing is lost by that: another
// one takes the rest.
func TestTakerLeaves(t *testing.T) {
	const n = 2000
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	giver, taker := apart(t, remote.Router, "from")
	_, other := apart(t, remote.Router, "from")
	other.Context = giver.Context
	leaves, leave := context.WithCancel(ctx)
	var got, gotToo []int
	first := relay(giver, pipeline.Config{}, func(yield func(int, error) bool) {
		for i := 0; i < n && yield(i, nil); i++ {
		}
	}, nil)
	second := relay(taker, pipeline.Config{}, nil, func(v int) error {
		if got = append(got, v); len(got) == 100 {
			leave()
		}
		return nil
	})
	third := relay(other, pipeline.Config{}, nil, func(v int) error { gotToo = append(gotToo, v); return nil })
	ended := make(chan error, 2)
	go func() { ended <- giver.Run(ctx, first) }()
	if err := taker.Run(leaves, second); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := other.Run(ctx, third); err != nil {
		t.Error(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	all := append(got, gotToo...)
	slices.Sort(all)
	if !slices.Equal(all, slices.Collect(upTo(n))) || len(gotToo) == 0 {
		t.Errorf("%d and %d taken of %d", len(got), len(gotToo), n)
	}
}

// A part that wants no more ends the whole, also over sockets.
func TestNotWanted(t *testing.T) {
	everyWire(t, func(t *testing.T, kind, bind string) {
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		defer cancel()
		site, _ := apart(t, kind, bind)
		site.Role = ""
		p := pipeline.New(pipeline.Config{})
		given := 0
		in := pipeline.Source(p, func(context.Context) iter.Seq2[int, error] { return endless(&given) })
		out := remote.Edge(in, site, remote.Link[int]{Name: "relay"})
		var got []int
		pipeline.Collect(pipeline.Apply(out, func(in iter.Seq2[int, error]) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				for v, err := range in {
					if !yield(v, err) || v == 99 {
						return
					}
				}
			}
		}), &got)
		if err := site.Run(ctx, p); err != nil {
			t.Error(err)
		}
		if !slices.Equal(got, slices.Collect(upTo(100))) {
			t.Errorf("%d are taken", len(got))
		}
	})
}

// An edge that joins streams is over when each of them is, also when one has ended before another one is heard of.
func TestJoinedStreamsOneByOne(t *testing.T) {
	for _, kind := range []string{remote.Push, remote.Pub} {
		t.Run(kind, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			_, taker := apart(t, kind, "to")
			var got []int
			play := func(role string) <-chan error {
				site := *taker
				site.Role = role
				p := pipeline.New(pipeline.Config{})
				first := pipeline.Values(p, upTo(10), pipeline.Name("first"), pipeline.Role("first"))
				second := pipeline.Values(p, upTo(10), pipeline.Name("second"), pipeline.Role("second"))
				out := remote.Join([]pipeline.Stream[int]{first, second}, &site, remote.Link[int]{Name: "relay"})
				pipeline.Collect(out, &got, pipeline.Name("sink"), pipeline.Role("taker"))
				ended := make(chan error, 1)
				go func() { ended <- site.Run(ctx, p) }()
				return ended
			}
			all := play("taker")
			if err := <-play("first"); err != nil {
				t.Fatal(err)
			}
			select {
			case err := <-all:
				t.Fatalf("the edge has ended with its first stream: %v", err)
			case <-time.After(200 * time.Millisecond): // some looks of who takes, in real time as sockets are
			}
			if err := <-play("second"); err != nil {
				t.Fatal(err)
			}
			if err := <-all; err != nil || len(got) != 20 {
				t.Errorf("%d items are taken: %v", len(got), err)
			}
		})
	}
}

// Nobody at the other side is an error when patience ends.
func TestNobodyThere(t *testing.T) {
	everyWire(t, func(t *testing.T, kind, bind string) {
		run := func(site *remote.Site) error {
			given := 0
			site.Patience = 50 * time.Millisecond
			return site.Run(t.Context(), relay(site, pipeline.Config{Buffer: 4}, endless(&given), func(int) error { return nil }))
		}
		giver, _ := apart(t, kind, bind)
		_, taker := apart(t, kind, bind)
		for _, site := range []*remote.Site{giver, taker} {
			// Sockets in one process have no connections: who connects there before somebody
			// binds cannot see that nobody does.
			w := site.Edges["relay"]
			w.Endpoint = "ipc://*"
			if (bind == "from") != (site == giver) {
				w.Endpoint = "ipc://" + t.TempDir() + "/nobody"
			}
			site.Edges["relay"] = w
			if err := run(site); !errors.Is(err, remote.ErrNoPeer) || !strings.Contains(err.Error(), `edge "relay"`) {
				t.Errorf("%s: %v", site.Role, err)
			}
		}
	})
}

// Mistakes in a plan are told of before anything runs.
func TestEdgeMisuse(t *testing.T) {
	given := 0
	wires := func(w remote.Wire) remote.Plan { return remote.Plan{Edges: map[string]remote.Wire{"relay": w}} }
	in := remote.Wire{Endpoint: "inproc://in"}
	for _, tt := range []struct {
		role string
		plan remote.Plan
		want string
	}{
		{"", remote.Plan{Edges: map[string]remote.Wire{"rely": in}}, `edge "rely": the pipeline has no such edge; it has ["relay"]`},
		{"player", wires(in), `the role "player" is no stage to be run elsewhere, and no part: pipeline pipeline: pipeline: bad graph: no stage is for the role "player"; there are giver, taker`},
		{"giver", remote.Plan{}, `is for the role "taker", and joined with source, which is for "giver"`},
		{"giver", wires(remote.Wire{Endpoint: "inproc://in", From: remote.Roles{"other"}}), `is for the role "other", and joined with source`},
		{"", wires(remote.Wire{Endpoint: "inproc://in", From: remote.Roles{"a", "b"}}), `edge "relay": field "from": 2 roles for 1 streams`},
		{"", wires(remote.Wire{}), `edge "relay": field "endpoint": it is missing`},
		{"", wires(remote.Wire{Endpoint: "nonsense://x"}), "stage relay out: "},
		{"taker", wires(remote.Wire{Endpoint: "tcp://no.such.host.invalid:1", Bind: "to"}), "stage relay in: "},
	} {
		site := &remote.Site{Role: tt.role, Plan: tt.plan}
		p := relay(site, pipeline.Config{}, endless(&given), func(int) error { return nil })
		if err := site.Run(t.Context(), p); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v\nis to say %q", err, tt.want)
		}
	}
	if given != 0 {
		t.Error("it ran")
	}
	p := pipeline.New(pipeline.Config{})
	site := &remote.Site{Plan: wires(in)}
	streams := []pipeline.Stream[int]{numbers(p, 1), remote.Edge(numbers(p, 1), site, remote.Link[int]{Name: "twice"})}
	out := remote.Join(streams, site, remote.Link[int]{Name: "relay"})
	pipeline.ForEach(remote.Edge(out, site, remote.Link[int]{Name: "twice"}), func(context.Context, int) error { return nil })
	err := site.Run(t.Context(), p)
	for _, want := range []string{`two edges of the name "twice"`, `edge "relay": field "bind": it must be "to", as 2 streams are joined`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nis to say %q", err, want)
		}
	}
}

// An endpoint that is in use is an error of the edge, before anything runs.
func TestEndpointInUse(t *testing.T) {
	everyWire(t, func(t *testing.T, kind, bind string) {
		held, taker := apart(t, kind, bind)
		if bind == "to" {
			held = taker
		}
		w := held.Edges["relay"]
		w.Endpoint = "tcp://127.0.0.1:*"
		held.Edges["relay"] = w
		bound := make(chan string, 1)
		held.OnBound = func(_, endpoint string) { bound <- endpoint }
		ctx, cancel := context.WithCancel(t.Context())
		given := 0
		p := relay(held, pipeline.Config{DrainTimeout: time.Millisecond}, endless(&given), func(int) error { return nil })
		ended := make(chan error, 1)
		go func() { ended <- held.Run(ctx, p) }()
		w.Endpoint = <-bound
		second := &remote.Site{Role: held.Role, Plan: remote.Plan{Edges: map[string]remote.Wire{"relay": w}}}
		ran := 0
		err := second.Run(t.Context(), relay(second, pipeline.Config{}, endless(&ran), func(int) error { return nil }))
		end := map[string]string{"from": "out", "to": "in"}[bind]
		if !errors.Is(err, zmq.ErrAddrInUse) || !strings.Contains(fmt.Sprint(err), "stage relay "+end) || ran != 0 {
			t.Error(err, ran)
		}
		cancel()
		<-ended // with whatever error: nobody came
	})
}
