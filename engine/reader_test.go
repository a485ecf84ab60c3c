package engine

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/internal/arena"
)

// boundaries returns the sizes of bodies at which something changes: the length of
// the header, inline or apart, the chunks of the log, the classes of memory.
func boundaries() (sizes []int) {
	for _, at := range []int{1, 255, 256, inlineMax, minRead, 64 << 10, trustFirst} {
		sizes = append(sizes, at-10, at-9, at-2, at-1, at, at+1)
	}
	sizes = append(sizes, 1<<20)
	kept := sizes[:0]
	for _, n := range sizes {
		if n >= 0 {
			kept = append(kept, n)
		}
	}
	return kept
}

// mixture returns messages of all shapes, and what they are on the wire with
// commands before, between and inside of them.
func mixture(rng *rand.Rand, n, largest int) (ms []message, wire []byte) {
	for range n {
		m := make(message, 1+rng.IntN(4))
		for i := range m {
			size := rng.IntN(40)
			switch rng.IntN(12) {
			case 0:
				size = rng.IntN(largest)
			case 1:
				size = 250 + rng.IntN(10)
			}
			m[i] = randomBody(rng, size)
			switch rng.IntN(6) {
			case 0:
				wire = AppendPing(wire, 0, randomBody(rng, rng.IntN(16)))
			case 1:
				wire = AppendPong(wire, nil)
			case 2:
				wire = AppendCommand(wire, "NOVELTY", randomBody(rng, rng.IntN(300)))
			}
			flags := byte(FlagMore)
			if i == len(m)-1 {
				flags = 0
			}
			wire = AppendFrame(wire, flags, m[i])
		}
		ms = append(ms, m)
	}
	return ms, wire
}

// Reads may return as little as a byte and as much as there is: the messages
// are the same.
func TestReadInAnySplit(t *testing.T) {
	rng := seeded(t)
	for _, piece := range []int{1, 2, 3, 7, 8, 9, 10, 100, 511, 4096, 16<<10 - 1, 64 << 10} {
		ms, wire := mixture(rng, 100, min(piece*2000, 40<<10))
		for _, old := range [][2]int{{3, 1}, {2, 0}, {1, 0}} {
			t.Run(fmt.Sprint(piece, old), func(t *testing.T) {
				a, b := newMemConns(64 << 10)
				e := newEnd(0, 0)
				cfg := testConfig("PULL", e.Port)
				cfg.Handshake.MaxVersion = old
				established(t, cfg, a, b)
				a.in.end(func() { a.in.piece = piece })
				w := wire
				if old[0] == 1 {
					w = nil
					for _, m := range ms {
						for i, f := range m {
							w = append(appendV1Header(w, byte(min(len(m)-1-i, 1)), len(f)), f...)
						}
					}
				}
				put(t, b, w)
				e.want(t, ms...)
			})
		}
	}
}

// What comes in one piece with the end of the handshake is traffic.
func TestReadBehindHandshake(t *testing.T) {
	rng := seeded(t)
	ms, wire := mixture(rng, 3, 100)
	a, b := newMemConns(64 << 10)
	e := newEnd(0, 0)
	run(t, a, testConfig("PULL", e.Port))
	hello := shake(HandshakeConfig{SocketType: "PUSH"}, greetingOf("PULL")).sent
	put(t, b, append(hello, wire...))
	e.want(t, ms...)
}

// greetingOf returns what a socket of a type sends in its handshake.
func greetingOf(socketType string) []byte {
	b := appendSignature(nil, 0)
	b = appendGreetingEnd(append(b, revisionV3), 1, "NULL", false)
	return AppendReady(b, Properties{{Name: PropertySocketType, Value: []byte(socketType)}})
}

func TestFrameSizes(t *testing.T) {
	rng := seeded(t)
	sizes := boundaries()
	overAll(t, func(t *testing.T, a, b net.Conn) {
		e := newEnd(0, 4)
		established(t, testConfig("PULL", e.Port), a, b)
		var ms []message
		var wire []byte
		for _, n := range sizes {
			small := []byte{byte(n)}
			body := randomBody(rng, n)
			ms = append(ms, message{body}, message{small, body, small}, message{body, nil, body})
		}
		for _, m := range ms {
			wire = appendMessage(wire, m)
		}
		put(t, b, wire)
		e.want(t, ms...)
	})
}

