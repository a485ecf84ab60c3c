package engine

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq"
)

// A flaky is a connection that takes bytes as it likes, and in the end none.
type flaky struct {
	net.Conn // for the rest

	mu    sync.Mutex
	rng   *rand.Rand
	left  int // bytes until it fails
	wire  []byte
	whole bool          // it has taken last, and perhaps commands after it
	end   chan struct{} // closed when it has failed, or last is there
	last  []byte
}

// take is a write. If it must not wait it is as short as it likes.
func (f *flaky) take(spans [][]byte, wait bool) (n int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := bytes.Join(spans, nil)
	n = len(all)
	if !wait {
		n = f.rng.IntN(n + 1)
	}
	if n > f.left {
		n, err = f.left, syscall.EPIPE
	}
	f.left -= n
	f.wire = append(f.wire, all[:n]...)
	f.whole = f.whole || bytes.HasSuffix(f.wire, f.last)
	if err != nil || f.whole {
		select {
		case <-f.end:
		default:
			close(f.end)
		}
	}
	return n, err
}

func (f *flaky) write(spans [][]byte, wait bool) (int, error) { return f.take(spans, wait) }
func (f *flaky) canTry() bool                                 { return true }
func (f *flaky) light() bool                                  { return true }
func (f *flaky) roomy() bool                                  { return true }
func (f *flaky) Write(b []byte) (int, error)                  { return f.take([][]byte{b}, true) }

// taken returns what it has taken so far. The writer may be at work.
func (f *flaky) taken() []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	return bytes.Clone(f.wire)
}

// complete reports whether it has taken last.
func (f *flaky) complete() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.whole
}

// serve makes a connection that only writes serve the port.
func (f *flaky) serve(e *end, t Transform) {
	c := testConfig("PUSH", e.Port).newConn(f)
	c.port = e.Port
	c.writer.init(f, t)
	e.attach(c)
}

// takeMessages returns the whole messages that the bytes begin with, and what
// is left. Commands are left out, and must not be within a message.
func takeMessages(t *testing.T, b []byte, consume func([]byte, int64) (byte, []byte, int, error)) (ms []message, rest []byte) {
	t.Helper()
	rest = b
	var m message
	for {
		flags, body, n, err := consume(b, -1)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return ms, rest
		}
		b = b[n:]
		if flags&FlagCommand != 0 {
			if len(m) > 0 {
				t.Fatal("a command within a message")
			}
			rest = b
			continue
		}
		if m = append(m, body); flags&FlagMore == 0 {
			ms, m, rest = append(ms, m), nil, b
		}
	}
}

// Connections may be lost anywhere, after writes as short as they like: what was
// written whole is not written again, what was written in part is, and nothing
// is left out.
func TestWriterOverManyConnections(t *testing.T) {
	rng := seeded(t)
	for _, c := range []struct {
		transform Transform
		consume   func([]byte, int64) (byte, []byte, int, error)
	}{{nil, ConsumeFrame}, {v1Framing{-1}, consumeV1Frame}, {legacySubscriptions{max: -1, commands: true}, ConsumeFrame}} {
		for _, largest := range []int{50, 40 << 10} {
			for _, hwm := range []int{1, 7, 1000} {
				ms, _ := mixture(rng, 200, largest)
				last := message{[]byte("the very last one")}
				ms = append(ms, last)
				longest := 0
				for _, m := range ms {
					longest = max(longest, 2*len(appendMessage(nil, m)))
				}
				e := newEnd(hwm, 0)
				dial := func() *flaky {
					nc, _ := newMemConns(1)
					f := &flaky{
						Conn: nc, end: make(chan struct{}), last: last[0],
						rng: rand.New(rand.NewPCG(rng.Uint64(), 0)), left: rng.IntN(20*largest + longest), // some are enough for any message
					}
					if rng.IntN(4) == 0 {
						f.left = rng.IntN(10)
					}
					f.serve(e, c.transform)
					return f
				}
				var wires [][]byte
				f := dial()
				redial := func() {
					e.detach()
					wires = append(wires, f.taken())
					f = dial()
				}
				for _, m := range ms {
					sendOrRedial(e, m, f.end, func() chan struct{} { redial(); return f.end })
					if rng.IntN(10) == 0 {
						e.attached().command(func(b []byte) []byte { return AppendPing(b, 0, nil) })
					}
				}
				for <-f.end; !f.complete(); <-f.end {
					redial()
				}
				e.detach()
				wires = append(wires, f.taken())
				checkWires(t, ms, wires, c.consume)
				if !e.Out.Drained() {
					t.Error("the log is not empty")
				}
			}
		}
	}
}

