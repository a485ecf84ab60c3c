package peer

import (
	"slices"
	"testing"
	"time"
)

func TestJobArguments(t *testing.T) {
	for _, want := range []Job{
		{Role: "send", Type: "PUSH", Size: 10, Count: 1000, WarmUp: 100, Peers: 3, Limit: 30 * time.Second},
		{Role: "echo", Type: "REP", Bind: true, Endpoint: "ipc:///tmp/x y", Count: 1, WarmUp: 1, Peers: 1, Limit: time.Second},
		{Role: "proxy", Type: "PULL", To: "PUSH", Endpoint: "tcp://a:1", Back: "tcp://b:2", Count: 5, WarmUp: 6, Peers: 1,
			Subs: 7, Topics: 11, Batch: 8, Prefix: 1, Ref: true, Burn: 9, Litter: true, Limit: 2 * time.Second},
	} {
		got, err := ParseJob(want.Arguments())
		if err != nil || got != want {
			t.Errorf("ParseJob(%q) = %+v, %v, want %+v", want.Arguments(), got, err, want)
		}
	}
	j := Job{Role: "send", Type: "PUSH", Limit: 1500 * time.Millisecond}
	if got, err := ParseJob(j.Arguments()); err != nil || got.Limit != 2*time.Second {
		t.Errorf("a limit of 1.5 s became %v, error %v", got.Limit, err)
	}
}

func TestParseJobRejects(t *testing.T) {
	good := []string{"role=send", "type=PUSH", "seconds=5"}
	if _, err := ParseJob(good); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{
		"size=-1", "size=x", "count=0", "count=1e3", "warmup=0", "peers=0", "subs=-1", "batch=-1", "bind=2", "bind",
		"seconds=0", "seconds=1s", "prefix=9", "burn=-1", "nonsense=1",
	} {
		if _, err := ParseJob(append(slices.Clone(good), bad)); err == nil {
			t.Errorf("ParseJob with %q gave no error", bad)
		}
	}
	for i := range good {
		if _, err := ParseJob(slices.Delete(slices.Clone(good), i, i+1)); err == nil {
			t.Errorf("ParseJob without %q gave no error", good[i])
		}
	}
}

// No topic is a prefix of another, or two would be matched by one.
func TestTopics(t *testing.T) {
	seen := make(map[string]bool)
	for i := range 1000 {
		topic := string(AppendTopic(nil, i*(MaxSubs/1000)))
		if len(topic) != TopicSize || seen[topic] {
			t.Fatalf("topic %d is %q", i, topic)
		}
		seen[topic] = true
	}
}

func TestLatency(t *testing.T) {
	h := newHistogram()
	for ns := range int64(1000) {
		record(h, 1000*(ns+1))
	}
	record(h, int64(2*time.Hour))
	l := latencyOf(h)
	near := func(what string, got, want int64) {
		if got < want-want/500 || got > want+want/500 {
			t.Errorf("%s is %d, want %d within 0.2%%", what, got, want)
		}
	}
	near("p50", l.P50, 501_000)
	near("p99", l.P99, 991_000)
	near("max", l.Max, int64(maxLatency)) // longer ones are not told apart
	if n := len(l.Points); n != len(Quantiles()) || !slices.IsSortedFunc(l.Points, func(a, b Point) int { return int(a.NS - b.NS) }) {
		t.Errorf("%d points, or out of order: %v", n, l.Points)
	}
}
