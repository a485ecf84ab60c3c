package osopt

import (
	"errors"
	"io"
	"net"
	"runtime"
	"testing"

	"github.com/zeroactor/zmq/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func listener(t *testing.T) *net.TCPListener {
	t.Helper()
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// TestErrors has the system make the errors, whatever their numbers.
func TestErrors(t *testing.T) {
	l := listener(t)
	_, inUse := net.Listen("tcp", l.Addr().String())
	l.Close()
	_, refused := net.Dial("tcp", l.Addr().String())
	for _, c := range []struct {
		err            error
		inUse, refused bool
	}{{inUse, true, false}, {refused, false, true}, {io.EOF, false, false}, {nil, false, false}} {
		if IsInUse(c.err) != c.inUse || IsRefused(c.err) != c.refused {
			t.Errorf("%v: in use %t, refused %t", c.err, IsInUse(c.err), IsRefused(c.err))
		}
	}
}

func TestIsListening(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("never asked on Windows")
	}
	l := listener(t)
	conn, err := net.DialTCP("tcp", nil, l.Addr().(*net.TCPAddr))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	is := func(want bool) func(uintptr) error {
		return func(fd uintptr) error {
			got, err := IsListening(fd)
			if got != want {
				t.Errorf("listening: %t, want %t", got, want)
			}
			return err
		}
	}
	if err := errors.Join(Control(l, is(true)), Control(conn, is(false))); err != nil {
		t.Error(err)
	}
}

func TestControl(t *testing.T) {
	l := listener(t)
	if err := Control(l, func(uintptr) error { return io.EOF }); err != io.EOF {
		t.Errorf("the error is %v, want the function's", err)
	}
	l.Close()
	called := false
	err := Control(l, func(uintptr) error { called = true; return nil })
	if !errors.Is(err, net.ErrClosed) || called {
		t.Errorf("of a closed listener: %v, called %t", err, called)
	}
	if err := SetBacklog(l, 1); !errors.Is(err, net.ErrClosed) {
		t.Errorf("backlog of a closed listener: %v", err)
	}
}

func TestOptionsOfNoSocket(t *testing.T) {
	none := ^uintptr(0)
	if SetBuffers(none, 1, 0) == nil || SetBuffers(none, 0, 1) == nil {
		t.Error("set")
	}
	if err := SetBuffers(none, 0, -1); err != nil {
		t.Errorf("nothing to set: %v", err)
	}
}