// sendOrRedial sends, and redials when the connection fails while it waits.
func sendOrRedial(e *end, m message, failed chan struct{}, redial func() chan struct{}) {
	for e.Out.Full() {
		e.Help()
		if !e.Out.Full() {
			break
		}
		select {
		case <-e.writable:
		case <-failed:
			failed = redial()
		}
	}
	for i, f := range m {
		flags := byte(FlagMore)
		if i == len(m)-1 {
			flags = 0
		}
		e.Out.Append(flags, f)
	}
	e.Out.EndMessage()
	e.Out.Flush()
}

// checkWires compares what the connections have taken with what was sent.
func checkWires(t *testing.T, ms []message, wires [][]byte, consume func([]byte, int64) (byte, []byte, int, error)) {
	t.Helper()
	for i, wire := range wires {
		got, _ := takeMessages(t, wire, consume)
		for _, m := range got {
			if len(ms) == 0 || !equalMessages(m, ms[0]) {
				t.Fatalf("connection %d of %d took %s, with %d messages to come", i, len(wires), m, len(ms))
			}
			ms = ms[1:]
		}
	}
	if len(ms) > 0 {
		t.Fatalf("%d messages are missing after %d connections", len(ms), len(wires))
	}
}

// The system takes a few bytes at a time, which senders and the writer hand it
// in turns: the bytes are those of the messages.
func TestHelpAgainstSmallSocketBuffers(t *testing.T) {
	rng := seeded(t)
	overAll(t, func(t *testing.T, a, b net.Conn) {
		if s, ok := a.(interface{ SetWriteBuffer(int) error }); ok {
			s.SetWriteBuffer(1)
		}
		e := newEnd(3, 0)
		established(t, testConfig("PUSH", e.Port), a, b)
		ms, _ := mixture(rng, 1000, 30<<10)
		var want []byte
		for _, m := range ms {
			want = appendMessage(want, m)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			for _, m := range ms {
				e.send(m)
			}
			e.Finish()
		}()
		got, err := io.ReadAll(iotestReader{b, rng})
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes came, want %d; %v", len(got), len(want), err)
		}
		<-done
	})
}

// iotestReader reads pieces of random sizes.
type iotestReader struct {
	net.Conn
	rng *rand.Rand
}

func (r iotestReader) Read(b []byte) (int, error) {
	return r.Conn.Read(b[:min(len(b), 1+r.rng.IntN(5000))])
}

// While senders write all the time, commands of the connection are sent all the
// same: a peer that hears no PING does not answer it, and would be given up.
func TestCommandsWhileSendersHelp(t *testing.T) {
	e := newEnd(1, 0)
	nc, _ := newMemConns(1)
	f := &flaky{Conn: nc, rng: seeded(t), left: math.MaxInt, end: make(chan struct{}), last: []byte("?")}
	f.serve(e, nil)
	defer e.detach()
	e.reading.Lock() // the writer's activation is ours
	defer e.reading.Unlock()
	c := e.attached()
	c.writer.helped = true
	if again := c.write(); !again || len(f.taken()) > 0 {
		t.Errorf("the writer does not keep out of the senders' way: %v, %q", again, f.taken())
	}
	c.writer.helped = true
	ping := AppendPing(nil, 0, nil)
	c.writer.queue(func(b []byte) []byte { return append(b, ping...) })
	if c.write(); !bytes.Equal(f.taken(), ping) {
		t.Errorf("wrote %q", f.taken())
	}
}

