package zmq_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/zeroactor/zmq"
)

// frames returns copies of a message's frames.
func frames(m *zmq.Message) []string {
	got := []string{}
	for i, b := range m.Frames() {
		if i != len(got) || !bytes.Equal(b, m.Frame(i)) {
			panic("Frames and Frame differ")
		}
		got = append(got, string(b))
	}
	return got
}

func wantFrames(t *testing.T, m *zmq.Message, want ...string) {
	t.Helper()
	if got := frames(m); len(got) != m.Len() || !slices.Equal(got, append([]string{}, want...)) {
		t.Errorf("%d frames %.40q, want %.40q", m.Len(), got, want)
	}
	if size := len(strings.Join(want, "")); m.Size() != size {
		t.Errorf("%d bytes, want %d", m.Size(), size)
	}
}

// large is larger than what messages copy when they are cloned.
var large = strings.Repeat("large", 10_000)

func TestZeroMessage(t *testing.T) {
	var m zmq.Message
	wantFrames(t, &m)
	m.Reset()
	m.Release()
	m.Release()
	wantFrames(t, m.Clone())
	if m.Peer() != nil {
		t.Error("has a peer")
	}
	if n, err := m.WriteTo(io.Discard); n != 0 || err != nil {
		t.Error(n, err)
	}
	m.AppendString("x")
	wantFrames(t, &m, "x")
}

// Append copies: the caller may do with its slice what it likes.
func TestAppendCopies(t *testing.T) {
	var m zmq.Message
	for _, text := range []string{"", "x", large} {
		b := []byte(text)
		m.Append(b)
		clear(b)
	}
	wantFrames(t, &m, "", "x", large)
}

// What is appended later, and makes the memory of the message move, does not
// change what is there.
func TestFramesStay(t *testing.T) {
	var m zmq.Message
	var want []string
	var views [][]byte
	for i := range 200 {
		want = append(want, strings.Repeat(string(rune('a'+i%26)), i))
		m.AppendString(want[i])
		views = append(views, m.Frame(i))
	}
	wantFrames(t, &m, want...)
	for i, v := range views {
		if string(v) != want[i] {
			t.Fatalf("frame %d has changed", i)
		}
		if len(v) > 0 && cap(v) != len(v) {
			t.Fatalf("frame %d can be appended to, over its neighbour", i)
		}
	}
}

// AppendOwned takes the slice itself, and gives it back once nobody has it.
func TestAppendOwnedReleasesOnce(t *testing.T) {
	for _, size := range []int{0, 10, 100_000} {
		released := 0
		b := make([]byte, size)
		release := func(got []byte) {
			released++
			if len(got) != size || size > 0 && &got[0] != &b[0] {
				t.Errorf("another slice, of %d bytes", len(got))
			}
		}
		var m zmq.Message
		m.AppendOwned(b, release)
		if size > 0 && &m.Frame(0)[0] != &b[0] {
			t.Error("copied")
		}
		c := m.Clone()
		m.Release()
		m.Release()
		if size > 8<<10 && released != 0 {
			t.Errorf("%d bytes: released while a clone has them", size)
		}
		c.Release()
		if released != 1 {
			t.Errorf("%d bytes: released %d times", size, released)
		}
		m.AppendOwned(b, nil)
		m.Reset()
	}
}

func TestCloneIsIndependent(t *testing.T) {
	m := zmq.NewMessage("a", large)
	c := m.Clone()
	m.Release()
	wantFrames(t, m)
	wantFrames(t, c, "a", large)
	c.AppendString("b")
	d := c.Clone()
	c.Reset()
	c.AppendString("z")
	wantFrames(t, d, "a", large, "b")
}

func TestMoveToReplaces(t *testing.T) {
	for _, texts := range [][]string{{}, {"a"}, {"a", "b"}, {"a", large, "", "d"}} {
		m, dst := zmq.NewMessage(texts...), zmq.NewMessage("old", large)
		m.MoveTo(dst)
		wantFrames(t, m)
		wantFrames(t, dst, texts...)
		m.AppendString("again")
		wantFrames(t, dst, texts...)
		dst.MoveTo(dst)
		wantFrames(t, dst, texts...)
	}
}

