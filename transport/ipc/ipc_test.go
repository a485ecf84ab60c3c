package ipc

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/transport"
)

func TestCheckAddress(t *testing.T) {
	full := strings.Repeat("x", MaxPath)
	for _, c := range []struct {
		address, goos string
		reason        string // or "" if it is one
	}{
		{"/run/app.sock", "linux", ""},
		{"relative", "linux", ""},
		{"with space;and:all", "linux", ""},
		{full, "linux", ""},
		{"@" + full[1:], "linux", ""},
		{"@name", "linux", ""},
		{"a@b", "darwin", ""},

		{"", "linux", "the path is missing"},
		{"@", "linux", "the abstract name is missing"},
		{"@", "darwin", "the abstract name is missing"},
		{"@name", "darwin", "abstract names exist on Linux only"},
		{"@name", "windows", "abstract names exist on Linux only"},
		{"a\x00", "linux", "the path has a zero byte"},
		{full + "x", "linux", fmt.Sprintf("the path has %d bytes, at most %d fit", MaxPath+1, MaxPath)},
	} {
		err := checkAddress(c.address, c.goos)
		bad, ok := errors.AsType[*zmq.EndpointError](err)
		if (err != nil) != (c.reason != "") || ok && (bad.Reason != c.reason || bad.Endpoint != "ipc://"+c.address) {
			t.Errorf("%q on %s: %v, want %q", c.address, c.goos, err, c.reason)
		}
		if tooLarge := strings.HasPrefix(c.reason, "the path has 1"); errors.Is(err, zmq.ErrTooLarge) != tooLarge {
			t.Errorf("%q: %v is zmq.ErrTooLarge: %t", c.address, err, !tooLarge)
		}
	}
}

// TestLongestPath holds that MaxPath is what the system takes.
func TestLongestPath(t *testing.T) {
	dir := filepath.Dir(socketPath(t))
	path := filepath.Join(dir, strings.Repeat("x", MaxPath-len(dir)-1))
	addresses := []string{path}
	if runtime.GOOS == "linux" {
		addresses = append(addresses, "@"+path[1:])
	}
	for _, address := range addresses {
		if len(address) != MaxPath {
			t.Fatalf("%q has %d bytes", address, len(address))
		}
		l := listen(t, address, nil)
		conn, err := Transport{}.Dial(t.Context(), address, nil)
		if err != nil {
			t.Fatalf("Dial: %v", err)
		}
		conn.Close()
		l.Close()
	}
}

func listen(t *testing.T, address string, o *transport.Options) *listener {
	t.Helper()
	l, err := Transport{}.Listen(t.Context(), address, o)
	if err != nil {
		t.Fatalf("Listen: %v", err)
	}
	t.Cleanup(func() { l.Close() })
	return l.(*listener)
}

// exists reports whether there is something at path.
func exists(t *testing.T, path string) bool {
	t.Helper()
	_, err := os.Lstat(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return err == nil
}

// FuzzCheckAddress holds that every text is an address or has an
// EndpointError that quotes it, and that addresses fit the system.
func FuzzCheckAddress(f *testing.F) {
	for _, seed := range []string{"/run/app.sock", "@", "@name", "*", "", "a\x00b", strings.Repeat("x", 200)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		err := Transport{}.CheckDial(text, nil)
		if err == nil {
			if len(text) > MaxPath || text == "" || text == "@" || text == "*" || strings.Contains(text, "\x00") {
				t.Errorf("%q is taken for an address", text)
			}
			return
		}
		bad, ok := errors.AsType[*zmq.EndpointError](err)
		if !ok || bad.Endpoint != "ipc://"+text || bad.Reason == "" {
			t.Errorf("%q: %v, want an EndpointError that quotes it", text, err)
		}
		if errors.Is(err, zmq.ErrTooLarge) && len(text) <= MaxPath {
			t.Errorf("%q: %v", text, err)
		}
	})
}
