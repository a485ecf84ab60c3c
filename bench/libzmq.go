package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed libzmq/peer.c
var peerSource []byte

// errNoLibzmq says that this machine has no C compiler, or none that finds
// libzmq's header and library.
var errNoLibzmq = errors.New("libzmq cannot be measured here (Debian: apt install gcc libzmq3-dev)")

// probeSource is the least that uses header and library. If it does not build,
// libzmq is missing; if it does, an error in peer.c is ours.
const probeSource = "#include <zmq.h>\nint main(void) { return zmq_errno(); }\n"

// buildLibzmq compiles the C peer into dir. The error is errNoLibzmq if what
// that takes is not installed.
func buildLibzmq(ctx context.Context, dir string) (contender, error) {
	compiler, err := exec.LookPath("cc")
	if err != nil {
		return contender{}, fmt.Errorf("%w: %w", errNoLibzmq, err)
	}
	if _, err := compile(ctx, compiler, dir, "probe", []byte(probeSource)); err != nil {
		return contender{}, fmt.Errorf("%w: %w", errNoLibzmq, err)
	}
	peer, err := compile(ctx, compiler, dir, "peer", peerSource)
	if err != nil {
		return contender{}, err
	}
	return contender{name: "libzmq", command: []string{peer}}, nil
}

func compile(ctx context.Context, compiler, dir, name string, source []byte) (program string, err error) {
	program = filepath.Join(dir, name)
	if err := os.WriteFile(program+".c", source, 0o600); err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, compiler, "-std=c11", "-D_POSIX_C_SOURCE=200809L", "-O2", "-Wall", "-Wextra",
		"-pthread", "-o", program, program+".c", "-lzmq")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("compiling %s.c: %w\n%s", name, err, strings.TrimSpace(string(out)))
	}
	return program, nil
}
