package actortop

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/actor/actorhttp"
)

// plant is a tree with a node that is full, one that is idle, and one whose name would
// have the terminal do something.
func plant(in int64) *actor.Snapshot {
	return &actor.Snapshot{Name: "plant", Activity: "passive", Children: []actor.Snapshot{
		{Name: "press", Activity: "actor", Restarts: 2, Mailbox: &actor.MailboxSnapshot{In: in + 1000, Taken: in, HWM: 1000, Full: true, Working: true, Failures: 3, Lost: 4,
			Age: 2500 * time.Millisecond, Busy: time.Duration(in) * time.Millisecond, Observed: time.Duration(in) * 2 * time.Millisecond}},
		{Name: "idler", Activity: "actor", Mailbox: &actor.MailboxSnapshot{In: 7, Taken: 7, HWM: 10}},
		{Name: "bad\x1b[2Jname\n", Activity: "running", Omitted: 5},
		{Name: "stage", Activity: "running", Failures: 7, Lost: 6, Restarts: 5, Pipes: []actor.PipeSnapshot{
			{Name: "reader", In: in + 16, Taken: in, HWM: 16, Full: true, Waited: 12, Age: time.Second},
			{Name: "reader", In: 3, Taken: 3, HWM: 16},
			{Name: "tcp://b", In: in + 30, Taken: in},
		}},
	}}
}

// seen returns the lines that a screen shows, without styles.
func seen(s tea.Model) []string {
	return strings.Split(ansi.Strip(s.(screen).text()), "\n")
}

func update(s tea.Model, messages ...tea.Msg) tea.Model {
	for _, m := range messages {
		s, _ = s.Update(m)
	}
	return s
}

func key(text string) tea.Msg {
	if text == "down" {
		return tea.KeyPressMsg{Code: tea.KeyDown}
	}
	return tea.KeyPressMsg{Code: rune(text[0]), Text: text}
}

// After two looks there are rates, and who is full is marked.
func TestRows(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var s tea.Model = screen{period: time.Second}
	s = update(s, tea.WindowSizeMsg{Width: 160, Height: 20}, figures{at: at, tree: *plant(0)}, figures{at: at.Add(2 * time.Second), tree: *plant(500)})
	lines := seen(s)
	for i, want := range []string{
		"6 nodes, 2 full, as of 03:04:07",
		"  actor                                    doing                       in/s   taken/s                waiting   oldest  busy restarts failures   lost",
		"  plant                                    passive",
		"!   press                                  actor                        250       250     1000/1000 ████████     2.5s   50%        2        3      4",
		"    idler                                  actor                          0         0          0/10 ░░░░░░░░             0%",
		"    bad\uFFFD[2Jname\uFFFD                           running",
		"      … 5 more",
		"    stage                                  running                                                                                 5        7      6",
		"!     ↤ reader                             held up 12 times             250       250         16/16 ████████       1s",
		"      ↤ reader                             pipe                           0         0          0/16 ░░░░░░░░",
		"      ↤ tcp://b                            pipe                         250       250            30",
	} {
		if got := strings.TrimRight(lines[i], " "); got != want {
			t.Errorf("line %d:\n got %q\nwant %q", i, got, want)
		}
	}
	if !strings.Contains(s.(screen).text(), "\x1b[") || strings.Contains(s.(screen).text(), "\x1b[2J") {
		t.Errorf("styles: %q", s.(screen).text())
	}
}

