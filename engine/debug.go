package engine

import (
	"fmt"
	"strings"
)

// A Frame is a frame as tests and logs show it. It is not on any message's way.
type Frame struct {
	Flags byte // without [FlagLong]
	Body  []byte
}

// maxShown is how many bytes of a body String shows.
const maxShown = 40

// String describes the frame on one line:
//
//	"hello" MORE
//	SUBSCRIBE "topic"
//	PING ttl=1.5s "context"
//	READY Socket-Type="DEALER" Identity=""
func (f Frame) String() string {
	if f.Flags&FlagCommand != 0 {
		return CommandString(f.Body)
	}
	s := shown(f.Body)
	if f.Flags&FlagMore != 0 {
		s += " MORE"
	}
	if reserved := f.Flags &^ (FlagMore | FlagLong); reserved != 0 {
		s += fmt.Sprintf(" flags=%#02x", f.Flags)
	}
	return s
}

// CommandString describes the body of a command frame on one line.
func CommandString(body []byte) string {
	c, n := ConsumeCommand(body)
	if n < 0 {
		return "malformed command " + shown(body)
	}
	return c.String()
}

// String describes the command on one line.
func (c Command) String() string {
	data := ""
	n := 0
	switch c.Kind {
	case CommandReady:
		data, n = propertiesString(c.Data)
	case CommandError:
		var reason []byte
		reason, n = ConsumeError(c.Data)
		data = shown(reason)
	case CommandPing:
		ttl, context, m := ConsumePing(c.Data)
		data, n = fmt.Sprintf("ttl=%v %s", ttl, shown(context)), m
	default:
		data = shown(c.Data)
	}
	name := string(c.Name)
	if c.Kind == CommandUnknown {
		name = "unknown command " + shown(c.Name)
	}
	if n < 0 {
		return name + " malformed " + shown(c.Data)
	}
	return strings.TrimRight(name+" "+data, " ")
}

// propertiesString describes metadata. n is negative if it is malformed.
func propertiesString(b []byte) (s string, n int) {
	var all []string
	for len(b) > 0 {
		name, value, m := ConsumeProperty(b)
		if m < 0 {
			return "", -1
		}
		all = append(all, fmt.Sprintf("%s=%s", name, shown(value)))
		b, n = b[m:], n+m
	}
	return strings.Join(all, " "), n
}

// shown quotes b, or the start of it if it is long.
func shown(b []byte) string {
	if len(b) > maxShown {
		return fmt.Sprintf("%q... (%d bytes)", b[:maxShown], len(b))
	}
	return fmt.Sprintf("%q", b)
}

// FramesString describes all frames in b, in the framing of ZMTP 2.0 and later,
// one a line. What is no whole frame at the end is given as bytes.
func FramesString(b []byte) string {
	var s strings.Builder
	for len(b) > 0 {
		flags, body, n, err := ConsumeFrame(b, -1)
		if err != nil || n == 0 {
			fmt.Fprintf(&s, "rest %s\n", shown(b))
			break
		}
		fmt.Fprintln(&s, Frame{flags, body})
		b = b[n:]
	}
	return s.String()
}
