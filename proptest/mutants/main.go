// Command mutants plants bugs into the sources, one at a time, and shows which
// property catches each, after how many histories.
//
//	go run ./proptest/mutants                          all of them, some minutes
//	go run ./proptest/mutants -only=HWM                those with that text in their name
//	go run ./proptest/mutants -part=2/5                the second fifth of them
//	go run ./proptest/mutants -record=docs/MUTANTS.md  and writes the verdicts down
//
// The tree itself is not touched: the compiler is given the changed files by an
// overlay. The exit status is 1 if a mutant survives.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

func main() {
	only := flag.String("only", "", "run those mutants whose name contains this text")
	part := flag.String("part", "", "run one of several parts of the list, as 2/5")
	record := flag.String("record", "", "write the verdicts into the table of this file, in place of those of the same mutants")
	limit := flag.Duration("timeout", 15*time.Minute, "time for the tests of one mutant; if they are busy for longer, nothing is known of it")
	flag.Parse()
	if err := run(*only, *part, *record, *limit); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(only, part, record string, limit time.Duration) error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	chosen, err := choose(only, part)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	l := &lab{root: root, dir: dir, limit: limit, commit: commit(root)}
	if err := l.control(chosen); err != nil {
		return err
	}
	var failed error
	tried, alive := 0, 0
	for _, m := range chosen {
		began := time.Now()
		v, err := l.try(m)
		if err != nil { // of the others there are verdicts
			failed = errors.Join(failed, fmt.Errorf("%s: %w", m.name, err))
			continue
		}
		if v == (verdict{}) {
			alive++
			v.property = survives
		}
		fmt.Printf("%-60s %s (%v)\n", m.name, v, time.Since(began).Round(time.Second/10))
		tried++
		if record != "" { // now: a run that is cut short is not to lose what it has found
			if err := keep(record, row{m.name, v, l.commit}); err != nil {
				return errors.Join(failed, err)
			}
		}
	}
	fmt.Printf("%d mutants, %d caught, %d alive\n", len(chosen), tried-alive, alive)
	if alive > 0 {
		failed = errors.Join(failed, fmt.Errorf("%d mutants survive: no property looks there", alive))
	}
	return failed
}

// choose returns the mutants that have a text in their names, or a part of those.
func choose(only, part string) (chosen []mutant, err error) {
	i, n := 1, 1
	if part != "" {
		if _, err := fmt.Sscanf(part, "%d/%d", &i, &n); err != nil || i < 1 || i > n {
			return nil, fmt.Errorf("%q is no part, as 2/5 is", part)
		}
	}
	for _, m := range mutants {
		if strings.Contains(m.name, only) {
			chosen = append(chosen, m)
		}
	}
	chosen = chosen[len(chosen)*(i-1)/n : len(chosen)*i/n]
	if len(chosen) == 0 {
		return nil, errors.New("no mutant is called so")
	}
	return chosen, nil
}

// moduleRoot returns the directory of the module.
func moduleRoot() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	return strings.TrimSpace(string(out)), err
}

// commit returns which commit is measured, with a sign if the tree has changes.
func commit(root string) string {
	cmd := exec.Command("git", "describe", "--always", "--dirty=+", "--exclude=*", "--abbrev=7")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}
