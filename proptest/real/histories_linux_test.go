package real

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/zeroactor/zmq/patterns"
	"github.com/zeroactor/zmq/proptest"
	"github.com/zeroactor/zmq/transport"
	"github.com/zeroactor/zmq/transport/tcp"
)

// within runs f in a network namespace, given by its descriptor. The thread it
// runs on is thrown away.
func within(ns int, f func() error) error {
	over := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: nobody else is to run there
		err := unix.Setns(ns, unix.CLONE_NEWNET)
		if err == nil {
			err = f()
		}
		over <- err
	}()
	return <-over
}

// newNetwork makes a network namespace, and calls f in it.
func newNetwork(f func() error) (ns int, err error) {
	over := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := unix.Unshare(unix.CLONE_NEWNET)
		if err == nil {
			ns, err = unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		}
		if err == nil {
			err = f()
		}
		over <- err
	}()
	err = <-over
	return ns, err
}

// A bridged transport is tcp in two networks, with addresses 10.77.0.1 and
// 10.77.0.2. Whoever binds does so in the network of the address, and whoever
// connects does it from the other one: so every connection is between the two.
type bridged struct {
	tcp.Transport
	networks [3]int // by the last number of the address
}

// at returns the number of the network that an address is in.
func (b *bridged) at(address string) int {
	if strings.HasPrefix(address, "10.77.0.2:") {
		return 2
	}
	return 1
}

func (b *bridged) Listen(ctx context.Context, address string, o *transport.Options) (l transport.Listener, err error) {
	err = within(b.networks[b.at(address)], func() error {
		l, err = b.Transport.Listen(ctx, address, o)
		return err
	})
	return l, err
}

// Dial has a dialer of its own: tcp's dials on other goroutines, and a network is
// that of a thread.
func (b *bridged) Dial(ctx context.Context, address string, _ *transport.Options) (c net.Conn, err error) {
	err = within(b.networks[3-b.at(address)], func() error {
		c, err = new(net.Dialer).DialContext(ctx, "tcp", address)
		return err
	})
	return c, err
}

// historiesRole plays histories between two networks: over a line of its own
// that is bad, or over a pair of interfaces that netem makes bad.
func historiesRole(args []string) error {
	b := new(bridged)
	var lines [2]*line
	var err error
	if args[0] == "netem" {
		err = b.netem()
	} else {
		lines, err = b.line()
	}
	if err != nil {
		fmt.Println("network", strings.ReplaceAll(err.Error(), "\n", " "))
		return err
	}
	fmt.Println("network is up")
	media := proptest.Medium{Name: args[0], Open: func(uint64) (*proptest.Ground, error) {
		return &proptest.Ground{
			Options:  []patterns.ContextOption{patterns.Transport(b)},
			Endpoint: func(i int) string { return fmt.Sprintf("tcp://10.77.0.%d:*", 1+i%2) },
		}, nil
	}}
	runs := 0
	fmt.Sscan(args[1], &runs)
	playThem(media, runs, func() {
		for _, l := range lines {
			if l != nil {
				fmt.Println("line", l.figures())
			}
		}
		if args[0] == "netem" {
			figures, _ := exec.Command("tc", "-s", "qdisc", "show", "dev", "zmqtest1").Output()
			fmt.Println("netem", strings.Join(strings.Fields(string(figures)), " "))
		}
	})
	select {} // until it is killed
}

// playThem plays histories of each pattern, and says what came of each.
func playThem(m proptest.Medium, runs int, then func()) {
	testing.Init()
	flag.CommandLine.Parse(nil)
	play := func(t *testing.T) {
		for _, p := range m.Patterns() {
			if f := proptest.Search(t, m, p, 1, runs); f != nil {
				for l := range strings.Lines(f.Report(m)) {
					fmt.Print("failure ", l)
				}
				fmt.Println("wrong:", f.Error())
			}
			fmt.Println("played", p)
		}
		then()
		fmt.Println("end")
		select {}
	}
	all := func(string, string) (bool, error) { return true, nil }
	testing.Main(all, []testing.InternalTest{{Name: "histories", F: play}}, nil, nil)
}

