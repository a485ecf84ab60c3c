package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// errNotBuilt says that another Go library could not be fetched or built.
var errNotBuilt = errors.New("could not be fetched or built")

// buildOther builds the peer of another Go library, in the module that it has
// for itself. The error is errNotBuilt.
func buildOther(ctx context.Context, dir, name string, flags ...string) (contender, error) {
	module, err := otherModule(ctx, name)
	if err != nil {
		return contender{}, err
	}
	program := filepath.Join(dir, name)
	if err := command(ctx, module, name, append(append([]string{"build"}, flags...), "-o", program, ".")...); err != nil {
		return contender{}, err
	}
	return contender{name: name, command: []string{program}, optional: true}, nil
}

// otherModule returns the directory of the module of another Go library's peer.
func otherModule(ctx context.Context, name string) (string, error) {
	root, err := exec.CommandContext(ctx, "go", "list", "-f", "{{.Dir}}", "github.com/zeroactor/zmq/bench").Output()
	if err != nil {
		return "", fmt.Errorf("%s %w: its module is found in the sources only: %w", name, errNotBuilt, err)
	}
	return filepath.Join(strings.TrimSpace(string(root)), "others", name), nil
}

// command runs go in the module of a library's peer.
func command(ctx context.Context, module, name string, args ...string) error {
	c := exec.CommandContext(ctx, "go", args...)
	c.Dir = module
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %w: %w\n%s", name, errNotBuilt, err, strings.TrimSpace(string(out)))
	}
	return nil
}

// buildTroupe builds the peer of another library of actors. Not every proxy for
// modules has each of them, so that the sums of what they need are not known to
// us, and are found out for a copy of the module's go.mod. A copy of the library's
// source takes its place if there is one.
func (g *gallery) buildTroupe(ctx context.Context, name string) (contender, error) {
	module, err := otherModule(ctx, name)
	if err != nil {
		return contender{}, err
	}
	list := filepath.Join(g.dir, name+".mod")
	for from, to := range map[string]string{"go.mod": list, "go.sum": filepath.Join(g.dir, name+".sum")} {
		text, err := os.ReadFile(filepath.Join(module, from))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return contender{}, err
		}
		if err := os.WriteFile(to, text, 0o600); err != nil {
			return contender{}, err
		}
	}
	if source := g.sources[name]; source != "" {
		if source, err = filepath.Abs(source); err != nil {
			return contender{}, err
		}
		if err := command(ctx, module, name, "mod", "edit", "-replace", troupes[name]+"="+source, list); err != nil {
			return contender{}, err
		}
	}
	return buildOther(ctx, g.dir, name, "-modfile="+list, "-mod=mod")
}
