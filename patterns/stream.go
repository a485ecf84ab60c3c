package patterns

import (
	"fmt"
	"strings"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/transport/inproc"
)

// A Stream exchanges bytes with peers that do not speak ZMTP, over "tcp" and
// "ipc" (ZMQ_STREAM; with [StreamNotify] off also ZMQ_ROUTER_RAW). Each message received has two frames, the id of the
// connection and the bytes read at once; how the bytes are cut into messages
// means nothing. A message sent has the id as its first frame; all the others
// are written as they are, one after another.
//
// Unless [StreamNotify] is off, a message of the id and an empty frame is
// received when a connection is made, before its bytes, and again when it is
// lost, behind them. To send such a message ends the connection once all that
// was sent before is written; this is not notified.
//
// Ids are a zero byte and four others that the socket makes up, and new for
// each connection accepted. One that is kept up by Connect keeps its id over
// reconnections, and what was not written to the last connection is dropped;
// ConnectAs gives it an id of the program's.
//
// Send waits while the connection's queue is full. The error is
// [zmq.ErrUnreachable] if there is no connection of that id.
type Stream struct {
	socket
	sender
	receiver
	correspondent
	fq fairQueue
}

// NewStream returns a STREAM socket.
func NewStream(opts ...StreamOption) (*Stream, error) {
	s := new(Stream)
	cfg := defaults()
	for _, o := range opts {
		o.applyStream(&cfg)
	}
	s.sender.init(&s.socket, s)
	s.receiver.init(&s.socket, s)
	s.correspondent.init(&s.socket)
	s.mandatory, s.raw = true, true
	if err := s.socket.init("STREAM", &cfg, s); err != nil {
		return nil, err
	}
	return s, nil
}

// Bind is as for other sockets, but for "tcp" and "ipc" only.
func (s *Stream) Bind(text string) (zmq.Endpoint, error) {
	if err := s.checkTransport("bind", text); err != nil {
		return zmq.Endpoint{}, err
	}
	return s.socket.Bind(text)
}

// Connect is as for other sockets, but for "tcp" and "ipc" only. The id of the
// connection is learned from its notification.
func (s *Stream) Connect(text string) error {
	if err := s.checkTransport("connect", text); err != nil {
		return err
	}
	return s.socket.Connect(text)
}

// ConnectAs is Connect, and the connection has the given id: 1 to 255 bytes, the
// first one not zero. What is sent to it before it is made waits for it. The
// error is [zmq.ErrAddrInUse] if another one has that id.
func (s *Stream) ConnectAs(text string, id []byte) error {
	if err := s.checkTransport("connect", text); err != nil {
		return err
	}
	return s.correspondent.ConnectAs(text, id)
}

func (s *Stream) checkTransport(op, text string) error {
	if strings.HasPrefix(text, inproc.Scheme+"://") {
		return s.fail(op, text, fmt.Errorf("%w: STREAM has bytes, and inproc only messages", zmq.ErrTransport))
	}
	return nil
}

func (s *Stream) take(m *zmq.Message) error { return s.recvFrom(&s.fq, m) }

func (s *Stream) attach(p *pipe) error {
	id := p.endpoint.as // which ConnectAs has found free
	if id == nil {
		id = s.ids.autoID()
	}
	s.ids.add(id, p)
	s.fq.attach(p)
	if p.peer != nil {
		s.tell(p)
	}
	return nil
}

func (s *Stream) connected(p *pipe) { s.tell(p) }

// disconnected drops what is left: it was meant for the connection that is
// lost, and would only confuse the peer of the next one.
func (s *Stream) disconnected(p *pipe) {
	s.stats.Dropped += p.port.Discard()
	s.roomFor()
	s.tell(p)
}

func (s *Stream) detach(p *pipe) {
	s.gone(p)
	if p.ended {
		s.tell(p)
	}
}

// tell puts a notification behind what has come. The pipe has no connection at
// this moment.
func (s *Stream) tell(p *pipe) {
	if !s.cfg.reqrep.quiet {
		p.notice()
	}
}

func (s *Stream) readable(p *pipe) { s.fq.add(p) }
func (s *Stream) writable(*pipe)   { s.roomFor() }