// line makes two networks and a bad line between them.
func (b *bridged) line() (lines [2]*line, err error) {
	var tuns [2]*os.File
	for i := range tuns {
		b.networks[i+1], err = newNetwork(func() (err error) {
			tuns[i], err = openTun(byte(i + 1))
			return err
		})
		if err != nil {
			return lines, err
		}
	}
	for i := range lines {
		lines[i] = &line{chance: rand.New(rand.NewPCG(5, uint64(i))), delay: time.Millisecond, loss: 1, double: 1, late: 5}
		go lines[i].carry(tuns[1-i], tuns[i])
		go func() { // partitions, short enough to be outlived
			for {
				time.Sleep(500 * time.Millisecond) // of a real network, which is whole for so long
				lines[i].setCut(true)
				time.Sleep(30 * time.Millisecond) // of a real network, which is cut for so long
				lines[i].setCut(false)
			}
		}()
	}
	return lines, nil
}

// netemArgs are what netem is told to do.
const netemArgs = "netem delay 2ms 1ms loss 1% duplicate 1% reorder 5% 50%"

// netem makes two networks and a pair of interfaces between them, and has the
// system delay, lose, double and reorder what goes over them.
func (b *bridged) netem() (err error) {
	hold := make(chan struct{}) // the second network is named by a thread in it
	id := make(chan int)
	go func() {
		b.networks[2], err = newNetwork(func() error {
			id <- unix.Gettid()
			<-hold
			return nil
		})
		close(id)
	}()
	peer, ok := <-id
	if !ok {
		return err
	}
	b.networks[1], err = unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	if err := runIn(b.networks[1], "ip", "link", "add", "zmqtest1", "type", "veth", "peer", "name", "zmqtest2", "netns", fmt.Sprint(peer)); err != nil {
		return err
	}
	close(hold)
	<-id
	for i := 1; i <= 2; i++ {
		for _, words := range []string{
			fmt.Sprintf("ip addr add 10.77.0.%d/24 dev zmqtest%d", i, i),
			fmt.Sprintf("ip link set zmqtest%d up", i),
			fmt.Sprintf("tc qdisc add dev zmqtest%d root ", i) + netemArgs,
		} {
			if err := runIn(b.networks[i], strings.Fields(words)...); err != nil {
				return err
			}
		}
	}
	return nil
}

// runIn runs a program in a network.
func runIn(ns int, words ...string) error {
	return within(ns, func() error {
		out, err := exec.Command(words[0], words[1:]...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %w: %s", strings.Join(words, " "), err, out)
		}
		return nil
	})
}

// hearHistories waits for the histories to be played.
func hearHistories(t *testing.T, p *process) {
	t.Helper()
	for range proptest.Patterns() {
		p.hear(t, "played")
	}
	p.hear(t, "end")
}

// TestHistoriesOverABadLine plays histories between two systems whose packets are
// lost, doubled and late, and whose line is cut now and then.
func TestHistoriesOverABadLine(t *testing.T) {
	t.Parallel()
	p := alone(t, "histories", "line", "4")
	hearHistories(t, p)
	for range 2 {
		var lost, doubled, delayed int
		fmt.Sscan(p.hear(t, "line"), &lost, &doubled, &delayed)
		if lost == 0 || doubled == 0 || delayed == 0 {
			t.Errorf("the line is not bad: %d packets lost, %d doubled, %d late", lost, doubled, delayed)
		}
		t.Logf("%d packets lost, %d doubled, %d late", lost, doubled, delayed)
	}
}

// TestHistoriesOverNetem is the same over netem, where the kernel has that.
func TestHistoriesOverNetem(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"ip", "tc"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("NOT TESTED: no netem without %s of iproute2: %v", program, err)
		}
	}
	p := alone(t, "histories", "netem", "4")
	hearHistories(t, p)
	t.Log(p.hear(t, "netem"))
}