// Finish sends what is there and closes our half; the peer's is read until it
// closes too, and dropped. Nothing resets the connection on the way, though the
// peer has sent what nobody reads.
func TestFinishHandsOverEverything(t *testing.T) {
	for _, unread := range []int{0, 10, 100_000} {
		overAll(t, func(t *testing.T, a, b net.Conn) {
			e := newEnd(0, 1)
			r := established(t, testConfig("DEALER", e.Port), a, b)
			hello := appendMessage(nil, message{[]byte("hello")})
			put(t, b, bytes.Repeat(hello, unread))
			var want []byte
			for i := range 200 {
				m := message{make([]byte, 100*i)}
				want = appendMessage(want, m)
				e.send(m)
			}
			e.Finish()
			if e.Done() {
				t.Error("done before the connection is")
			}
			got, err := io.ReadAll(b)
			if err != nil || !bytes.Equal(got, want) {
				t.Fatalf("%d bytes came, want %d; %v", len(got), len(want), err)
			}
			if unread == 0 {
				b.Write(hello) // the peer's half is open still
			}
			select {
			case <-r.done:
				t.Error("ended before the peer did")
			default:
			}
			b.Close()
			if err := r.wait(); err != io.EOF && !errors.Is(err, syscall.ECONNRESET) {
				t.Error(err)
			}
			if !e.Done() || e.Discard() != 0 {
				t.Error("there is something left")
			}
		})
	}
}

// A port that has finished before its connection comes is served all the same.
func TestFinishBeforeConnection(t *testing.T) {
	e := newEnd(0, 0)
	e.send(message{[]byte("late")})
	e.Finish()
	if e.Done() {
		t.Error("done with a message to send")
	}
	a, b := newMemConns(64 << 10)
	_, rest := joined(t, testConfig("PUSH", e.Port), a, b)
	if got, err := io.ReadAll(b); err != nil || !bytes.Equal(append(rest, got...), appendMessage(nil, message{[]byte("late")})) {
		t.Errorf("%q, %v", got, err)
	}
}

// A peer that takes its time to read the rest is not given up meanwhile, if it
// shows that it lives.
func TestDrainingHeedsLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newMemConns(1 << 10)
		e := newEnd(0, 0)
		cfg := testConfig("DEALER", e.Port)
		cfg.HeartbeatInterval, cfg.HeartbeatTimeout = time.Second, 2*time.Second
		r := established(t, cfg, a, b)
		e.send(message{make([]byte, 100<<10)})
		e.Finish()
		for range 20 {
			time.Sleep(time.Second) // virtual
			b.Write(AppendPong(nil, nil))
		}
		if n, err := io.Copy(io.Discard, b); n < 100<<10 || err != nil {
			t.Errorf("%d bytes came, %v", n, err)
		}
		b.Close()
		if err := r.wait(); err != io.EOF {
			t.Error(err)
		}
	})
}

// Discard counts messages, not frames nor commands, and among them the one that
// was written in part.
func TestDiscardCounts(t *testing.T) {
	e := newEnd(0, 0)
	nc, _ := newMemConns(1)
	first := message{make([]byte, 100), make([]byte, 100)}
	f := &flaky{Conn: nc, rng: seeded(t), end: make(chan struct{}), last: []byte("?"), left: len(appendMessage(nil, first)) + 50}
	for range 10 {
		e.send(first)
	}
	e.Out.Append(FlagCommand, AppendCommandBody(nil, NameSubscribe, "topic"))
	e.Out.EndMessage()
	e.Out.Flush()
	e.send(message{make([]byte, 100<<10)})
	f.serve(e, nil)
	<-f.end
	e.detach()
	if n := e.Discard(); n != 10 {
		t.Errorf("%d messages are dropped, want 9 and the large one", n)
	}
	if n := e.Discard(); n != 0 {
		t.Errorf("then %d", n)
	}
}

