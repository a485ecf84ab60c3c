package proptest

import "fmt"

// A History is what is done to some sockets. It says nothing about what must
// come of it: that is for the twin of its pattern.
type History struct {
	Pattern string   // one of those of Patterns
	Seed    uint64   // of the network, and of what messages hold
	Order   uint64   // in which goroutines go on, where that is decided: see [Ordered]
	Sockets []Socket // numbered from 0, in the order in which they are made

	// Proxy are the numbers of the two sockets between which a proxy forwards: the
	// one that the first side of the pattern talks to, and the one that the second
	// side does. Two of one number are no proxy.
	Proxy [2]int

	Steps []Step
}

// A Socket is one of a history.
type Socket struct {
	Kind             string // its type, as "PUSH"
	SendHWM, RecvHWM int    // 0 is no limit
	Mode             string // what is unusual: one of the modes; "" is nothing
}

// The modes of sockets.
const (
	Verbose   = "verbose"   // an XPUB tells of each subscription
	Inverted  = "inverted"  // a subscription keeps messages away; of all sockets of a history
	Conflated = "conflated" // a PUSH or PULL keeps the newest message only
	Manual    = "manual"    // of an XPUB the program decides who is subscribed to what
)

// A Verb says what is done in a step.
type Verb string

// The verbs. A step that makes no sense, as one of a socket that is closed,
// does nothing, so that any step may be left out of a history.
const (
	Bind        Verb = "Bind"
	Unbind      Verb = "Unbind"
	Connect     Verb = "Connect"    // to the socket With
	Disconnect  Verb = "Disconnect" // from the socket With
	Send        Verb = "Send"       // N messages; a ROUTER to With, a publisher on Topic
	Recv        Verb = "Recv"       // up to N messages
	Await       Verb = "Await"      // N messages, on a goroutine of its own
	GiveUp      Verb = "GiveUp"     // the waits of N such goroutines
	Watch       Verb = "Watch"      // with a Poller, whether there is something to receive
	Unwatch     Verb = "Unwatch"
	Subscribe   Verb = "Subscribe"   // to Topic
	Unsubscribe Verb = "Unsubscribe" // from Topic
	Close       Verb = "Close"       // in the background
	Kill        Verb = "Kill"        // close without linger
	Reset       Verb = "Reset"       // the connections to Who's endpoint
	Cut         Verb = "Cut"         // the network at Who's endpoint
	Heal        Verb = "Heal"        // what was cut there
	Hold        Verb = "Hold"        // the proxy; Who is one of its sockets
	Resume      Verb = "Resume"      // of what was held
	Pause       Verb = "Pause"       // for N ms of virtual time, or a tenth of that
	Settle      Verb = "Settle"      // wait until everything is where it stays
)

// traffic reports whether a step is about messages: of the sockets of a proxy that is
// what the proxy does.
func (v Verb) traffic() bool {
	switch v {
	case Send, Recv, Await, GiveUp, Watch, Unwatch, Subscribe, Unsubscribe:
		return true
	}
	return false
}

// A Step is one thing that is done.
type Step struct {
	Do        Verb
	Who, With int
	N         int
	Topic     string
}

func (s Step) String() string {
	switch s.Do {
	case Settle:
		return string(s.Do)
	case Connect, Disconnect:
		return fmt.Sprintf("%s %d %d", s.Do, s.Who, s.With)
	case Send:
		return fmt.Sprintf("%s %d ×%d to %d on %q", s.Do, s.Who, s.N, s.With, s.Topic)
	case Pause:
		return fmt.Sprintf("%s %d ms", s.Do, s.N)
	case Recv, Await, GiveUp:
		return fmt.Sprintf("%s %d ×%d", s.Do, s.Who, s.N)
	case Subscribe, Unsubscribe:
		return fmt.Sprintf("%s %d %q", s.Do, s.Who, s.Topic)
	}
	return fmt.Sprintf("%s %d", s.Do, s.Who)
}

// A Violation is what is wrong: a history and its twin do not agree.
type Violation struct {
	Property string // its name, as in Properties
	Detail   string
}

func (v *Violation) Error() string { return v.Property + ": " + v.Detail }

// violates returns a violation.
func violates(property, format string, args ...any) error {
	return &Violation{property, fmt.Sprintf(format, args...)}
}
