package real

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// A line carries packets between two systems, and does to them what bad networks
// do. The system's own means for that, netem, are not in every kernel.
type line struct {
	delay time.Duration

	// How many of a hundred packets are lost, come twice, and come late, so
	// that others overtake them.
	loss, double, late int

	mu     sync.Mutex
	chance *rand.Rand
	cut    bool // nothing comes through, and nobody is told

	lost, doubled, delayed int // packets so far
}

// carry carries packets, until there are no more.
func (l *line) carry(to io.Writer, from io.Reader) error {
	const most = 64 << 10
	for buf := make([]byte, most); ; {
		n, err := from.Read(buf)
		if err != nil {
			return err
		}
		packet := append([]byte(nil), buf[:n]...)
		for _, after := range l.fate() {
			time.AfterFunc(after, func() { to.Write(packet) }) // what fails is lost
		}
	}
}

// fate returns after which time a packet arrives, how often it does.
func (l *line) fate() (arrivals []time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cut || l.chance.IntN(100) < l.loss {
		l.lost++
		return nil
	}
	arrivals = []time.Duration{l.delay}
	if l.chance.IntN(100) < l.late {
		l.delayed++
		arrivals[0] += time.Duration(l.chance.Int64N(int64(5 * l.delay)))
	}
	if l.chance.IntN(100) < l.double {
		l.doubled++
		arrivals = append(arrivals, 2*l.delay)
	}
	return arrivals
}

func (l *line) setCut(cut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = cut
}

// figures tells what has been done to packets.
func (l *line) figures() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return fmt.Sprint(l.lost, " ", l.doubled, " ", l.delayed)
}

// openTun makes a network interface of this system, of which the packets can be
// read and written, with an address in 10.77.0.0/24.
func openTun(address byte) (*os.File, error) {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("/dev/net/tun: %w", err)
	}
	ifr, err := unix.NewIfreq("zmqtest")
	if err != nil {
		return nil, err
	}
	ifr.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, ifr); err != nil {
		return nil, fmt.Errorf("TUNSETIFF: %w", err)
	}
	if err := address4(ifr, address); err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), "tun"), nil
}

// address4 gives the interface its address, and takes it up.
func address4(ifr *unix.Ifreq, last byte) error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(s)
	if err := ifr.SetInet4Addr([]byte{10, 77, 0, last}); err != nil {
		return err
	}
	if err := unix.IoctlIfreq(s, unix.SIOCSIFADDR, ifr); err != nil {
		return fmt.Errorf("SIOCSIFADDR: %w", err)
	}
	if err := ifr.SetInet4Addr([]byte{255, 255, 255, 0}); err != nil {
		return err
	}
	if err := unix.IoctlIfreq(s, unix.SIOCSIFNETMASK, ifr); err != nil {
		return fmt.Errorf("SIOCSIFNETMASK: %w", err)
	}
	ifr.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(s, unix.SIOCSIFFLAGS, ifr); err != nil {
		return fmt.Errorf("SIOCSIFFLAGS: %w", err)
	}
	return nil
}
