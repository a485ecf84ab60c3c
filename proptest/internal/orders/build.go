package orders

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/zeroactor/zmq/internal/mutate"
)

// module is where paths in this module begin.
const module = "github.com/zeroactor/zmq/"

// Tag is that of builds with the changed runtime.
const Tag = "zmqorders"

// What the changed runtime is there for.
const (
	version = "go1.26"
	system  = "linux/amd64"
)

// ErrElsewhere is wrapped by errors where there can be no changed runtime: on another system, with another version
// of Go, or without the go command.
var ErrElsewhere = fmt.Errorf("orders of goroutines are decided with %s on %s only", version, system)

// A toolchain is what the go command says of itself.
type toolchain struct{ GOVERSION, GOOS, GOARCH, GOROOT string }

// findToolchain asks a go command. The error wraps [ErrElsewhere] if it is not there, or not the one that it takes.
func findToolchain(ctx context.Context, command string) (t toolchain, err error) {
	out, err := exec.CommandContext(ctx, command, "env", "-json", "GOVERSION", "GOOS", "GOARCH", "GOROOT").Output()
	if errors.Is(err, exec.ErrNotFound) {
		return t, fmt.Errorf("%w: %w", ErrElsewhere, err)
	}
	if err != nil {
		return t, fmt.Errorf("go env: %w", err)
	}
	if err := json.Unmarshal(out, &t); err != nil {
		return t, fmt.Errorf("go env: %w", err)
	}
	return t, t.check()
}

// check returns an error that wraps [ErrElsewhere] if this is not the toolchain that the changes are for.
func (t toolchain) check() error {
	is := t.GOOS + "/" + t.GOARCH
	if minor := strings.TrimPrefix(t.GOVERSION, version); is == system && minor != t.GOVERSION && !strings.ContainsAny(minor[:min(1, len(minor))], "0123456789") {
		return nil
	}
	return fmt.Errorf("%w, and this is %s on %s", ErrElsewhere, t.GOVERSION, is)
}

// Overlay writes the changed runtime into a directory, and returns what the go command is to be told with
// "-overlay". Other changes may come besides.
func Overlay(dir string, besides ...mutate.Change) (name string, err error) {
	t, err := findToolchain(context.Background(), "go")
	if err != nil {
		return "", err
	}
	return t.overlay(dir, besides...)
}

func (t toolchain) overlay(dir string, besides ...mutate.Change) (name string, err error) {
	all := changes(filepath.Join(t.GOROOT, "src"))
	if name, err = mutate.Overlay(dir, all); err != nil {
		return "", fmt.Errorf("%w: %w", ErrElsewhere, err)
	}
	if len(besides) == 0 {
		return name, nil
	}
	return mutate.Overlay(dir, append(all, besides...))
}

// fixedHeap has the heap of each process begin at the same address, as before Go 1.26: maps of more than a few pointers
// are gone through in an order that follows from these.
const fixedHeap = "norandomizedheapbase64"

// build builds a command of this module, given by its path in that, as a program in a directory, and perhaps with
// other changes of the sources besides. Its processes are to have the environment of [Env]. Where nothing is cached
// that takes 34 s of processor time, as all of the standard library is built anew.
func build(ctx context.Context, dir, pkg string, besides ...mutate.Change) (program string, err error) {
	t, err := findToolchain(ctx, "go")
	if err != nil {
		return "", err
	}
	overlay, err := t.overlay(dir, besides...)
	if err != nil {
		return "", err
	}
	program = filepath.Join(dir, filepath.Base(pkg)+".exe")
	// Without C, of which nothing is needed, and without what debuggers read, which only take time.
	c := exec.CommandContext(ctx, "go", "build", "-tags="+Tag, "-overlay="+overlay, "-gcflags=all=-dwarf=false", "-ldflags=-s -w", "-o", program, module+pkg)
	c.Env = append(os.Environ(), "CGO_ENABLED=0", "GOEXPERIMENT="+strings.TrimPrefix(os.Getenv("GOEXPERIMENT")+","+fixedHeap, ","))
	if out, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w: %s", err, out)
	}
	return program, nil
}

// Env returns the environment of processes that are to be exact: one processor, no preemption, and a collector
// that works when it is told to, or at 2 GiB.
func Env() []string {
	return append(os.Environ(), "GOMAXPROCS=1", "GOGC=off", "GOMEMLIMIT=2GiB", "GODEBUG=asyncpreemptoff=1")
}
