package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed libzmq/*.c libzmq/*.h
var peerSources embed.FS

// errNoLibzmq says that this machine has no C compiler, or none that finds
// libzmq's header and library.
var errNoLibzmq = errors.New("libzmq cannot be measured here (Debian: apt install gcc libzmq3-dev)")

// probeSource is the least that uses header and library. If it does not build,
// libzmq is missing; if it does, an error in our sources is ours.
const probeSource = "#include <zmq.h>\nint main(void) { return zmq_errno(); }\n"

// buildLibzmq compiles the C peer into dir. The error is errNoLibzmq if what
// that takes is not installed.
func buildLibzmq(ctx context.Context, dir string) (contender, error) {
	compiler, err := exec.LookPath("cc")
	if err != nil {
		return contender{}, fmt.Errorf("%w: %w", errNoLibzmq, err)
	}
	probe := filepath.Join(dir, "probe.c")
	if err := os.WriteFile(probe, []byte(probeSource), 0o600); err != nil {
		return contender{}, err
	}
	if err := compile(ctx, compiler, filepath.Join(dir, "probe"), probe); err != nil {
		return contender{}, fmt.Errorf("%w: %w", errNoLibzmq, err)
	}
	if err := os.CopyFS(dir, peerSources); err != nil && !errors.Is(err, fs.ErrExist) {
		return contender{}, err
	}
	sources, err := filepath.Glob(filepath.Join(dir, "libzmq", "*.c"))
	if err != nil {
		return contender{}, err
	}
	program := filepath.Join(dir, "peer")
	if err := compile(ctx, compiler, program, sources...); err != nil {
		return contender{}, err
	}
	return contender{name: "libzmq", command: []string{program}}, nil
}

func compile(ctx context.Context, compiler, program string, sources ...string) error {
	args := []string{"-std=c11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", program}
	args = append(append(args, sources...), "-lzmq")
	out, err := exec.CommandContext(ctx, compiler, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("compiling %s: %w\n%s", filepath.Base(program), err, strings.TrimSpace(string(out)))
	}
	return nil
}
