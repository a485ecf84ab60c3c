package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// compare plays everything in two processes at once. What one of them has played before is what the other one has
// not, so that nothing that is left of a history escapes.
func (c choice) compare(program, dir string) error {
	one, other := filepath.Join(dir, "one"), filepath.Join(dir, "other")
	over := make(chan error, 2)
	for _, args := range [][]string{{"-plays=" + one}, {"-plays=" + other, "-last-first"}} {
		p := start(program, append(append(c.flags(), "-test.run=^TestPlays$"), args...)...)
		p.Stdout = nil
		go func() { over <- p.Run() }()
	}
	if err := errors.Join(<-over, <-over); err != nil {
		return err
	}
	n, err := same(one, other)
	fmt.Printf("%d plays in two processes\n", n)
	return err
}

// same returns how many lines two files have, and in which they differ.
func same(one, other string) (n int, err error) {
	var all [2][]string
	for i, name := range []string{one, other} {
		text, err := os.ReadFile(name)
		if err != nil {
			return 0, err
		}
		all[i] = strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	}
	if len(all[0]) != len(all[1]) || all[0][0] == "" {
		return 0, fmt.Errorf("one process has told of %d plays, and the other one of %d", len(all[0]), len(all[1]))
	}
	for i, line := range all[0] {
		if line != all[1][i] {
			err = errors.Join(err, fmt.Errorf("goes two ways:\n  %s\n  %s", line, all[1][i]))
		}
	}
	return len(all[0]), err
}
