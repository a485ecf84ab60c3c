package engine

// A Mechanism is one side of the security handshake of one connection
// (37/ZMTP, "Authentication and Confidentiality"), and what it does to frames
// afterwards. It is a state machine without I/O, used by one goroutine.
type Mechanism interface {
	// Name returns the name that goes into the greeting: 1 to 20 bytes of
	// upper-case letters, digits, '-' and '_'.
	Name() string

	// Begin appends to dst the command frames that this side sends before it
	// has received any. It is called once, first. An error is as Receive's.
	Begin(dst []byte) ([]byte, error)

	// Receive takes a command from the peer and appends to dst the command
	// frames that answer it. The command is valid during the call only.
	//
	// An error ends the handshake and the connection: a [*zmq.PeerError] if
	// the peer refused us, else a [*zmq.ProtocolError], or whatever the
	// configuration's Accept or Authenticate returned. What was appended is sent all the same,
	// so that the peer can be told by an ERROR command.
	Receive(dst []byte, c Command) ([]byte, error)

	// Done says that the handshake is complete: nothing more is received.
	Done() bool

	// Metadata returns the peer's properties, once Done.
	Metadata() Properties

	// Transform returns what frames have to go through after the handshake,
	// or nil if they go in clear. The arguments are those of [TransformFor],
	// whose work it has to do as well.
	Transform(peer PeerInfo, subscribes bool, maxFrame int64) Transform
}

// A MechanismConfig is what a mechanism is made of, whichever it is.
type MechanismConfig struct {
	// Server says that this side is the server of the mechanism, the one that
	// checks the other; see [HandshakeConfig].
	Server bool

	// Metadata is what we tell the peer.
	Metadata Properties

	// Accept judges what the peer tells us. If it returns an error, the peer
	// is refused for that reason. nil accepts everything.
	Accept func(Properties) error

	// Authenticate judges who the peer is, once that is known: its routing id,
	// or nil, and its credentials. If it returns an error, the peer is refused.
	// It may take its time. nil lets everyone in that the mechanism lets in.
	Authenticate func(routingID []byte, credentials ...[]byte) error
}

// accept calls Accept if there is one.
func (c *MechanismConfig) accept(p Properties) error {
	if c.Accept == nil {
		return nil
	}
	return c.Accept(p)
}

// maxMechanismName is the size of the mechanism's field in the greeting, in
// bytes: "an ASCII string, null-padded as needed to fit 20 octets".
// https://rfc.zeromq.org/spec/37/#authentication-and-confidentiality
const maxMechanismName = 20
