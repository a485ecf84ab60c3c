package patterns

// A Stream exchanges bytes with peers that do not speak ZMTP, over "tcp" and
// "ipc" (ZMQ_STREAM). Each message received has two frames, the id of the
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
// ConnectAs gives it an id of the program's; another is learned from the
// notification.
//
// Send waits while the connection's queue is full. The error is
// [zmq.ErrUnreachable] if there is no connection of that id.
type Stream struct {
	router
}

// NewStream returns a STREAM socket.
func NewStream(opts ...StreamOption) (*Stream, error) {
	s := new(Stream)
	cfg := defaults()
	cfg.raw = true
	cfg.reqrep.mandatory = true
	cfg.reqrep.notify = NotifyConnect | NotifyDisconnect
	for _, o := range opts {
		o.applyStream(&cfg)
	}
	if err := s.router.init("STREAM", &cfg); err != nil {
		return nil, err
	}
	return s, nil
}
