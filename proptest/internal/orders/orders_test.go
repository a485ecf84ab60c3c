package orders

import (
	"context"
	"debug/buildinfo"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/zeroactor/zmq/internal/leaktest"
	"github.com/zeroactor/zmq/internal/mutate"
)

func TestMain(m *testing.M) {
	if os.Getenv(inCrew) != "" {
		play()
	}
	leaktest.Main(m)
}

// What is changed is there in the version of Go that the changes are for.
func TestChangesApply(t *testing.T) {
	if _, err := Overlay(t.TempDir()); err != nil {
		if strings.HasPrefix(runtime.Version(), version) && runtime.GOOS+"/"+runtime.GOARCH == system {
			t.Fatal(err)
		}
		t.Skipf("NOT TESTED with %s: %v", runtime.Version(), err)
	}
}

// Another version of Go is refused, and so are another system and sources that are not those of the version.
func TestElsewhere(t *testing.T) {
	for _, c := range []struct {
		is   toolchain
		want string // in the error; "" if there is none
	}{
		{toolchain{GOVERSION: "go1.26", GOOS: "linux", GOARCH: "amd64"}, ""},
		{toolchain{GOVERSION: "go1.26.8", GOOS: "linux", GOARCH: "amd64"}, ""},
		{toolchain{GOVERSION: "go1.26rc1", GOOS: "linux", GOARCH: "amd64"}, ""},
		{toolchain{GOVERSION: "go1.27.1", GOOS: "linux", GOARCH: "amd64"}, "with go1.26 on linux/amd64 only, and this is go1.27.1 on linux/amd64"},
		{toolchain{GOVERSION: "go1.260", GOOS: "linux", GOARCH: "amd64"}, "this is go1.260"},
		{toolchain{GOVERSION: "devel go1.27-1b3", GOOS: "linux", GOARCH: "amd64"}, "this is devel"},
		{toolchain{GOVERSION: "go1.26.8", GOOS: "darwin", GOARCH: "amd64"}, "go1.26.8 on darwin/amd64"},
		{toolchain{GOVERSION: "go1.26.8", GOOS: "linux", GOARCH: "arm64"}, "go1.26.8 on linux/arm64"},
	} {
		if err := c.is.check(); (err == nil) != (c.want == "") || err != nil && !(errors.Is(err, ErrElsewhere) && strings.Contains(err.Error(), c.want)) {
			t.Errorf("%+v: %v, want %q", c.is, err, c.want)
		}
	}
	if _, err := findToolchain(t.Context(), "no-such-go"); !errors.Is(err, ErrElsewhere) {
		t.Errorf("without the go command: %v", err)
	}
	t.Setenv(inCrew, "1") // with which this binary is one that says nothing
	if _, err := findToolchain(t.Context(), os.Args[0]); err == nil || errors.Is(err, ErrElsewhere) {
		t.Errorf("what is no go command: %v", err)
	}
	other := toolchain{GOROOT: t.TempDir()}
	dir := filepath.Join(other.GOROOT, "src", "runtime")
	if err := errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(filepath.Join(dir, "proc.go"), []byte("package runtime\n\nfunc runqput() {}\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := other.overlay(t.TempDir()); !errors.Is(err, ErrElsewhere) || !strings.Contains(err.Error(), "randomizeScheduler") {
		t.Errorf("sources that lack what is to be changed: %v", err)
	}
}

// What is to be changed besides and is not there is a mistake, and not another version.
func TestBesides(t *testing.T) {
	if _, err := Overlay(t.TempDir()); err != nil {
		t.Skipf("NOT TESTED: %v", err)
	}
	if _, err := Overlay(t.TempDir(), mutate.Change{Dir: ".", Old: "no such text", New: ""}); err == nil || errors.Is(err, ErrElsewhere) {
		t.Error(err)
	}
}

// What does not compile is a mistake, and not another version.
func TestBuildFails(t *testing.T) {
	if _, err := findToolchain(t.Context(), "go"); err != nil {
		t.Skipf("NOT TESTED: %v", err)
	}
	if _, err := build(t.Context(), t.TempDir(), "proptest/internal/none"); err == nil || errors.Is(err, ErrElsewhere) {
		t.Errorf("a command that there is not: %v", err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := build(over, t.TempDir(), "proptest/internal/player"); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits any more: %v", err)
	}
}

// The heap of exact processes begins at the same address in each.
func TestFixedHeap(t *testing.T) {
	program, err := build(t.Context(), t.TempDir(), "proptest/internal/player")
	if errors.Is(err, ErrElsewhere) {
		t.Skipf("NOT TESTED: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range info.Settings {
		if s.Key == "GOEXPERIMENT" && strings.Contains(s.Value, fixedHeap) {
			return
		}
	}
	t.Errorf("built with %v", info.Settings)
}

// Exact processes have one processor, whatever the caller's environment says.
func TestEnv(t *testing.T) {
	t.Setenv("GOMAXPROCS", "7")
	last := ""
	for _, v := range Env() {
		if strings.HasPrefix(v, "GOMAXPROCS=") {
			last = v
		}
	}
	if last != "GOMAXPROCS=1" {
		t.Error(last)
	}
}
