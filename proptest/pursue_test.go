package proptest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq/proptest/internal/orders"
)

// In how many orders a history is played that has failed in the one that came about, and for how long at most.
const (
	pursuedOrders = 400
	pursuedFor    = 3 * time.Minute
)

// pursue looks for an order of its goroutines in which the history of f fails each time, with tests that build makes,
// and returns what it has found. That takes minutes, which nobody has but for a failure.
func (f *Failure) pursue(m Medium, dir string, build func(dir, pkg string) (string, error)) string {
	if Ordered || !m.Virtual {
		return ""
	}
	program, err := build(dir, "proptest")
	if err != nil {
		return fmt.Sprintf("orders of its goroutines are not to be had here: %v\n", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), pursuedFor)
	defer cancel()
	p := exec.CommandContext(ctx, program, "-test.run=^TestHistories$", "-test.timeout=0", "-transport="+m.Name, "-pattern="+f.History.Pattern,
		fmt.Sprint("-seed=", f.Seed), "-runs=1", fmt.Sprint("-orders=", pursuedOrders))
	p.Env = append(orders.Env(), countVar+"=") // these are not among those that are counted
	out, err := p.CombinedOutput()
	switch exit := new(exec.ExitError); {
	case ctx.Err() != nil:
		return fmt.Sprintf("in the orders of its goroutines that were tried for %v it does not fail\n", pursuedFor)
	case err == nil:
		return fmt.Sprintf("in none of %d orders of its goroutines does it fail\n", pursuedOrders)
	case errors.As(err, &exit):
		return fmt.Sprintf("IN AN ORDER OF ITS GOROUTINES IT FAILS EACH TIME:\n%s\n", out)
	}
	return fmt.Sprintf("no order of its goroutines could be tried: %v\n", err)
}

// pursued has this binary be, in a process of its own, one that plays a history in many orders: it ends as
// the variable says.
const pursued = "ZMQ_PURSUED"

// TestPursue: what has failed in an order that came about is looked for in others, and the report says what has
// come of it.
func TestPursue(t *testing.T) {
	f := &Failure{Seed: 42, History: History{Pattern: "pubsub"}}
	this := func(string, string) (string, error) { return os.Args[0], nil }
	for _, c := range []struct {
		m     Medium
		ends  string
		build func(dir, pkg string) (string, error)
		want  string
	}{
		{Sim(), "0", this, "in none of 400 orders"},
		{Sim(), "1", this, "EACH TIME:\n[-test.run=^TestHistories$ -test.timeout=0 -transport=sim -pattern=pubsub -seed=42 -runs=1 -orders=400]"},
		{Inproc(), "1", this, "-transport=inproc"},
		{Sim(), "1", func(string, string) (string, error) { return "", orders.ErrVersion }, "not to be had here: this version of Go"},
		{Sim(), "1", func(dir, _ string) (string, error) { return dir, nil }, "could be tried"},
		{TCP(), "1", this, ""},
	} {
		t.Setenv(pursued, c.ends)
		if got := f.pursue(c.m, t.TempDir(), c.build); !strings.Contains(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s ends with %s: %q, want %q", c.m.Name, c.ends, got, c.want)
		}
	}
}
