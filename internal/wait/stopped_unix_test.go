//go:build unix

package wait

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/zeroactor/zmq/internal/leaktest"
)

// roleVar makes the test binary wait for a line, with shortPatience, and say what has come of it.
const (
	roleVar       = "ZMQ_PATIENT"
	shortPatience = 2 * time.Second
)

func TestMain(m *testing.M) {
	if os.Getenv(roleVar) == "" {
		leaktest.Main(m)
	}
	line := make(chan string, 1)
	go func() {
		s, _ := bufio.NewReader(os.Stdin).ReadString('\n') // at worst it is another one
		line <- s
	}()
	fmt.Println("waits")
	said, came := For(line, shortPatience)
	fmt.Printf("%t %s", came, said)
	os.Exit(0)
}

// A process that was stopped for longer than its patience lasts gets what comes when it goes on.
func TestStopped(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), roleVar+"=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := bufio.NewReader(out)
	if line, err := said.ReadString('\n'); line != "waits\n" {
		t.Fatalf("%q, %v", line, err)
	}
	signal := func(s os.Signal) {
		if err := cmd.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
	}
	signal(syscall.SIGSTOP)
	time.Sleep(shortPatience + shortPatience/2) // in real time, which is what a process that is stopped does not see
	signal(syscall.SIGCONT)
	time.Sleep(shortPatience / 20) // it has looked by then, unless it is kept from that again
	fmt.Fprintln(in, "late")
	if line, err := said.ReadString('\n'); line != "true late\n" {
		t.Errorf("%q, %v", line, err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
