package transporttest

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"time"
)

var connCases = []Case{
	{"OwnConnections", "Connections have CloseWrite; where bytes go through a descriptor they are of package net's own types.", check(ownConnections)},
	{"BothWays", "Bytes arrive as they were sent, in both directions.", check(bothWays)},
	{"BigTransfer", "However they are split, bytes arrive all, once and in order, in both directions at the same time.", check(bigTransfer)},
	{"HalfClose", "CloseWrite is the end of one direction, and leaves the other alone.", check(halfClose)},
	{"CloseDeliversAll", "The peer reads all that was written before Close, and then the end.", check(closeDeliversAll)},
	{"CloseUnblocksRead", "Close ends a Read at the same end, with net.ErrClosed.", check(closeUnblocksRead)},
	{"Deadline", "A Read that is over its deadline ends with os.ErrDeadlineExceeded, and a later deadline revives the connection.", check(deadline)},
	{"NothingLeft", "Nothing is left behind, neither goroutines nor descriptors, after success as after failure.", check(nothingLeft)},
}

// halfCloser is what connections have beyond net.Conn.
type halfCloser interface {
	net.Conn
	CloseWrite() error
}

func ownConnections(b *bench) {
	x, y := b.pair(b.listen())
	for _, conn := range []net.Conn{x, y} {
		switch conn := conn.(type) {
		case *net.TCPConn, *net.UnixConn:
		default:
			if _, ok := conn.(halfCloser); !ok || !b.cfg.Virtual {
				b.Errorf("the connection is a %T", conn)
			}
		}
	}
}

func bothWays(b *bench) {
	x, y := b.pair(b.listen())
	b.exchange(x, y)
	b.exchange(y, x)
}

// bigTransfer sends more than the kernel buffers, in odd portions.
func bigTransfer(b *bench) {
	const size = 4 << 20
	x, y := b.pair(b.listen())
	done := make(chan error, 4)
	for i, way := range [][2]net.Conn{{x, y}, {y, x}} {
		seed := uint64(i) + 1 // two streams that differ; the content does not matter
		go func() { done <- sendOdd(way[0], randomBytes(seed, size), seed) }()
		go func() { done <- receiveOdd(way[1], randomBytes(seed, size), seed+2) }()
	}
	for range 4 {
		if err := within(b, "the transfer", func() error { return <-done }); err != nil {
			b.Errorf("%v", err)
		}
	}
}

func randomBytes(seed uint64, n int) []byte {
	var key [32]byte
	key[0] = byte(seed)
	p := make([]byte, n)
	rand.NewChaCha8(key).Read(p)
	return p
}

// oddSize returns the size of a portion: mostly small, at times big.
func oddSize(r *rand.Rand) int {
	if r.IntN(4) > 0 {
		return 1 + r.IntN(1500)
	}
	return 1 + r.IntN(200_000)
}

func sendOdd(conn net.Conn, p []byte, seed uint64) error {
	r := rand.New(rand.NewPCG(seed, 0))
	for len(p) > 0 {
		n := min(oddSize(r), len(p))
		if _, err := conn.Write(p[:n]); err != nil {
			return err
		}
		p = p[n:]
	}
	return nil
}

func receiveOdd(conn net.Conn, want []byte, seed uint64) error {
	r := rand.New(rand.NewPCG(seed, 0))
	got := make([]byte, 0, len(want))
	for len(got) < len(want) {
		n, err := conn.Read(got[len(got):min(len(got)+oddSize(r), len(want))])
		got = got[:len(got)+n]
		if err != nil {
			return err
		}
	}
	if !bytes.Equal(got, want) {
		return errors.New("the bytes are not those that were sent")
	}
	return nil
}

func halfClose(b *bench) {
	l := b.listen()
	for _, flip := range []bool{false, true} {
		x, y := b.pair(l)
		if flip {
			x, y = y, x
		}
		half, ok := x.(halfCloser)
		if !ok {
			b.Fatalf("a %T has no CloseWrite", x)
		}
		b.pass(x, y, "the last words")
		if err := half.CloseWrite(); err != nil {
			b.Fatalf("CloseWrite: %v", err)
		}
		b.ends(y)
		b.pass(y, x, "an answer to the end")
		if _, err := x.Write([]byte{1}); err == nil {
			b.Errorf("Write after CloseWrite succeeds")
		}
		y.Close()
		b.ends(x)
	}
}

func closeDeliversAll(b *bench) {
	x, y := b.pair(b.listen())
	sent := randomBytes(1, 32<<10) // fits the kernel's buffers: Write returns before anybody reads
	if _, err := x.Write(sent); err != nil {
		b.Fatalf("Write: %v", err)
	}
	if err := x.Close(); err != nil {
		b.Fatalf("Close: %v", err)
	}
	got, err := io.ReadAll(y)
	if err != nil || !bytes.Equal(got, sent) {
		b.Errorf("the peer read %d bytes, %v; want %d as they were sent", len(got), err, len(sent))
	}
}

func closeUnblocksRead(b *bench) {
	x, y := b.pair(b.listen())
	for _, conn := range []net.Conn{x, y} {
		read := make(chan error, 1)
		go func() {
			_, err := conn.Read(make([]byte, 1))
			read <- err
		}()
		b.settle() // so that it waits already, as a rule; Close must end it in any case
		conn.Close()
		// The first one's Close may be the end for the second, as quickly.
		err := within(b, "Read", func() error { return <-read })
		if !errors.Is(err, net.ErrClosed) && !(conn == y && err == io.EOF) {
			b.Errorf("Read: %v, want net.ErrClosed", err)
		}
	}
}

func deadline(b *bench) {
	x, y := b.pair(b.listen())
	for _, conn := range []net.Conn{x, y} {
		conn.SetReadDeadline(time.Now().Add(time.Millisecond))
		err := within(b, "Read", func() error {
			_, err := conn.Read(make([]byte, 1))
			return err
		})
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			b.Errorf("Read: %v, want os.ErrDeadlineExceeded", err)
		}
		conn.SetReadDeadline(time.Now().Add(b.patience()))
	}
	b.exchange(x, y)
}

func nothingLeft(b *bench) {
	round := func() {
		l := b.listen()
		x, y := b.pair(l)
		b.tryListen(b.ctx, l.Endpoint().Address)
		x.Close()
		y.Close()
		l.Close()
		b.tryDial(b.ctx, l.Endpoint().Address)
	}
	round() // the first one has the runtime open its own descriptors
	const rounds = 5
	before := count()
	for range rounds {
		round()
	}
	var after left
	for end := time.Now().Add(b.patience()); time.Now().Before(end); {
		if after = count(); !after.exceeds(before) {
			return
		}
		time.Sleep(time.Millisecond) // the end of a goroutine cannot be waited for
	}
	b.Errorf("after %d rounds there are %+v, before %+v", rounds, after, before)
}

// left is what a process has too much of, if something is left behind.
type left struct{ goroutines, descriptors int }

func (l left) exceeds(other left) bool {
	return l.goroutines > other.goroutines || l.descriptors > other.descriptors
}

// count counts; descriptors only where the system lists them.
func count() left {
	files, _ := os.ReadDir("/proc/self/fd")
	return left{runtime.NumGoroutine(), len(files)}
}
