package real

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/zeroactor/zmq/patterns"
)

// where the near system's sockets are bound. It has its network for itself.
const nearAt = "tcp://10.77.0.1:5555"

// alone starts a process in a user and a network of its own, which end with it.
// It skips the test where the system does not allow that.
func alone(t *testing.T, role string, args ...string) *process {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleVar+"="+role, argsVar+"="+strings.Join(args, " "))
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	probe := exec.Command("/bin/true")
	probe.SysProcAttr = cmd.SysProcAttr
	if err := probe.Run(); err != nil {
		t.Skipf("NOT TESTED: this system does not allow networks of one's own: %v", err)
	}
	p := run(t, cmd)
	if answer := p.hear(t, "network"); answer != "is up" {
		t.Skipf("NOT TESTED: this system does not allow network interfaces of one's own: %s", answer)
	}
	return p
}

// nearRole is one end of a line, and the line. It starts the other end.
func nearRole(args []string) error {
	l := &line{chance: rand.New(rand.NewPCG(1, 2))}
	fmt.Sscan(strings.Join(args[1:], " "), &l.loss, &l.double, &l.late)
	l.delay = time.Millisecond
	tun, err := openTun(1)
	if err != nil {
		fmt.Println("network", err)
		return err
	}
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return err
	}
	ours, theirs := os.NewFile(uintptr(fds[0]), "line"), os.NewFile(uintptr(fds[1]), "line")
	far := exec.Command(os.Args[0])
	far.Env = append(os.Environ(), roleVar+"=far")
	far.ExtraFiles = []*os.File{theirs}
	far.Stdout, far.Stderr = os.Stdout, os.Stderr
	far.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET}
	if err := far.Start(); err != nil {
		fmt.Println("network", err)
		return err
	}
	theirs.Close()
	go l.carry(tun, ours)
	go l.carry(ours, tun)
	fmt.Println("network is up")
	return l.receive(args[0] == "cut")
}

const (
	// farMessages is how many the far end sends, some four megabytes.
	farMessages = 300

	// buffer is that of each system, so that most of these are never on their
	// way at once.
	buffer = 64 << 10
)

// heartbeat lets both ends notice that the other is silent.
func heartbeat() (interval, timeout patterns.Option) {
	return patterns.HeartbeatInterval(200 * time.Millisecond), patterns.HeartbeatTimeout(2 * time.Second)
}

// receive says what comes over the line, which it cuts in the middle, until both
// ends have noticed, if it is to.
func (l *line) receive(cut bool) error {
	interval, timeout := heartbeat()
	pull, err := patterns.NewPull(interval, timeout, patterns.RecvHWM(10), patterns.RecvBuffer(buffer))
	if err != nil {
		return err
	}
	lost := make(chan error, 100)
	events := pull.Monitor(context.Background())
	go func() {
		for ev := range events {
			if ev.Kind == patterns.Disconnected {
				lost <- ev.Err
			}
		}
	}()
	if err := place(pull, "bind", nearAt); err != nil {
		return err
	}
	for {
		m, err := pull.Recv(context.Background())
		if err != nil {
			return err
		}
		sender, n, err := parse(m)
		if err != nil {
			fmt.Println("wrong:", err)
		}
		fmt.Println("got", sender, n)
		if n == farMessages-1 {
			fmt.Println("line", l.figures())
		}
		if cut && n >= farMessages/3 {
			cut = false
			l.setCut(true)
			go func() { // who does not read does not notice
				fmt.Println("lost", <-lost)
				l.setCut(false)
			}()
		}
	}
}

// farRole is the other end.
func farRole([]string) error {
	tun, err := openTun(2)
	if err != nil {
		return err
	}
	if err := unix.SetNonblock(3, true); err != nil {
		return err
	}
	ends := os.NewFile(3, "line")
	ideal := &line{chance: rand.New(rand.NewPCG(3, 4))}
	go func() {
		ideal.carry(tun, ends)
		os.Exit(0) // the near end is no more
	}()
	go ideal.carry(ends, tun)
	interval, timeout := heartbeat()
	push, err := patterns.NewPush(again(), interval, timeout, patterns.SendHWM(10), patterns.SendBuffer(buffer))
	if err != nil {
		return err
	}
	if err := push.Connect(nearAt); err != nil {
		return err
	}
	for n := range farMessages {
		if err := push.Send(context.Background(), message(0, n)); err != nil {
			return err
		}
	}
	fmt.Println("closed", push.Close())
	select {} // until the line ends
}

// TestBadNetwork sends over a network between two systems that loses packets,
// doubles them and has them overtake each other: nothing of that is to be seen.
func TestBadNetwork(t *testing.T) {
	t.Parallel()
	p := alone(t, "near", "bad", "2", "2", "10")
	for i := range farMessages {
		if got := p.hear(t, "got"); got != fmt.Sprint(0, " ", i) {
			t.Fatalf("message %s comes in place of %d", got, i)
		}
	}
	if err := p.hear(t, "closed"); err != "<nil>" {
		t.Errorf("the sender's close: %s", err)
	}
	var lost, doubled, delayed int
	fmt.Sscan(p.hear(t, "line"), &lost, &doubled, &delayed)
	if lost == 0 || doubled == 0 || delayed == 0 {
		t.Errorf("the network is not bad: %d packets lost, %d doubled, %d late", lost, doubled, delayed)
	}
	t.Logf("%d packets lost, %d doubled, %d late", lost, doubled, delayed)
}

// TestPartition cuts the network, of which nobody is told. Both ends notice that
// the other one is silent, and when the network is back, what follows arrives:
// whole, once, in order.
func TestPartition(t *testing.T) {
	t.Parallel()
	p := alone(t, "near", "cut", "0", "0", "0")
	last := -1
	for last != farMessages-1 {
		sender, n := 0, 0
		fmt.Sscan(p.hear(t, "got"), &sender, &n)
		if n <= last {
			t.Fatalf("message %d comes after %d", n, last)
		}
		last = n
	}
	if err := p.hear(t, "lost"); !strings.Contains(err, "timed out") {
		t.Errorf("a silent peer is given up because of %q", err)
	}
	if err := p.hear(t, "closed"); err != "<nil>" {
		t.Errorf("the sender's close: %s", err)
	}
}
