package orders

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq/internal/leaktest"
)

// inCrew has this binary be, in a process of its own, one of a crew.
const inCrew = "ZMQ_ORDERS_CREW"

// play doubles the numbers that it is given, until it is given one that it ends by.
func play() {
	rounds := bufio.NewScanner(os.Stdin)
	for rounds.Scan() {
		fmt.Println("=== RUN of package testing's")
		switch n := rounds.Text(); n {
		case "4":
			fmt.Fprintln(os.Stderr, "four is too many")
			os.Exit(3)
		case "8":
			for n := 0; ; n++ { // it goes round in circles
			}
		default:
			fmt.Println(n + n)
		}
	}
	os.Exit(0)
}

// count returns what returns the numbers from 1 to last.
func count(last int) func() (int, bool) {
	n := 0
	return func() (int, bool) {
		n++
		return n, n <= last
	}
}

// Each round is played once, by a process that goes on to the next one; how one ends that has no answer is told of, and
// another one goes on in its place.
func TestCrew(t *testing.T) {
	t.Setenv(inCrew, "1")
	c := NewCrew(os.Args[0], 2, time.Minute)
	for range 2 { // also once more
		scores, wrong := make(map[int]int), make(map[int]string)
		Play(c, count(7), func(r, s int, err error) {
			if err != nil {
				wrong[r] = err.Error()
			} else {
				scores[r] += s
			}
		})
		for _, r := range []int{1, 2, 3, 5, 6, 7} {
			if scores[r] != 11*r {
				t.Errorf("round %d: %d", r, scores[r])
			}
		}
		if len(wrong) != 1 || !strings.Contains(wrong[4], "exit status 3\nfour is too many") {
			t.Errorf("a process that ends by itself: %q", wrong[4])
		}
	}
	if len(c.idle) == 0 {
		t.Error("no process waits for more")
	}
	c.Dismiss()
	c.Dismiss()
}

// A process that says nothing for too long is ended.
func TestSilence(t *testing.T) {
	t.Setenv(inCrew, "1")
	c := NewCrew(os.Args[0], 1, 100*time.Millisecond)
	defer c.Dismiss()
	if err := c.ask(8, new(int)); err == nil || !strings.Contains(err.Error(), "SIGQUIT") {
		t.Error(err)
	}
}

// What cannot be started, or asked, is an error of each round, and nothing is left of it.
func TestCrewThatIsNot(t *testing.T) {
	leaktest.Check(t)
	wrong := 0
	Play(NewCrew(filepath.Join(t.TempDir(), "none"), 1, time.Minute), count(2), func(_, _ int, err error) {
		if err != nil {
			wrong++
		}
	})
	t.Setenv(inCrew, "1")
	c := NewCrew(os.Args[0], 1, time.Minute)
	defer c.Dismiss()
	more := true
	Play(c, func() (chan int, bool) { defer func() { more = false }(); return nil, more }, func(_ chan int, _ int, err error) {
		if err != nil {
			wrong++
		}
	})
	if wrong != 3 {
		t.Errorf("%d errors, want 3", wrong)
	}
}

// Of much that a process has said the end is kept.
func TestTail(t *testing.T) {
	var said tail
	for i := range tailSize {
		fmt.Fprintln(&said, i)
	}
	if len(said.text) != tailSize || !strings.HasSuffix(string(said.text), fmt.Sprint("\n", tailSize-1, "\n")) {
		t.Errorf("%d bytes, the last %q", len(said.text), said.text[max(0, len(said.text)-20):])
	}
}