// Connections come and go while both ends of the socket are at work. No message
// comes twice or out of order, in either direction.
func TestAttachAndDetachAtWork(t *testing.T) {
	rng := seeded(t)
	const rounds = 60
	e := newEnd(5, 5)
	stop := make(chan struct{})
	var work sync.WaitGroup
	work.Go(func() { // the socket's senders
		for i := uint64(1); ; i++ {
			m := message{binary.BigEndian.AppendUint64(nil, i), make([]byte, i%3000)}
			for e.Out.Full() {
				e.Help()
				select {
				case <-e.writable:
				case <-stop:
					return
				}
			}
			e.send(m)
		}
	})
	work.Go(func() { // the socket's receivers
		var last uint64
		for {
			m, ok := e.next()
			for !ok {
				select {
				case <-e.readable:
					e.asleep = false
				case <-stop:
					return
				}
				m, ok = e.next()
			}
			n := binary.BigEndian.Uint64(m[0])
			if n <= last || len(m) != 2 {
				t.Errorf("%d came after %d", n, last)
			}
			last = n
		}
	})
	sent, seen := uint64(0), uint64(0)
	for range rounds {
		sent, seen = visit(t, e, rng, sent, seen)
	}
	close(stop)
	work.Wait()
	if seen == 0 || sent == 0 {
		t.Error("nothing came")
	}
}

// visit is one connection to the port: its peer sends messages that are numbered
// on from sent, and reads such with numbers above seen. It returns the new
// numbers.
func visit(t *testing.T, e *end, rng *rand.Rand, sent, seen uint64) (uint64, uint64) {
	dial := dialers()[rng.IntN(3)]
	a, b := dial.dial(t)
	r, got := joined(t, testConfig("DEALER", e.Port), a, b)
	done := make(chan struct{})
	count := rng.IntN(30)
	go func() {
		defer close(done)
		for range count {
			sent++
			m := message{binary.BigEndian.AppendUint64(nil, sent), make([]byte, sent%20000)}
			if _, err := b.Write(appendMessage(nil, m)); err != nil {
				return
			}
		}
	}()
	more, _ := io.ReadAll(io.LimitReader(b, rng.Int64N(200_000)))
	ms, _ := takeMessages(t, append(got, more...), ConsumeFrame)
	for _, m := range ms {
		if i := binary.BigEndian.Uint64(m[0]); i <= seen {
			t.Errorf("%d came after %d", i, seen)
		} else {
			seen = i
		}
	}
	if rng.IntN(2) == 0 {
		<-done
		b.Close()
	} else {
		r.Close(zmq.ErrClosed)
		b.Close()
		<-done
	}
	r.wait()
	return sent, seen
}

// "On sending, the peer SHALL queue all frames of a message in memory until the final frame is
// sent."
// https://rfc.zeromq.org/spec/37/#socket-semantics
func TestNothingLeavesBeforeTheFinalFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newMemConns(64 << 10)
		e := newEnd(0, 0)
		established(t, testConfig("DEALER", e.Port), a, b)
		came := make(chan []byte, 10)
		go func() {
			for {
				piece := make([]byte, 1000)
				n, err := b.Read(piece)
				if err != nil {
					return
				}
				came <- piece[:n]
			}
		}()
		for range 3 {
			e.Out.Append(FlagMore, []byte("not yet"))
			e.Out.Flush()
			e.Wake()
			synctest.Wait()
			if len(came) > 0 {
				t.Fatalf("there came %q", <-came)
			}
		}
		e.Out.Append(0, []byte("now"))
		e.Out.EndMessage()
		e.Out.Flush()
		e.Wake()
		synctest.Wait()
		part := []byte("not yet")
		if got, want := <-came, appendMessage(nil, message{part, part, part, []byte("now")}); !bytes.Equal(got, want) {
			t.Errorf("there came %q", got)
		}
		b.Close()
	})
}
