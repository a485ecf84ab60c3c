package engine

import (
	"encoding/binary"
	"math"
	"time"
)

// Names of the commands that RFC 37 defines.
// https://rfc.zeromq.org/spec/37/#commands
const (
	NameReady     = "READY"
	NameError     = "ERROR"
	NameSubscribe = "SUBSCRIBE"
	NameCancel    = "CANCEL"
	NamePing      = "PING"
	NamePong      = "PONG"
	NameJoin      = "JOIN"
	NameLeave     = "LEAVE"
)

const (
	// MaxPingContext is the most bytes that a PING's context has.
	// https://rfc.zeromq.org/spec/37/#connection-heartbeating
	MaxPingContext = 16

	// MaxGroup is the most bytes that a group's name has.
	// https://rfc.zeromq.org/spec/37/#the-radio-dish-pattern
	MaxGroup = 255

	// MaxErrorReason is the most bytes of reason that an ERROR command carries.
	// https://rfc.zeromq.org/spec/37/#the-null-security-mechanism
	MaxErrorReason = 255

	// MaxTTL is the longest time to live that a PING can announce.
	// "the maximum TTL is 6553.5 seconds"
	// https://rfc.zeromq.org/spec/37/#connection-heartbeating
	MaxTTL = math.MaxUint16 * ttlUnit

	// ttlUnit is the unit of a PING's time to live.
	ttlUnit = time.Second / 10
)

// A CommandKind says which of the commands of RFC 37 a command is.
type CommandKind uint8

// The kinds of commands. CommandUnknown has a well-formed name that RFC 37 does
// not define: part of a security mechanism, or of a version to come. After the
// handshake such commands are ignored.
const (
	CommandUnknown CommandKind = iota
	CommandReady
	CommandError
	CommandSubscribe
	CommandCancel
	CommandPing
	CommandPong
	CommandJoin
	CommandLeave
)

// A Command is the body of a command frame, taken apart. Name and Data lie in
// that body.
//
//	+-------------+------+------+
//	| name length | name | data |
//	+-------------+------+------+
//	     1 octet
type Command struct {
	Kind CommandKind
	Name []byte // 1 to 255 bytes
	Data []byte
}

// ConsumeCommand takes the body of a command frame apart. n is len(body), or
// negative if the body has no name or ends within it. Data is not looked at.
func ConsumeCommand(body []byte) (c Command, n int) {
	if len(body) == 0 {
		return c, -1
	}
	// "command-name = short-size 1*255command-name-char"
	// https://rfc.zeromq.org/spec/37/#formal-grammar
	end := 1 + int(body[0])
	if end == 1 || end > len(body) {
		return c, -1
	}
	c.Name, c.Data = body[1:end:end], body[end:]
	c.Kind = commandKind(c.Name)
	return c, len(body)
}

func commandKind(name []byte) CommandKind {
	switch string(name) {
	case NameReady:
		return CommandReady
	case NameError:
		return CommandError
	case NameSubscribe:
		return CommandSubscribe
	case NameCancel:
		return CommandCancel
	case NamePing:
		return CommandPing
	case NamePong:
		return CommandPong
	case NameJoin:
		return CommandJoin
	case NameLeave:
		return CommandLeave
	}
	return CommandUnknown
}

// AppendCommandBody appends the body of a command: its name, of 1 to 255 bytes,
// and its data.
func AppendCommandBody[T string | []byte](b []byte, name string, data T) []byte {
	b = append(b, byte(len(name)))
	b = append(b, name...)
	return append(b, data...)
}

// AppendCommand appends a whole command frame. The name has 1 to 255 bytes.
func AppendCommand[T string | []byte](b []byte, name string, data T) []byte {
	b = AppendHeader(b, FlagCommand, 1+len(name)+len(data))
	return AppendCommandBody(b, name, data)
}

// AppendSubscribe appends a SUBSCRIBE command frame for messages that start
// with prefix; the empty prefix is for all of them.
func AppendSubscribe[T string | []byte](b []byte, prefix T) []byte {
	return AppendCommand(b, NameSubscribe, prefix)
}

// AppendCancel appends a CANCEL command frame, which undoes one SUBSCRIBE.
func AppendCancel[T string | []byte](b []byte, prefix T) []byte {
	return AppendCommand(b, NameCancel, prefix)
}

// AppendJoin appends a JOIN command frame. group has up to [MaxGroup] bytes,
// none of them zero.
func AppendJoin(b []byte, group string) []byte { return AppendCommand(b, NameJoin, group) }