func TestFrameOf64MiB(t *testing.T) {
	body := make([]byte, 64<<20)
	body[0], body[len(body)-1] = 1, 2
	a, b := pair(t, "unix", filepath.Join(t.TempDir(), "s"))
	e := newEnd(0, 1)
	if _, _, ok := e.In.Next(); ok { // it sleeps now
		t.Fatal("there is something")
	}
	established(t, testConfig("PULL", e.Port), a, b)
	go func() {
		b.Write(AppendHeader(AppendFrame(nil, FlagMore, []byte("a")), FlagMore, len(body)))
		b.Write(body)
		b.Write(AppendFrame(nil, 0, []byte("z")))
	}()
	<-e.readable
	for i, want := range [][]byte{[]byte("a"), body, []byte("z")} {
		flags, got, ok := e.In.Next() // without the copy that others make
		if more := byte(FlagMore * min(2-i, 1)); !ok || flags != more || !bytes.Equal(got, want) {
			t.Fatalf("frame %d has %d bytes and flags %#x", i, len(got), flags)
		}
	}
}

// A frame may say its short size in the long form; only the size counts.
func TestLongFormOfShortFrame(t *testing.T) {
	a, b := newMemConns(64 << 10)
	e := newEnd(0, 0)
	established(t, testConfig("PULL", e.Port), a, b)
	put(t, b, []byte("\x03\x00\x00\x00\x00\x00\x00\x00\x02hi\x02\x00\x00\x00\x00\x00\x00\x00\x00"))
	e.want(t, message{[]byte("hi"), nil})
}

// "When a peer receives a PING command it SHALL respond with a PONG command that
// echoes the ping-context": wherever it comes, also between the frames of a message,
// where libzmq sends it.
// https://rfc.zeromq.org/spec/37/#connection-heartbeating
func TestPongEchoesContextBetweenFrames(t *testing.T) {
	overAll(t, func(t *testing.T, a, b net.Conn) {
		e := newEnd(0, 0)
		established(t, testConfig("PULL", e.Port), a, b)
		wire := AppendPing(nil, 0, []byte("first"))
		wire = AppendFrame(wire, FlagMore, []byte("a"))
		wire = AppendPing(wire, 0, []byte("0123456789abcdef"))
		wire = AppendFrame(wire, FlagMore, make([]byte, 20<<10))
		wire = AppendPing(wire, 0, nil)
		wire = AppendFrame(wire, 0, []byte("z"))
		put(t, b, wire)
		e.want(t, message{[]byte("a"), make([]byte, 20<<10), []byte("z")})
		want := AppendPong(AppendPong(AppendPong(nil, []byte("first")), []byte("0123456789abcdef")), nil)
		got := make([]byte, len(want))
		if _, err := io.ReadFull(b, got); err != nil || !bytes.Equal(got, want) {
			t.Errorf("answered %s, %v", FramesString(got), err)
		}
	})
}

// A command may be cut in two by the end of a read, anywhere.
func TestCommandCutInHalf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ping := AppendPing(nil, 0, []byte("context"))
		for cut := range ping {
			a, b := newMemConns(64 << 10)
			e := newEnd(0, 0)
			r := established(t, testConfig("PULL", e.Port), a, b)
			before := AppendFrame(nil, FlagMore, []byte("before"))
			b.Write(append(before, ping[:cut]...))
			synctest.Wait() // all that is there has been read
			b.Write(AppendFrame(bytes.Clone(ping[cut:]), 0, []byte("behind")))
			e.want(t, message{[]byte("before"), []byte("behind")})
			r.cancel()
			r.wait()
		}
	})
}