func TestWriteTo(t *testing.T) {
	m := zmq.NewMessage("a", "", large, "z")
	var b bytes.Buffer
	if n, err := m.WriteTo(&b); n != int64(m.Size()) || err != nil || b.String() != "a"+large+"z" {
		t.Errorf("wrote %d bytes, %v", n, err)
	}
	wantFrames(t, m, "a", "", large, "z")
	failed := errors.New("full")
	if _, err := m.WriteTo(failingWriter{failed}); err != failed {
		t.Error(err)
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

func TestFrameOutOfRangePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	zmq.NewMessage("a").Frame(1)
}

// TestMessageAgainstSlices compares messages with slices of strings, through any
// history of what can be done with them.
func TestMessageAgainstSlices(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	var messages [3]*zmq.Message
	var model [3][]string
	for i := range messages {
		messages[i] = new(zmq.Message)
	}
	for range 5000 {
		i, j := rng.IntN(3), rng.IntN(3)
		m := messages[i]
		switch text := strings.Repeat(string(rune('a'+rng.IntN(26))), []int{0, 1, 100, 8191, 8192, 20_000}[rng.IntN(6)]); rng.IntN(8) {
		case 0, 1:
			m.AppendString(text)
			model[i] = append(model[i], text)
		case 2:
			m.Append([]byte(text))
			model[i] = append(model[i], text)
		case 3:
			m.AppendOwned([]byte(text), nil)
			model[i] = append(model[i], text)
		case 4:
			m.MoveTo(messages[j])
			if i != j {
				model[j], model[i] = model[i], nil
			}
		case 5:
			messages[j] = m.Clone()
			model[j] = slices.Clone(model[i])
		case 6:
			m.Reset()
			model[i] = nil
		case 7:
			m.Release()
			model[i] = nil
		}
		for k := range messages {
			wantFrames(t, messages[k], model[k]...)
		}
		if t.Failed() {
			return
		}
	}
}

func TestErrClosedIsNetErrClosed(t *testing.T) {
	err := error(&zmq.OpError{Op: "send", Socket: "PUSH", Err: zmq.ErrClosed})
	if !errors.Is(err, zmq.ErrClosed) || !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}

func TestErrorTexts(t *testing.T) {
	for want, err := range map[string]error{
		"zmq: PUB bind tcp://*:1: zmq: address in use":          &zmq.OpError{Op: "bind", Socket: "PUB", Endpoint: "tcp://*:1", Err: zmq.ErrAddrInUse},
		"zmq: PUSH send: zmq: would block":                      &zmq.OpError{Op: "send", Socket: "PUSH", Err: zmq.ErrAgain},
		"3 messages dropped":                                    &zmq.DroppedError{Messages: 3},
		`peer refused the connection: "no"`:                     &zmq.PeerError{Reason: "no"},
		"protocol error: 37/ZMTP Framing: size":                 &zmq.ProtocolError{Rule: "37/ZMTP Framing", Detail: "size"},
		`bad endpoint "x": want it`:                             &zmq.EndpointError{Endpoint: "x", Reason: "want it"},
		"zmq: too large: frame of 2 bytes, MaxMessageSize is 1": &zmq.LimitError{Limit: "MaxMessageSize", Max: 1, Detail: "frame of 2 bytes"},
	} {
		if err.Error() != want {
			t.Errorf("%q, want %q", err, want)
		}
	}
	if !errors.Is(&zmq.LimitError{}, zmq.ErrTooLarge) {
		t.Error("a LimitError is no ErrTooLarge")
	}
}

func TestParseEndpoint(t *testing.T) {
	for text, want := range map[string]zmq.Endpoint{
		"tcp://127.0.0.1:5555": {Scheme: "tcp", Address: "127.0.0.1:5555"},
		"ipc:///run/x":         {Scheme: "ipc", Address: "/run/x"},
		"inproc://a://b":       {Scheme: "inproc", Address: "a://b"},
	} {
		ep, err := zmq.ParseEndpoint(text)
		if ep != want || err != nil || ep.String() != text {
			t.Errorf("%q: %+v, %v", text, ep, err)
		}
	}
	for _, text := range []string{"", "tcp", "tcp:/x", "tcp://", "://x", "tcp:x"} {
		ep, err := zmq.ParseEndpoint(text)
		bad, ok := errors.AsType[*zmq.EndpointError](err)
		if !ok || bad.Endpoint != text || ep.String() != "" {
			t.Errorf("%q: %+v, %v", text, ep, err)
		}
	}
}

func TestPeerProperty(t *testing.T) {
	p := zmq.Peer{Properties: []zmq.Property{{Name: "X-a", Value: []byte("1")}, {Name: "x-A", Value: []byte("2")}, {Name: "X-b"}}}
	if v, ok := p.Property("X-A"); !ok || string(v) != "1" {
		t.Errorf("%q %v: not the first", v, ok)
	}
	if v, ok := p.Property("x-b"); !ok || len(v) != 0 {
		t.Errorf("%q %v", v, ok)
	}
	if _, ok := p.Property("X"); ok {
		t.Error("there is no X")
	}
}