// AppendLeave appends a LEAVE command frame. group is as in [AppendJoin].
func AppendLeave(b []byte, group string) []byte { return AppendCommand(b, NameLeave, group) }

// ConsumeGroup reads the data of a JOIN or LEAVE command. n is negative if the
// group's name is not valid.
func ConsumeGroup(data []byte) (group []byte, n int) {
	// "group = 0*255group-char", "group-char = %d1-255"
	// https://rfc.zeromq.org/spec/37/#the-radio-dish-pattern
	if len(data) > MaxGroup {
		return nil, -1
	}
	for _, c := range data {
		if c == 0 {
			return nil, -1
		}
	}
	return data, len(data)
}

// AppendPing appends a PING command frame. ttl is what the peer is to wait for
// further traffic before it gives us up; 0 announces nothing. It is sent in
// tenths of a second: rounded up, so that the peer is not more impatient than
// was asked for, and at most [MaxTTL]. context has up to [MaxPingContext]
// bytes, what is over is left out; the peer echoes it.
func AppendPing(b []byte, ttl time.Duration, context []byte) []byte {
	// "ping = command-size %d4 "PING" ping-ttl ping-context"
	// https://rfc.zeromq.org/spec/37/#connection-heartbeating
	context = context[:min(len(context), MaxPingContext)]
	b = AppendHeader(b, FlagCommand, 1+len(NamePing)+2+len(context))
	b = AppendCommandBody(b, NamePing, "")
	b = binary.BigEndian.AppendUint16(b, ttlUnits(ttl))
	return append(b, context...)
}

// ttlUnits returns d in tenths of a second.
func ttlUnits(d time.Duration) uint16 {
	d = min(max(d, 0), MaxTTL)
	return uint16((d + ttlUnit - 1) / ttlUnit)
}

// AppendPong appends a PONG command frame that echoes the context of a PING.
func AppendPong(b []byte, context []byte) []byte {
	return AppendCommand(b, NamePong, context[:min(len(context), MaxPingContext)])
}

// ConsumePing reads the data of a PING command. ttl is from 0, for none, to
// [MaxTTL]. n is negative if there is no ttl or too long a context.
func ConsumePing(data []byte) (ttl time.Duration, context []byte, n int) {
	if len(data) < 2 {
		return 0, nil, -1
	}
	context, n = ConsumePong(data[2:])
	if n < 0 {
		return 0, nil, -1
	}
	return time.Duration(binary.BigEndian.Uint16(data)) * ttlUnit, context, 2 + n
}

// ConsumePong reads the data of a PONG command. n is negative if the context is
// too long.
func ConsumePong(data []byte) (context []byte, n int) {
	// "ping-context [...] MUST not exceed 16 octets"
	// https://rfc.zeromq.org/spec/37/#connection-heartbeating
	if len(data) > MaxPingContext {
		return nil, -1
	}
	return data, len(data)
}

// AppendReady appends a READY command frame with metadata.
func AppendReady(b []byte, metadata Properties) []byte {
	b = AppendHeader(b, FlagCommand, 1+len(NameReady)+metadata.size())
	b = AppendCommandBody(b, NameReady, "")
	return metadata.Append(b)
}

// AppendError appends an ERROR command frame. Of the reason go the first
// [MaxErrorReason] bytes, with '_' for those that an ERROR must not have.
func AppendError(b []byte, reason string) []byte {
	// "error = command-size %d5 "ERROR" error-reason",
	// "error-reason = short-size 0*255VCHAR"
	// https://rfc.zeromq.org/spec/37/#the-null-security-mechanism
	reason = reason[:min(len(reason), MaxErrorReason)]
	b = AppendHeader(b, FlagCommand, 1+len(NameError)+1+len(reason))
	b = AppendCommandBody(b, NameError, "")
	b = append(b, byte(len(reason)))
	for i := range len(reason) {
		c := reason[i]
		if c <= ' ' || c > '~' { // VCHAR is printable ASCII without the space
			c = '_'
		}
		b = append(b, c)
	}
	return b
}

// ConsumeError reads the data of an ERROR command. The reason may hold any
// bytes. n is negative if it is cut off; bytes after it are left alone.
func ConsumeError(data []byte) (reason []byte, n int) {
	if len(data) == 0 {
		return nil, -1
	}
	n = 1 + int(data[0])
	if n > len(data) {
		return nil, -1
	}
	return data[1:n:n], n
}