// A flood of PINGs takes time that grows with it, and no memory: the answers
// that the peer does not read are left out.
func TestFloodOfPings(t *testing.T) {
	for _, pieces := range []int{37, 64 << 10} {
		a, b := newMemConns(64 << 10)
		e := newEnd(0, 1)
		r := established(t, testConfig("PULL", e.Port), a, b)
		a.in.end(func() { a.in.piece = pieces })
		flood := bytes.Repeat(AppendPing(nil, 0, []byte("0123456789abcdef")), 20_000)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range 20_000_000 / len(flood) / (1 + 4*(64<<10-pieces)/(64<<10)) {
			if _, err := b.Write(flood); err != nil {
				t.Fatal(err)
			}
		}
		put(t, b, appendMessage(nil, message{[]byte("end")}))
		e.want(t, message{[]byte("end")})
		runtime.ReadMemStats(&after)
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 8<<20 {
			t.Errorf("%d bytes were taken", grown)
		}
		r.writer.mu.Lock()
		if n := cap(r.writer.control) + cap(r.writer.spare); n > 4*maxControl {
			t.Errorf("%d bytes of answers wait", n)
		}
		r.writer.mu.Unlock()
	}
}

// Large things that come in small pieces are not moved for each of them.
func TestSmallPiecesTakeLinearTime(t *testing.T) {
	for name, f := range map[string]struct {
		version [2]int
		wire    []byte
	}{
		"command":       {[2]int{3, 1}, AppendCommand(nil, "NOVELTY", make([]byte, maxCommand-100))},
		"frame":         {[2]int{3, 1}, AppendFrame(nil, 0, make([]byte, 4<<20))},
		"frame of 1.0":  {[2]int{1, 0}, append(appendV1Header(nil, 0, 16<<20), make([]byte, 16<<20)...)},
		"many of 1.0":   {[2]int{1, 0}, bytes.Repeat([]byte("\x0b\x010123456789"), 100_000)},
		"many commands": {[2]int{3, 1}, bytes.Repeat(AppendCommand(nil, "NOVELTY", ""), 100_000)},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := newMemConns(64 << 10)
			e := newEnd(0, 0)
			cfg := testConfig("PULL", e.Port)
			cfg.Handshake.MaxVersion = f.version
			established(t, cfg, a, b)
			a.in.end(func() { a.in.piece = 64 })
			last := appendMessage(nil, message{[]byte("end")})
			if f.version[0] == 1 {
				last = []byte("\x04\x00end")
			}
			put(t, b, append(f.wire, last...))
			for {
				if m := e.recv(); bytes.Equal(m[len(m)-1], []byte("end")) {
					break
				}
			}
		})
	}
}

// At its high-water mark the reader stops. The socket's goroutine, which takes a
// message, goes on parsing what was read; nothing is lost or out of order.
func TestReaderStopsAtHighWaterMark(t *testing.T) {
	rng := seeded(t)
	for _, hwm := range []int{1, 2, 10} {
		for _, largest := range []int{100, 100 << 10} {
			for _, old := range [][2]int{{3, 1}, {1, 0}} {
				synctest.Test(t, func(t *testing.T) {
					a, b := newMemConns(64 << 10)
					e := newEnd(0, hwm)
					cfg := testConfig("PULL", e.Port)
					cfg.Handshake.MaxVersion = old
					r := established(t, cfg, a, b)
					ms, wire := mixture(rng, 100, largest)
					if old[0] == 1 {
						wire = nil
						for i := range ms {
							ms[i] = ms[i][:1]
							wire = append(appendV1Header(wire, 0, len(ms[i][0])), ms[i][0]...)
						}
					}
					put(t, b, wire)
					for i, want := range ms {
						synctest.Wait()
						if n := e.In.Written(); n > int64(i+hwm) {
							t.Fatalf("%d messages are in the log after %d were taken", n-int64(i), i)
						}
						if got := e.recv(); !equalMessages(got, want) {
							t.Fatalf("message %d is %s, want %s", i, got, want)
						}
					}
					b.Close()
					if err := r.wait(); err != io.EOF {
						t.Error(err)
					}
				})
			}
		}
	}
}

