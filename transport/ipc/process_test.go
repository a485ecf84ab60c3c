package ipc

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
)

// serveEnv names the path at which a process of this program is to serve.
const serveEnv = "ZMQ_IPC_TEST_SERVE"

// serve listens at path, says how that went, and stays until it is killed, or
// the test that started it is gone.
func serve(path string) {
	l, err := Transport{}.Listen(context.Background(), path, nil)
	switch {
	case errors.Is(err, zmq.ErrAddrInUse):
		fmt.Println("in use")
		os.Exit(0)
	case err != nil:
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("listening")
	go func() {
		io.Copy(io.Discard, os.Stdin) // ends with the other end of the pipe
		os.Exit(1)
	}()
	for {
		conn, err := l.Accept()
		if err != nil {
			os.Exit(1)
		}
		conn.Close()
	}
}

// A server is a process that serves at a path.
type server struct {
	cmd  *exec.Cmd
	says string // the first line it printed
}

func startServer(t *testing.T, path string) *server {
	t.Helper()
	s := &server{cmd: exec.Command(os.Args[0])}
	s.cmd.Env = append(os.Environ(), serveEnv+"="+path)
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.cmd.StdinPipe(); err != nil { // closed by Wait
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Skipf("no processes here: %v", err)
	}
	t.Cleanup(s.kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the server says nothing: %v", err)
	}
	s.says = strings.TrimSpace(line)
	return s
}

// kill ends the server without giving it the time to remove its file.
func (s *server) kill() {
	s.cmd.Process.Kill()
	s.cmd.Wait()
}

// TestProcesses has a server that lives, one that comes too many, one that
// dies, and the one that takes over from it.
func TestProcesses(t *testing.T) {
	path := socketPath(t)
	first := startServer(t, path)
	if first.says != "listening" {
		t.Fatalf("the first server says %q", first.says)
	}
	if second := startServer(t, path); second.says != "in use" {
		t.Errorf("a second server says %q", second.says)
	}
	if _, err := (Transport{}).Listen(t.Context(), path, nil); !errors.Is(err, zmq.ErrAddrInUse) {
		t.Errorf("Listen: %v", err)
	}
	first.kill()
	if !exists(t, path) {
		t.Fatal("the dead server's file is gone by itself")
	}
	past := time.Now().Add(-time.Hour)
	os.Chtimes(path, past, past)
	if third := startServer(t, path); third.says != "listening" {
		t.Errorf("the server after the dead one says %q", third.says)
	}
}
