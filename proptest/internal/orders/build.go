package orders

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/zeroactor/zmq/internal/mutate"
)

// Tag is that of builds with the changed runtime.
const Tag = "zmqorders"

// ErrVersion is wrapped by errors on a version of Go that lacks what is to be changed.
var ErrVersion = errors.New("this version of Go is not known here")

// Overlay writes the changed runtime into a directory, and returns what the go command is to be told with
// "-overlay". Other changes may come besides.
func Overlay(dir string, besides ...mutate.Change) (name string, err error) {
	std, err := list("-f", "{{.Dir}}", "runtime")
	if err != nil {
		return "", err
	}
	return overlay(dir, filepath.Dir(std), besides...)
}

func overlay(dir, std string, besides ...mutate.Change) (name string, err error) {
	if name, err = mutate.Overlay(dir, append(changes(std), besides...)); err != nil {
		return "", fmt.Errorf("%w: %w", ErrVersion, err)
	}
	return name, nil
}

// BuildTest builds the tests of a package of this module, given by its path in that, as a program in a directory.
// Its processes are to have the environment of [Env].
func BuildTest(dir, pkg string) (program string, err error) {
	return build(dir, pkg, "test", "-c", "-vet=off")
}

// Build is [BuildTest] of a command.
func Build(dir, pkg string) (program string, err error) { return build(dir, pkg, "build") }

func build(dir, pkg string, how ...string) (program string, err error) {
	root, err := list("-m", "-f", "{{.Dir}}")
	if err != nil {
		return "", err
	}
	overlay, err := Overlay(dir)
	if err != nil {
		return "", err
	}
	program = filepath.Join(dir, filepath.Base(pkg)+".exe")
	c := exec.Command("go", append(how, "-tags="+Tag, "-overlay="+overlay, "-o", program, "./"+pkg)...)
	c.Dir = root
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

// list returns what go list says, in one line.
func list(args ...string) (string, error) {
	out, err := exec.Command("go", append([]string{"list"}, args...)...).Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return "", fmt.Errorf("go list: %s", exit.Stderr)
	}
	return strings.TrimSpace(string(out)), err
}