// While the reader waits for room, its goroutine is not needed: it is the
// socket's that parses.
func TestSocketResumesParsing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newMemConns(64 << 10)
		e := newEnd(0, 1)
		r := established(t, testConfig("PULL", e.Port), a, b)
		var wire []byte
		for i := range byte(10) {
			wire = appendMessage(wire, message{{i}})
		}
		b.Write(wire)
		synctest.Wait()
		for i := range byte(10) { // without a wait between them
			if m, ok := e.next(); !ok || m[0][0] != i {
				t.Fatalf("message %d is %s, %v", i, m, ok)
			}
		}
		r.cancel()
		r.wait()
	})
}

// A socket may take messages in the very flush that hands them over, on the
// reader's goroutine. The credit that it gives then comes to the parser while
// that is at work, and is not lost.
func TestSocketReadsInTheFlush(t *testing.T) {
	for _, hwm := range []int{1, 2, 10} {
		synctest.Test(t, func(t *testing.T) {
			taken := 0
			var p *Port
			p = NewPort(arena.NewPool(-1), 0, hwm, func() {
				for _, _, ok := p.In.Next(); ok; _, _, ok = p.In.Next() {
					taken++
				}
			}, func() {})
			p.In.Next() // sleeps
			a, b := newMemConns(64 << 10)
			r := established(t, testConfig("PULL", p), a, b)
			b.Write(bytes.Repeat(appendMessage(nil, message{[]byte("m")}), 1000))
			b.Close()
			if err := r.wait(); err != io.EOF || taken != 1000 {
				t.Errorf("%d messages came, then %v", taken, err)
			}
		})
	}
}

// A new high-water mark counts for a reader that waits at the old one, also if
// it is set while that is about to.
func TestRecvHWMChangesWhileBlocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newMemConns(64 << 10)
		e := newEnd(0, 1)
		r := established(t, testConfig("PULL", e.Port), a, b)
		b.Write(bytes.Repeat(appendMessage(nil, message{[]byte("m")}), 100))
		for _, c := range []struct{ hwm, want int }{{1, 1}, {3, 3}, {2, 3}, {10, 10}, {0, 100}} {
			e.SetRecvHWM(c.hwm)
			synctest.Wait()
			if n := e.In.Written(); n != int64(c.want) {
				t.Errorf("a mark of %d lets %d messages in, want %d", c.hwm, n, c.want)
			}
		}
		r.cancel()
		r.wait()
	})
	synctest.Test(t, func(t *testing.T) {
		var p *Port
		p = NewPort(arena.NewPool(-1), 0, 1, func() { p.SetRecvHWM(0) }, func() {})
		p.In.Next() // sleeps
		a, b := newMemConns(64 << 10)
		r := established(t, testConfig("PULL", p), a, b)
		b.Write(bytes.Repeat(appendMessage(nil, message{[]byte("m")}), 100))
		synctest.Wait()
		if n := p.In.Written(); n != 100 {
			t.Errorf("%d messages came in", n)
		}
		r.cancel()
		r.wait()
	})
}

// What arrived before the peer closed, or was reset, is delivered whole,
// however long nobody takes it. A message that is not whole is not.
func TestLostWhileBlocked(t *testing.T) {
	rng := seeded(t)
	for _, lost := range []string{"closed", "reset", "cut", "written to"} {
		t.Run(lost, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := newMemConns(1 << 20)
				e := newEnd(0, 1)
				r := established(t, testConfig("DEALER", e.Port), a, b)
				ms, wire := mixture(rng, 200, 20<<10)
				if lost == "cut" {
					wire = AppendFrame(wire, FlagMore, []byte("never whole"))
				}
				b.Write(wire)
				want := io.EOF
				switch lost {
				case "reset":
					b.Reset()
					want = nil
				case "cut":
					want = io.ErrUnexpectedEOF
					b.Close()
				case "written to":
					b.Close()
					e.send(message{[]byte("into the void")})
					want = nil
				default:
					b.Close()
				}
				synctest.Wait()
				select {
				case <-r.done:
					t.Fatalf("ended before anything was taken: %v", r.err)
				default:
				}
				e.want(t, ms...)
				if err := r.wait(); err == nil || want != nil && err != want && err != syscall.EPIPE {
					t.Errorf("ended with %v, want %v", err, want)
				}
				if m, ok := e.next(); ok {
					t.Errorf("there came %s", m)
				}
			})
		})
	}
}

