package real

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/zeroactor/zmq/transport"
	"github.com/zeroactor/zmq/transport/tcp"
)

// aloneVar is set in the environment of a process that has a user and a network of its own.
const aloneVar = "ZMQ_REAL_ALONE"

// alone has a test run in a process with a user and a network of its own, in which it may
// do what it likes, and which end with it. It reports whether this is that process; in the other one the test is
// over then. It skips the test, loudly, where the system does not allow that.
func alone(t *testing.T) bool {
	t.Helper()
	if os.Getenv(aloneVar) != "" {
		return true
	}
	args := []string{"-test.run=^" + t.Name() + "$", "-test.v", "-test.parallel=64"}
	flag.Visit(func(f *flag.Flag) {
		switch f.Name {
		case "test.short", "test.timeout", "runs", "pattern", "seed":
			args = append(args, "-"+f.Name+"="+f.Value.String())
		}
	})
	attr := &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
		Pdeathsig:   unix.SIGKILL,
	}
	probe := exec.Command("/bin/true")
	probe.SysProcAttr = attr
	if err := probe.Run(); err != nil {
		t.Skipf("%s this system does not allow networks of one's own: %v", notTested, err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.SysProcAttr = attr
	cmd.Env = append(os.Environ(), aloneVar+"=1")
	out, err := cmd.CombinedOutput()
	switch {
	case err != nil:
		t.Errorf("%v\n%s", err, withoutProgress(out))
	case strings.Contains(string(out), notTested):
		t.Skipf("%s", out)
	default:
		t.Logf("%s", withoutProgress(out))
	}
	return false
}

// withoutProgress returns what a verbose test has said without the lines that say which tests begin, wait and have
// passed: behind hundreds of those nobody finds what has failed.
func withoutProgress(out []byte) string {
	var kept strings.Builder
	for line := range strings.Lines(string(out)) {
		switch words := append(strings.Fields(line), "", ""); {
		case words[0] == "===" && words[1] != "NAME", words[0] == "---" && words[1] == "PASS:":
		default:
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// notTested begins what is said of something that the system lacks.
const notTested = "NOT TESTED:"

// Systems are two network namespaces, with the addresses 10.77.0.1 and 10.77.0.2 and a line
// between them. They are a [transport.Transport]: tcp, of which whoever binds does
// so in the system that the address is of, and whoever connects does it from the other one, so
// that every connection goes over the line. All sockets are of this process all the same: a
// socket stays in the namespace that the thread was in that has made it.
type systems struct {
	tcp.Transport
	line       *line
	namespaces [2]int
}

// newSystems makes two systems, until the end of the test. It skips the test where that is not allowed.
func newSystems(t *testing.T, b badness) *systems {
	t.Helper()
	s := new(systems)
	var ends [2]*os.File
	for i := range ends {
		err := inThread(func() (err error) {
			if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
				return err
			}
			if s.namespaces[i], err = unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0); err != nil {
				return err
			}
			hurry()
			ends[i], err = openTun(byte(i + 1))
			return err
		})
		if err != nil {
			t.Skipf("%s this system does not allow network interfaces of one's own: %v", notTested, err)
		}
	}
	s.line = newLine(b, ends)
	t.Cleanup(func() {
		s.line.close()
		for _, ns := range s.namespaces {
			unix.Close(ns)
		}
	})
	return s
}

// hurry has the namespace send again after milliseconds what was lost, and at least each second, where the kernel can: Linux
// 6.11 and later, and 6.15. With others it takes 200 ms at first, and then twice as long each time. Connections are not given up for
// minutes all the same.
func hurry() {
	for name, value := range map[string]string{"rto_min_us": "10000", "rto_max_ms": "1000", "retries2": "255"} {
		os.WriteFile("/proc/sys/net/ipv4/tcp_"+name, []byte(value), 0)
	}
}

// inThread runs f on a thread that is thrown away.
func inThread(f func() error) error {
	over := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: nobody else is to run where f takes it
		over <- f()
	}()
	return <-over
}

// within runs f in one of the systems, 0 or 1.
func (s *systems) within(system int, f func() error) error {
	return inThread(func() error {
		if err := unix.Setns(s.namespaces[system], unix.CLONE_NEWNET); err != nil {
			return err
		}
		return f()
	})
}

// home returns the system that an address is of.
func home(address string) (int, error) {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return 0, err
	}
	return hostOf(at), nil
}

// Listen implements [transport.Transport].
func (s *systems) Listen(ctx context.Context, address string, o *transport.Options) (l transport.Listener, err error) {
	system, err := home(address)
	if err != nil {
		return nil, err
	}
	err = s.within(system, func() error {
		l, err = s.Transport.Listen(ctx, address, o)
		return err
	})
	return l, err
}

// Dial implements [transport.Transport], with a dialer of its own: tcp's dials on
// other goroutines, and a namespace is that of a thread.
func (s *systems) Dial(ctx context.Context, address string, o *transport.Options) (c net.Conn, err error) {
	system, err := home(address)
	if err != nil {
		return nil, err
	}
	d := &net.Dialer{KeepAlive: -1, Control: func(_, _ string, c syscall.RawConn) error { return setBuffers(c, o) }}
	d.SetMultipathTCP(false)
	err = s.within(1-system, func() error {
		c, err = d.DialContext(ctx, "tcp", address)
		return err
	})
	return c, err
}

// setBuffers gives a socket the buffers that the options say.
func setBuffers(c syscall.RawConn, o *transport.Options) (err error) {
	set := func(fd uintptr, option, size int) {
		if size > 0 && err == nil {
			err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, option, size)
		}
	}
	failed := c.Control(func(fd uintptr) {
		set(fd, unix.SO_SNDBUF, o.SendBuffer)
		set(fd, unix.SO_RCVBUF, o.RecvBuffer)
	})
	if failed != nil {
		return failed
	}
	return err
}

// netem has the kernel delay, lose, double and reorder what either system sends. It skips the test where it has not that.
func (s *systems) netem(t *testing.T) {
	t.Helper()
	tc, err := exec.LookPath("tc")
	if err != nil {
		t.Skipf("%s no netem without tc of iproute2: %v", notTested, err)
	}
	for i := range s.namespaces {
		s.tc(t, i, tc, "qdisc add dev "+device+" root netem delay 2ms 1ms loss 1% duplicate 1% reorder 5% 50%")
	}
}

func (s *systems) tc(t *testing.T, system int, tc, words string) {
	t.Helper()
	err := s.within(system, func() error {
		out, err := exec.Command(tc, strings.Fields(words)...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		t.Logf("tc %s: %s", words, out)
		return nil
	})
	if err != nil {
		t.Skipf("%s tc %s: %v", notTested, words, err)
	}
}
