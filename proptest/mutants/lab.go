package main

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/zeroactor/zmq/internal/mutate"
	"github.com/zeroactor/zmq/proptest/internal/orders"
)

// The tags of the tests: with the assertions and the poisoned memory of debug builds.
const tag = "zmqdebug"

// inOrders is before tests that are in orders of goroutines, and ordersEach how many those are for each history.
const (
	inOrders   = "in orders: "
	ordersEach = 20
)

// A lab is where mutants are tried.
type lab struct {
	root   string // of the module
	dir    string // for what is built
	limit  time.Duration
	commit string
}

// tags returns what the tests of a package are built with: those of a model need their
// own, and so do those in orders of goroutines.
func (m mutant) tags() string {
	if m.ordered() {
		return tag + "," + orders.Tag
	}
	if dir, tests := m.suite(); dir == "ypipe" && strings.HasPrefix(tests, "TestModel") {
		return "ypipemodel"
	}
	return tag
}

// change returns what the mutant changes.
func (m mutant) change(root string) mutate.Change {
	dir, symbol := m.in, ""
	if slash := strings.LastIndex(dir, "/") + 1; strings.Contains(dir[slash:], ".") {
		i := slash + strings.Index(dir[slash:], ".")
		dir, symbol = dir[:i], dir[i+1:]
	}
	return mutate.Change{Dir: filepath.Join(root, filepath.FromSlash(dir)), In: symbol, Old: m.from, New: m.to}
}

// suite returns the package of the tests that are to catch the mutant, and which these
// are.
func (m mutant) suite() (dir, tests string) {
	in := strings.TrimPrefix(m.tests, inOrders)
	if dir, tests, ok := strings.Cut(in, ":"); ok {
		return dir, tests
	}
	return "proptest", in
}

// ordered reports whether the tests are to be in orders of goroutines, and not in those that come about.
func (m mutant) ordered() bool { return strings.HasPrefix(m.tests, inOrders) }

// overlay writes what the tests are built with, if that is another text than the tree's, and returns its name: for
// some mutants a changed runtime, and with planted also the mutant.
func (l *lab) overlay(m mutant, planted bool) (name string, err error) {
	var changes []mutate.Change
	if planted {
		changes = append(changes, m.change(l.root))
	}
	switch {
	case m.ordered():
		return orders.Overlay(l.dir, changes...)
	case planted:
		return mutate.Overlay(l.dir, changes, m.tags())
	}
	return "", nil
}

// runs returns how many histories are played to catch the mutant.
func (m mutant) runs() int {
	switch {
	case strings.HasPrefix(m.tests, local):
		return 1000
	case m.ordered():
		return 50
	}
	return 300
}

// control runs the tests of some mutants without a mutant: a test that fails then
// would show nothing.
func (l *lab) control(chosen []mutant) error {
	seen, built := make(map[string]bool), ""
	chosen = slices.Clone(chosen)
	slices.SortStableFunc(chosen, func(a, b mutant) int { return strings.Compare(a.tests, b.tests) })
	for _, m := range chosen {
		if seen[m.tests] {
			continue
		}
		seen[m.tests] = true
		if dir, _ := m.suite(); dir+m.tags() != built {
			overlay, err := l.overlay(m, false)
			if err == nil {
				err = l.build(dir, m.tags(), overlay)
			}
			if err != nil {
				return err
			}
			built = dir + m.tags()
		}
		v, err := l.run(m)
		if err != nil {
			return err
		}
		if v != (verdict{}) {
			return fmt.Errorf("%s fails without a mutant: %v", m.tests, v)
		}
	}
	return nil
}

// try builds the tests with the mutant and runs them. It returns what caught it, or
// nothing.
func (l *lab) try(m mutant) (verdict, error) {
	overlay, err := l.overlay(m, true)
	if err != nil {
		return verdict{}, err
	}
	dir, _ := m.suite()
	if err := l.build(dir, m.tags(), overlay); err != nil {
		return verdict{}, err
	}
	return l.run(m)
}

func (l *lab) binary() string { return filepath.Join(l.dir, "test") }

func (l *lab) build(dir, tags, overlay string) error {
	args := []string{"test", "-c", "-vet=off", "-tags=" + tags, "-o", l.binary()}
	if overlay != "" {
		args = append(args, "-overlay", overlay)
	}
	build := exec.Command("go", append(args, "./"+dir)...)
	build.Dir = l.root
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// run runs the tests that are to catch the mutant. It returns what does, or nothing.
func (l *lab) run(m mutant) (verdict, error) {
	dir, tests := m.suite()
	args := []string{"-test.v", "-test.run", tests, "-test.failfast", "-test.timeout=0"}
	if dir == "proptest" {
		args = append(args, "-progress", "-shrinks=0", "-runs", fmt.Sprint(m.runs()))
		if strings.HasPrefix(m.name, proxied) {
			args = append(args, "-proxied")
		}
	}
	switch {
	case m.ordered():
		args = append(args, "-transport=sim", "-orders", fmt.Sprint(ordersEach))
	case dir == "proptest": // what plays in orders is built without the mutant
		args = append(args, "-exact=false")
	}
	test := exec.Command(l.binary(), args...)
	if m.ordered() {
		test.Env = orders.Env()
	}
	test.Dir = filepath.Join(l.root, dir)
	w, err := watch(test, l.limit)
	switch {
	case err != nil:
		return verdict{}, err
	case strings.Contains(w.out, "no tests to run"):
		return verdict{}, errors.New("there is no test " + m.tests)
	case w.err == nil:
		return verdict{}, nil
	}
	return explain(w.out, w.hang), nil
}
