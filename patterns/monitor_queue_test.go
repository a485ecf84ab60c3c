package patterns

import (
	"context"
	"errors"
	"net"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/transport"
	"github.com/zeroactor/zmq/transport/tcp"
)

// TestMonitorLoses has more happen than a monitor keeps.
func TestMonitorLoses(t *testing.T) {
	var s socket
	events := s.Monitor(t.Context())
	const happened, lost = maxEvents + 100, 101 // MonitorStopped is one more
	for i := range happened {
		s.emit(Event{Kind: Accepted, Interval: 0, Lost: 0, Endpoint: string(rune(i))})
	}
	s.monitors.close()
	next := lost
	for ev := range events {
		want := 0
		if next == lost {
			want = lost
		}
		if ev.Lost != want {
			t.Errorf("event %d: %d are lost, want %d", next, ev.Lost, want)
		}
		if ev.Kind == Accepted && ev.Endpoint != string(rune(next)) {
			t.Fatalf("event %d is %q", next, ev.Endpoint)
		}
		next++
	}
	if next != happened+1 {
		t.Errorf("%d events, lost ones included, want %d", next, happened+1)
	}
}

// failingListener cannot be closed in order, nor accept at first.
type failingListener struct {
	transport.Listener
	accepts chan error
}

var errListener = errors.New("listener fails")

func (l failingListener) Close() error { l.Listener.Close(); return errListener }

func (l failingListener) Accept() (net.Conn, error) {
	select {
	case err := <-l.accepts:
		return nil, err
	default:
		return l.Listener.Accept()
	}
}

// TestMonitorListenerFails tells of a listener that the system lets down.
func TestMonitorListenerFails(t *testing.T) {
	c := NewContext()
	defer c.Close()
	s, err := NewPull(InContext(c))
	if err != nil {
		t.Fatal(err)
	}
	ln, err := tcp.Transport{}.Listen(t.Context(), "127.0.0.1:*", nil)
	if err != nil {
		t.Fatal(err)
	}
	accepts := make(chan error, 1)
	accepts <- errListener
	events := s.Monitor(t.Context())
	c.transports["failing"] = listenWith{tcp.Transport{}, failingListener{ln, accepts}}
	if _, err := s.Bind("failing://x"); err != nil {
		t.Fatal(err)
	}
	var kinds []EventKind
	for ev := range events {
		kinds = append(kinds, ev.Kind)
		switch ev.Kind {
		case AcceptFailed:
			if ev.Err != errListener {
				t.Errorf("accept failed because of %v", ev.Err)
			}
			go s.Close()
		case CloseFailed:
			if ev.Err != errListener {
				t.Errorf("close failed because of %v", ev.Err)
			}
		}
	}
	if want := []EventKind{Listening, AcceptFailed, CloseFailed, MonitorStopped}; len(kinds) != 4 || [4]EventKind(kinds) != [4]EventKind(want) {
		t.Errorf("events %v, want %v", kinds, want)
	}
}

// listenWith listens with a given listener.
type listenWith struct {
	tcp.Transport
	ln transport.Listener
}

func (t listenWith) Listen(context.Context, string, *transport.Options) (transport.Listener, error) {
	return t.ln, nil
}

// TestHandshakeFailure sorts the reasons.
func TestHandshakeFailure(t *testing.T) {
	for err, want := range map[error]EventKind{
		&zmq.ProtocolError{}: HandshakeFailedProtocol,
		&zmq.PeerError{}:     HandshakeFailedAuth,
		net.ErrClosed:        HandshakeFailedNoDetail,
	} {
		if got := handshakeFailure(err); got != want {
			t.Errorf("%v is %v, want %v", err, got, want)
		}
	}
}
