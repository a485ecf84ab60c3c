package engine

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"testing"
	"time"
)

// sendAll sends messages of a few sizes as an old or a new peer, and returns
// them.
func sendAll(t *testing.T, rng *rand.Rand, nc net.Conn, major, n int) (ms []message) {
	t.Helper()
	var wire []byte
	for i := range n {
		m := message{randomBody(rng, 10), randomBody(rng, rng.IntN(300))}
		if i == n/2 {
			m[1] = randomBody(rng, 20<<10) // has memory of its own
		}
		for j, f := range m {
			flags := byte(FlagMore)
			if j == 1 {
				flags = 0
			}
			if major == 1 {
				wire = append(appendV1Header(wire, flags, len(f)), f...)
			} else {
				wire = AppendFrame(wire, flags, f)
			}
		}
		ms = append(ms, m)
	}
	if _, err := nc.Write(wire); err != nil {
		t.Fatal(err)
	}
	return ms
}

// The end of a connection is noticed while nothing is read from it, since the
// high-water mark is reached and nobody takes anything; and what came before the
// end is there.
func TestEndIsNoticedWhileBlocked(t *testing.T) {
	rng := seeded(t)
	for _, d := range dialers()[1:] {
		for _, major := range []int{3, 1} {
			for name, end := range map[string]func(nc net.Conn){
				"closed":      func(nc net.Conn) { nc.Close() },
				"half closed": func(nc net.Conn) { nc.(interface{ CloseWrite() error }).CloseWrite() },
				"reset": func(nc net.Conn) {
					if tcp, ok := nc.(*net.TCPConn); ok {
						tcp.SetLinger(0)
					}
					nc.Close()
				},
			} {
				t.Run(fmt.Sprint(d.name, " ", major, " ", name), func(t *testing.T) {
					a, b := d.dial(t)
					e := newEnd(0, 1)
					cfg := testConfig("PULL", e.Port)
					cfg.Handshake.MaxVersion = [2]int{major, 0}
					r := established(t, cfg, a, b)
					ms := sendAll(t, rng, b, major, 50)
					end(b)
					err := r.wait()
					if name != "reset" && err != io.EOF {
						t.Errorf("ended with %v", err)
					}
					if name == "reset" {
						// The system drops what it has not delivered; what is there
						// is whole.
						for {
							m, ok := e.next()
							if !ok {
								return
							}
							if !equalMessages(m, ms[0]) {
								t.Fatalf("got %s, want %s", m, ms[0])
							}
							ms = ms[1:]
						}
					}
					e.want(t, ms...)
				})
			}
		}
	}
}

// The next connections of a log that has gone over its high-water mark do not,
// before it has had room.
func TestMarkIsPassedOnce(t *testing.T) {
	rng := seeded(t)
	e := newEnd(0, 1)
	connect := func() (*running, []message) {
		a, b := pair(t, "tcp", "127.0.0.1:0")
		r := established(t, testConfig("PULL", e.Port), a, b)
		defer b.Close()
		return r, sendAll(t, rng, b, 3, 50)
	}
	first, one := connect()
	first.wait()
	second, two := connect()
	select {
	case <-second.done:
		t.Fatal("a second connection passes the mark as well")
	case <-time.After(4 * firstLook): // it has looked by then, or has not begun to
	}
	e.want(t, one...)
	e.want(t, two...)
	second.wait()
	third, three := connect()
	third.wait() // there was room since
	e.want(t, three...)
}

// A blocked connection costs little: the pauses between looks grow, and none
// outlasts the wait.
func TestLooksBecomeRare(t *testing.T) {
	looks := 0
	w := hangUpWatch{hungUp: func() bool { looks++; return false }}
	c := w.begin(nil)
	defer w.end()
	for total := time.Duration(0); w.pause < lastLook; {
		total += w.pause
		if total > 4*lastLook {
			t.Fatalf("still looks each %v", w.pause)
		}
		w.again()
	}
	if w.again(); w.pause != lastLook || c != w.timer.C {
		t.Errorf("the pause is %v", w.pause)
	}
	if w.end(); w.begin(nil) != c || w.pause != firstLook {
		t.Errorf("a new wait begins with a pause of %v", w.pause)
	}
	if (&hangUpWatch{}).begin(nil) != nil {
		t.Error("looks without a system that tells")
	}
}