// Keys move within what there is, hide, stand still and quit.
func TestKeys(t *testing.T) {
	at := time.Now()
	plant := func(in int64) *actor.Snapshot {
		p := plant(in)
		p.Children = p.Children[:3] // without pipes
		return p
	}
	var s tea.Model = screen{period: time.Second}
	s = update(s, tea.WindowSizeMsg{Width: 60, Height: 5}, figures{at: at, tree: *plant(0)}, figures{at: at.Add(time.Second), tree: *plant(9)})
	first := func() string { return strings.Fields(seen(s)[2])[0] }
	for _, tt := range []struct{ key, first string }{
		{"k", "plant"}, {"down", "!"}, {"j", "idler"}, {"G", "bad"}, {"g", "plant"}, {"i", "plant"}, {"G", "bad"}, {"i", "idler"},
	} {
		if s = update(s, key(tt.key)); !strings.HasPrefix(first(), tt.first) {
			t.Errorf("after %s: %q", tt.key, seen(s))
		}
	}
	for _, line := range seen(s) {
		if n := ansi.StringWidth(line); n > 60 {
			t.Errorf("%d cells: %q", n, line)
		}
	}
	s = update(s, key(" "), figures{at: at.Add(time.Minute), tree: actor.Snapshot{Name: "other"}})
	if s = update(s, key("g")); first() != "plant" || !strings.Contains(seen(s)[0], "standing still") {
		t.Errorf("%q", seen(s))
	}
	s = update(s, key(" "), figures{at: at, err: errors.New("gone\x1b")})
	if got := seen(s)[0]; got != "no answer: gone\uFFFD" || first() != "plant" {
		t.Errorf("%q", seen(s))
	}
	if _, quit := s.Update(key("q")); quit == nil || quit() != (tea.QuitMsg{}) {
		t.Error("q does not quit")
	}
}

// output is a terminal that is nobody's.
type output struct {
	mu   sync.Mutex
	all  bytes.Buffer
	want string
	got  chan struct{} // closed when want has been written
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all.Write(p)
	if o.got != nil && strings.Contains(o.all.String(), o.want) {
		close(o.got)
		o.got = nil
	}
	return len(p), nil
}

// The whole program shows the actors of another process, in a terminal that is none, until a
// key is pressed.
func TestRun(t *testing.T) {
	s, err := actor.New(t.Context(), actor.Config{Name: "plant"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := actor.Start(s, "worker", func(actor.Ref[int]) actor.Actor[int] {
		return actor.Func[int](func(context.Context, int) error { return nil })
	}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(actorhttp.Handler(s.Node()))
	defer server.Close()
	for name, from := range map[string]Source{"node": Node(s.Node()), "url": URL(server.URL)} {
		keys, pressed := io.Pipe()
		shown := make(chan struct{})
		out := &output{want: "worker", got: shown}
		over := make(chan error, 1)
		go func() {
			over <- Run(t.Context(), from, Options{Period: 10 * time.Millisecond, Input: keys, Output: out, Width: 100, Height: 10})
		}()
		select {
		case <-shown:
		case <-time.After(time.Minute):
			t.Fatalf("%s: %q", name, out.all.String())
		}
		if _, err := pressed.Write([]byte("q")); err != nil {
			t.Error(err)
		}
		if err := <-over; err != nil {
			t.Errorf("%s: %v", name, err)
		}
		pressed.Close()
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

// A source that does not answer, or badly, is an error to be shown.
func TestBadSource(t *testing.T) {
	server := httptest.NewServer(nil)
	defer server.Close()
	for _, url := range []string{server.URL, "http://127.0.0.1:1/", "no url"} {
		if _, err := URL(url)(t.Context()); err == nil {
			t.Errorf("%s: no error", url)
		}
	}
}

// A context that is done ends it.
func TestContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	asked := make(chan struct{}, 1000)
	over := make(chan error, 1)
	keys, pressed := io.Pipe()
	defer pressed.Close()
	go func() {
		over <- Run(ctx, func(context.Context) (actor.Snapshot, error) {
			asked <- struct{}{}
			return actor.Snapshot{}, fmt.Errorf("not now")
		}, Options{Period: time.Millisecond, Input: keys, Output: io.Discard})
	}()
	<-asked
	cancel()
	if err := <-over; err != nil {
		t.Error(err)
	}
}