// A peer that has said everything and gone loses nothing by our answering it:
// over the system's sockets the write fails, and what it sent is still there.
func TestWriteErrorLosesNothingReceived(t *testing.T) {
	rng := seeded(t)
	overAll(t, func(t *testing.T, a, b net.Conn) {
		e := newEnd(0, 2)
		r := established(t, testConfig("DEALER", e.Port), a, b)
		ms, wire := mixture(rng, 100, 200)
		if _, err := b.Write(wire); err != nil {
			t.Fatal(err)
		}
		go func() { // the answers to PINGs must not reset the connection
			io.Copy(io.Discard, b)
		}()
		if half, ok := b.(interface{ CloseRead() error }); ok {
			half.CloseRead()
		}
		b.Close()
		for i := range ms {
			e.send(message{[]byte("answer")})
			e.want(t, ms[i])
		}
		if err := r.wait(); err == nil {
			t.Error("no error")
		}
	})
}

// Cancelling ends the connection at once, also one that waits for room.
func TestCancelWhileBlocked(t *testing.T) {
	for _, size := range []int{10, 100 << 10} {
		for _, old := range [][2]int{{3, 1}, {1, 0}} {
			synctest.Test(t, func(t *testing.T) {
				a, b := newMemConns(1 << 20)
				e := newEnd(0, 1)
				cfg := testConfig("PULL", e.Port)
				cfg.Handshake.MaxVersion = old
				r := established(t, cfg, a, b)
				for range 3 {
					if old[0] == 1 {
						b.Write(append(appendV1Header(nil, 0, size), make([]byte, size)...))
					} else {
						b.Write(AppendFrame(nil, 0, make([]byte, size)))
					}
				}
				synctest.Wait()
				r.Close(zmq.ErrClosed)
				if err := r.wait(); err != zmq.ErrClosed {
					t.Error(err)
				}
				if m := e.recv(); len(m[0]) != size {
					t.Errorf("got %s", m)
				}
				e.next() // there is room now, and nobody who wants it
			})
		}
	}
}

// A message that was not whole when the connection was lost is taken back, and
// the next connection goes on behind the last whole one.
func TestPartialMessageIsRolledBack(t *testing.T) {
	rng := seeded(t)
	whole := message{[]byte("whole")}
	parts := [][]byte{
		AppendFrame(nil, FlagMore, []byte("part")),
		AppendFrame(AppendFrame(nil, FlagMore, make([]byte, 100<<10)), FlagMore, []byte("part")),
		AppendFrame(nil, FlagMore, make([]byte, 1<<20)),
		AppendFrame(AppendFrame(nil, FlagMore, make([]byte, 60<<10)), FlagMore, make([]byte, 1000))[:60<<10+500],
		AppendFrame(nil, 0, make([]byte, 100))[:50],
		AppendHeader(nil, 0, 1<<20),
	}
	overAll(t, func(t *testing.T, _, _ net.Conn) {
		e := newEnd(0, 3)
		for range 30 {
			dial := dialers()[rng.IntN(3)]
			a, b := dial.dial(t)
			r := established(t, testConfig("PULL", e.Port), a, b)
			done := make(chan struct{})
			go func() {
				defer close(done)
				b.Write(append(appendMessage(nil, whole), parts[rng.IntN(len(parts))]...))
			}()
			e.want(t, whole)
			<-done
			b.Close()
			if err := r.wait(); err != io.ErrUnexpectedEOF {
				t.Errorf("ended with %v", err)
			}
		}
		if m, ok := e.next(); ok {
			t.Errorf("there came %s", m)
		}
	})
}
