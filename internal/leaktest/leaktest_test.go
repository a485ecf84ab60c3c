package leaktest

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) { Main(m) }

// shortGrace is for leaks that are planted, and would use up all of the grace.
const shortGrace = 20 * time.Millisecond

// plant starts a goroutine that stays until the returned function is called,
// which waits for its end.
func plant() (uproot func()) {
	stop, done := make(chan struct{}), make(chan struct{})
	go plantedLeak(stop, done)
	return func() {
		close(stop)
		<-done
	}
}

func plantedLeak(stop <-chan struct{}, done chan<- struct{}) {
	defer close(done)
	<-stop
}

// suite stands in for a *testing.M: its value is the tests' exit code.
type suite int

func (s suite) Run() int { return int(s) }

func TestMainReportsPlantedLeak(t *testing.T) {
	known := present()
	uproot := plant()
	var out bytes.Buffer
	code := run(suite(0), known, shortGrace, &out)
	uproot()
	if code != 1 {
		t.Errorf("exit code with a leak: %d, want 1", code)
	}
	for _, want := range []string{"1 goroutines left", "leaktest.plantedLeak(", "leaktest_test.go:"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, out.String())
		}
	}
}

func TestMainPassesWithoutLeak(t *testing.T) {
	var out bytes.Buffer
	if code := run(suite(0), present(), defaultGrace, &out); code != 0 || out.Len() > 0 {
		t.Errorf("exit code %d, output %q; want 0 and none", code, out.String())
	}
}

func TestMainKeepsFailure(t *testing.T) {
	uproot := plant()
	defer uproot()
	var out bytes.Buffer
	if code := run(suite(3), nil, shortGrace, &out); code != 3 || out.Len() > 0 {
		t.Errorf("exit code %d, output %q; want the tests' own 3 and none", code, out.String())
	}
}

// A goroutine that ends within the grace is no leak.
func TestGrace(t *testing.T) {
	known := present()
	uproot := plant()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		// The check must really find it alive first: a real sleep.
		time.Sleep(5 * time.Millisecond)
		uproot()
	}()
	var out bytes.Buffer
	if code := run(suite(0), known, defaultGrace, &out); code != 0 {
		t.Errorf("exit code %d, want 0:\n%s", code, out.String())
	}
	<-ended
}

// fakeT records what Check does with its test.
type fakeT struct {
	testing.TB
	failed   bool
	cleanups []func()
	errors   []string
}

func (f *fakeT) Helper()                {}
func (f *fakeT) Failed() bool           { return f.failed }
func (f *fakeT) Cleanup(cleanup func()) { f.cleanups = append(f.cleanups, cleanup) }
func (f *fakeT) Error(args ...any)      { f.errors = append(f.errors, fmt.Sprint(args...)) }

func (f *fakeT) finish() {
	for _, cleanup := range f.cleanups {
		cleanup()
	}
}

func TestCheckReportsPlantedLeak(t *testing.T) {
	var f fakeT
	check(&f, shortGrace)
	uproot := plant()
	f.finish()
	uproot()
	if len(f.errors) != 1 || !strings.Contains(f.errors[0], "leaktest.plantedLeak(") {
		t.Errorf("errors: %q, want one with the stack of plantedLeak", f.errors)
	}
}

func TestCheckIgnoresEarlierGoroutines(t *testing.T) {
	uproot := plant()
	defer uproot()
	var f fakeT
	check(&f, shortGrace)
	f.finish()
	if len(f.errors) > 0 {
		t.Errorf("errors: %q, want none", f.errors)
	}
}

func TestCheckIsSilentAfterFailure(t *testing.T) {
	f := fakeT{failed: true}
	check(&f, shortGrace)
	uproot := plant()
	defer uproot()
	f.finish()
	if len(f.errors) > 0 {
		t.Errorf("errors: %q, want none", f.errors)
	}
}

func TestCheckOnItself(t *testing.T) {
	Check(t)
	plant()()
}

func TestOurs(t *testing.T) {
	frame := func(function string) string {
		return "goroutine 7 [select]:\n" + function + "(0xc000012345)\n\t/src/file.go:12 +0x1d"
	}
	tests := []struct {
		name, stack string
		want        bool
	}{
		{"root package", frame("github.com/zeroactor/zmq.ParseEndpoint"), true},
		{"root's external test", frame("github.com/zeroactor/zmq_test.TestX"), true},
		{"a package below", frame("github.com/zeroactor/zmq/ypipe.(*Pipe[...]).Read"), true},
		{"another module with our prefix", frame("github.com/zeroactor/zmqtools.F"), false},
		{"the runtime's", frame("runtime.gopark"), false},
		{"a name of ours in an argument only", frame("net/http.(*persistConn).readLoop"), false},
		{
			"a library's, started by us",
			frame("net.(*Resolver).lookup") + "\ncreated by github.com/zeroactor/zmq/transport/tcp.dial in goroutine 6\n\t/src/dial.go:3 +0x5", true,
		},
		{
			"a library's own",
			frame("net/http.(*Transport).dial") + "\ncreated by net/http.(*Transport).queue in goroutine 6\n\t/src/transport.go:3 +0x5", false,
		},
	}
	for _, tt := range tests {
		if got := (goroutine{7, tt.stack}).ours(); got != tt.want {
			t.Errorf("%s: ours = %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestParse(t *testing.T) {
	dump := "goroutine 1 [running]:\nmain.main()\n\t/src/main.go:3 +0x1\n\n" +
		"goroutine 34 [chan receive, 2 minutes, synctest bubble 1]:\nmain.f()\n\t/src/main.go:9 +0x1\n\n" +
		"goroutine x [running]:\n\nsomething else\n"
	all := parse([]byte(dump))
	if len(all) != 2 || all[0].id != 1 || all[1].id != 34 {
		t.Fatalf("parse: %+v, want goroutines 1 and 34", all)
	}
	if !strings.HasPrefix(all[1].stack, "goroutine 34 [") || !strings.HasSuffix(all[1].stack, "+0x1") {
		t.Errorf("stack of 34: %q", all[1].stack)
	}
}

// A dump that is larger than the first buffer is still whole.
func TestManyGoroutines(t *testing.T) {
	const many = 500
	known := present()
	var uproots []func()
	for range many {
		uproots = append(uproots, plant())
	}
	// One that was never scheduled has no function of its own on the stack yet,
	// but is ours by the line that says who created it.
	left := leaked(goroutines(), known)
	for _, uproot := range uproots {
		uproot()
	}
	if len(left) != many {
		t.Errorf("%d goroutines found, want %d", len(left), many)
	}
}
