package actorhttp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/actor/actorhttp"
	"github.com/zeroactor/zmq/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// hostile is a name that would be a script if it got into the page as it is.
const hostile = `<script>document.title="caught"<` + "\u2215script>"

// serve serves a tree of an actor that is stuck with a full mailbox, and of one whose
// name is hostile.
func serve(t *testing.T) (url string) {
	gate := make(chan struct{})
	s, err := actor.New(t.Context(), actor.Config{Name: "plant"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		close(gate)
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	var passed atomic.Int64
	_, err = s.Node().Spawn("stage", actor.Spec{Look: func(to *actor.Snapshot) {
		n := passed.Add(1_000_000)
		to.Failures = 77
		to.Pipes = []actor.PipeSnapshot{{Name: "reader", In: n + 16, Taken: n, HWM: 16, Full: true, Waited: 12}, {Name: hostile, In: 5, Taken: 4}}
	}})
	if err != nil {
		t.Fatal(err)
	}
	begun := make(chan struct{}, 10)
	wait := func(actor.Ref[int]) actor.Actor[int] {
		return actor.Func[int](func(context.Context, int) error {
			begun <- struct{}{}
			<-gate
			return nil
		})
	}
	stuck, err := actor.Start(s, "stuck", wait, actor.HWM(3))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := actor.Start(s, hostile, wait); err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		if err := stuck.TrySend(i); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			<-begun
		}
	}
	server := httptest.NewServer(actorhttp.Handler(s.Node()))
	t.Cleanup(server.Close)
	return server.URL
}

func get(t *testing.T, url string, status int) (body string, header http.Header) {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != status {
		t.Fatalf("%s: %s, %v, want %d", url, r.Status, err, status)
	}
	return string(b), r.Header
}

func TestFormats(t *testing.T) {
	url := serve(t)
	body, _ := get(t, url+"?format=json", 200)
	var tree actor.Snapshot
	if err := json.Unmarshal([]byte(body), &tree); err != nil {
		t.Fatal(err)
	}
	if len(tree.Children) != 3 || tree.Children[0].Name != "stage" || tree.Children[1].Name != "stuck" || tree.Children[2].Name != hostile {
		t.Fatalf("the tree is %+v", tree)
	}
	if p := tree.Children[0].Pipes; len(p) != 2 || p[0].Depth() != 16 || !p[0].Full {
		t.Errorf("the pipes are %+v", p)
	}
	if m := tree.Children[1].Mailbox; m.In != 4 || m.Depth() != 3 || !m.Full {
		t.Errorf("the mailbox is %+v", *m)
	}
	if body, _ := get(t, url+"?format=text", 200); !strings.HasPrefix(body, "plant ") || !strings.Contains(body, "\n  stuck ") || !strings.Contains(body, "\n    | reader: ") {
		t.Errorf("the text is %q", body)
	}
	body, header := get(t, url, 200)
	if header.Get("Content-Security-Policy") == "" || strings.Contains(body, "stuck") || strings.Contains(body, "http") {
		t.Errorf("the page has names, or links, or no policy: %q, %v", body, header)
	}
	if body, _ := get(t, url+"?format=json&max=2", 200); !strings.Contains(body, `"omitted":2`) {
		t.Errorf("of two nodes: %s", body)
	}
}

func TestBadRequests(t *testing.T) {
	url := serve(t)
	for _, query := range []string{"max=0", "max=100001", "max=x", "max=-1", "format=xml"} {
		if body, _ := get(t, url+"?"+query, 400); !strings.Contains(body, strings.SplitAfter(query, "=")[1]) {
			t.Errorf("%s: %q does not name the value", query, body)
		}
	}
	r, err := http.Post(url, "text/plain", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != http.StatusMethodNotAllowed || r.Header.Get("Allow") == "" {
		t.Errorf("POST: %s", r.Status)
	}
}

// A browser shows the tree and its pipes, and how much goes through them: what holds others up is marked, and a name
// is only a name.
func TestBrowser(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		chromium, err = exec.LookPath("chromium-headless-shell")
	}
	if err != nil && os.Getenv("ZMQ_REQUIRE_BROWSER") != "" {
		t.Fatal(err)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "SKIPPED, THE PAGE WAS NOT SHOWN BY ANY BROWSER: no chromium")
		t.Skip("no chromium")
	}
	url := serve(t)
	out, err := exec.CommandContext(t.Context(), chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--user-data-dir="+t.TempDir(), "--virtual-time-budget=5000", "--dump-dom", url).Output()
	if err != nil {
		t.Fatalf("%s: %v", chromium, err)
	}
	dom := string(out)
	for _, want := range []string{
		`<tr class="pressure"><td style="padding-left: 2rem;">stuck</td><td>actor</td>`,
		`<tr class="pressure"><td style="padding-left: 3.2rem;">↤ reader</td><td>held up 12 times</td>`,
		">3 of 3<", ">100 %<", ">16 of 16<", ">77<", ">↤ &lt;script&gt;", "&lt;script&gt;", "as of ", "<title>Actors</title>",
	} {
		if !strings.Contains(dom, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if !regexp.MustCompile(`held up 12 times</td><td>[1-9][^<]+</td><td>[1-9][^<]+</td>`).MatchString(dom) {
		t.Error("the page lacks the rates of the pipe")
	}
	if t.Failed() {
		t.Log(dom)
	}
}
