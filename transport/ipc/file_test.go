package ipc

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/transport"
)

// leaveDead leaves a socket file that nobody listens on, as of a process that
// died some time ago.
func leaveDead(t *testing.T, path string) {
	t.Helper()
	leaveNewlyDead(t, path)
	past := time.Now().Add(-time.Hour)
	if err := os.Chtimes(path, past, past); err != nil {
		t.Fatal(err)
	}
}

func leaveNewlyDead(t *testing.T, path string) {
	t.Helper()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
}

func TestCloseRemovesItsFile(t *testing.T) {
	path := socketPath(t)
	l := listen(t, path, nil)
	if got := l.Endpoint(); got != (zmq.Endpoint{Scheme: "ipc", Address: path}) {
		t.Errorf("the endpoint is %v", got)
	}
	if !exists(t, path) {
		t.Fatal("no file")
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if exists(t, path) {
		t.Error("the file is still there")
	}
}

func TestCloseOfARemovedFile(t *testing.T) {
	path := socketPath(t)
	l := listen(t, path, nil)
	os.Remove(path)
	if err := l.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// TestCloseKeepsOthersFile holds that what somebody has put in the place of
// our file since is not ours to remove.
func TestCloseKeepsOthersFile(t *testing.T) {
	for name, replace := range map[string]func(path string) error{
		"socket": func(path string) error {
			l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
			if err == nil {
				l.SetUnlinkOnClose(false)
				t.Cleanup(func() { l.Close() })
			}
			return err
		},
		"text":      func(path string) error { return os.WriteFile(path, []byte("precious"), 0o600) },
		"directory": func(path string) error { return os.Mkdir(path, 0o700) },
	} {
		path := socketPath(t)
		l := listen(t, path, nil)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if err := replace(path); err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Errorf("%s: Close: %v", name, err)
		}
		if !exists(t, path) {
			t.Errorf("%s: removed", name)
		}
	}
}

func TestCloseInAnotherDirectory(t *testing.T) {
	path := socketPath(t)
	t.Chdir(filepath.Dir(path))
	l := listen(t, filepath.Base(path), nil)
	if got := l.Endpoint().Address; got != filepath.Base(path) {
		t.Errorf("the endpoint is %s, want the path as it was given", got)
	}
	t.Chdir(os.TempDir())
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if exists(t, path) {
		t.Error("the file is still there")
	}
}

func TestWildcard(t *testing.T) {
	l := listen(t, "*", nil)
	path := l.Endpoint().Address
	dir := filepath.Dir(path)
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm()&0o077 != 0 || filepath.Dir(dir) != filepath.Clean(os.TempDir()) {
		t.Errorf("the directory is %s, with %v", dir, info.Mode())
	}
	other := listen(t, "*", nil)
	if other.Endpoint() == l.Endpoint() {
		t.Error("two wildcards have one path")
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if exists(t, dir) {
		t.Error("the directory is still there")
	}
	if !exists(t, other.Endpoint().Address) {
		t.Error("the other one's file is gone")
	}
}

func TestWildcardBelowALongPath(t *testing.T) {
	long := filepath.Join(filepath.Dir(socketPath(t)), strings.Repeat("x", MaxPath))
	if err := os.Mkdir(long, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", long)
	if os.TempDir() != long {
		t.Skip("this system has no TMPDIR")
	}
	_, err := Transport{}.Listen(t.Context(), "*", nil)
	if !errors.Is(err, zmq.ErrTooLarge) {
		t.Errorf("Listen: %v, want zmq.ErrTooLarge", err)
	}
	if left, _ := os.ReadDir(long); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestTakesOverDeadFile(t *testing.T) {
	path := socketPath(t)
	leaveDead(t, path)
	begin := time.Now()
	l := listen(t, path, nil)
	if took := time.Since(begin); took > newFile/2 {
		t.Errorf("took %v over an old file", took)
	}
	conn, err := Transport{}.Dial(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	l.Close()
	if exists(t, path) {
		t.Error("the file is still there")
	}
}

// TestWaitsWithANewFile holds that a file that may be of a server between its
// bind and its listen is given the time for it. The file system's clock is not
// ours: real time.
func TestWaitsWithANewFile(t *testing.T) {
	path := socketPath(t)
	leaveNewlyDead(t, path)
	begin := time.Now()
	listen(t, path, nil)
	if took := time.Since(begin); took < newFile/2 {
		t.Errorf("took over a new file after %v", took)
	}

	path = socketPath(t)
	leaveNewlyDead(t, path)
	ctx, cancel := context.WithTimeout(t.Context(), newFile/10)
	defer cancel()
	_, err := Transport{}.Listen(ctx, path, nil)
	if !errors.Is(err, context.DeadlineExceeded) || !exists(t, path) {
		t.Errorf("Listen: %v, the file is there: %t", err, exists(t, path))
	}
}

func TestKeepsWhatIsNoSocket(t *testing.T) {
	for name, create := range map[string]func(path string) error{
		"file":      func(path string) error { return os.WriteFile(path, []byte("precious"), 0o600) },
		"directory": func(path string) error { return os.Mkdir(path, 0o700) },
		"link to a dead socket": func(path string) error {
			leaveDead(t, path+"-dead")
			return os.Symlink(path+"-dead", path)
		},
		"dangling link": func(path string) error { return os.Symlink(path+"-nowhere", path) },
	} {
		path := socketPath(t)
		if err := create(path); err != nil {
			t.Fatal(err)
		}
		_, err := Transport{}.Listen(t.Context(), path, nil)
		if !errors.Is(err, zmq.ErrAddrInUse) || !strings.Contains(err.Error(), "not a socket") {
			t.Errorf("%s: Listen: %v, want an ErrAddrInUse that says it is not a socket", name, err)
		}
		if !exists(t, path) {
			t.Errorf("%s: removed", name)
		}
	}
}

// TestKeepsLiveServer has servers of other programs, which take no lock.
func TestKeepsLiveServer(t *testing.T) {
	path := socketPath(t)
	other, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	past := time.Now().Add(-time.Hour)
	os.Chtimes(path, past, past)
	_, err = Transport{}.Listen(t.Context(), path, nil)
	if !errors.Is(err, zmq.ErrAddrInUse) || !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("Listen: %v, want both of our error and the system's", err)
	}
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatalf("the live server's file is gone: %v", err)
	}
	conn.Close()

	// A socket of another type does not talk to us, but is somebody's.
	path = socketPath(t)
	packets, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Skipf("no such sockets here: %v", err)
	}
	defer packets.Close()
	if _, err = (Transport{}).Listen(t.Context(), path, nil); !errors.Is(err, zmq.ErrAddrInUse) || !exists(t, path) {
		t.Errorf("Listen: %v, the file is there: %t", err, exists(t, path))
	}
}

func TestNoDirectory(t *testing.T) {
	_, err := Transport{}.Listen(t.Context(), socketPath(t)+"/no/s", nil)
	if err == nil || errors.Is(err, zmq.ErrAddrInUse) {
		t.Errorf("Listen: %v", err)
	}
}

// TestRaceForDeadFile starts many servers at one dead file: one wins, and is
// found at the path. Without the lock the file of the one that won is removed
// by another that saw the dead one before.
func TestRaceForDeadFile(t *testing.T) {
	const rounds, servers = 30, 8
	for round := range rounds {
		path := socketPath(t)
		leaveDead(t, path)
		var mu sync.Mutex
		var won []transport.Listener
		var wg sync.WaitGroup
		start := make(chan struct{})
		for range servers {
			wg.Go(func() {
				<-start
				l, err := Transport{}.Listen(t.Context(), path, nil)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won = append(won, l)
				} else if !errors.Is(err, zmq.ErrAddrInUse) {
					t.Errorf("Listen: %v", err)
				}
			})
		}
		close(start)
		wg.Wait()
		if len(won) != 1 {
			t.Errorf("round %d: %d servers listen on one path", round, len(won))
		}
		conn, err := Transport{}.Dial(t.Context(), path, nil)
		if err != nil {
			t.Fatalf("round %d: nobody is at the path: %v", round, err)
		}
		conn.Close()
		for _, l := range won {
			l.Close()
		}
	}
}
