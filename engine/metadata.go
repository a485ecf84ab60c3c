package engine

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"

	"github.com/zeroactor/zmq"
)

// Names of the properties that RFC 37 defines.
// https://rfc.zeromq.org/spec/37/#connection-metadata
const (
	PropertySocketType = "Socket-Type"
	PropertyIdentity   = "Identity"
	PropertyResource   = "Resource"
)

const (
	// MaxProperties is the most properties that a peer's metadata may have. A
	// peer has three of its own; the rest is the application's.
	MaxProperties = 256

	// MaxMetadata is the most bytes that a peer's metadata may have: they are
	// kept as long as the connection is, and messages refer to them.
	MaxMetadata = 64 << 10

	// maxName and maxValue bound the parts of a property, in bytes.
	// https://rfc.zeromq.org/spec/37/#the-null-security-mechanism
	maxName  = math.MaxUint8
	maxValue = math.MaxInt32
)

// Properties are the metadata of a connection, in the order in which they were
// or will be sent. A name should be there once; if it is not, the first counts.
type Properties []zmq.Property

// Get returns the value of the first property with that name.
func (p Properties) Get(name string) (value []byte, ok bool) {
	// "Metadata names SHALL be case-insensitive."
	// https://rfc.zeromq.org/spec/37/#connection-metadata
	for i := range p {
		if strings.EqualFold(p[i].Name, name) {
			return p[i].Value, true
		}
	}
	return nil, false
}

// size returns the number of bytes that Append appends.
func (p Properties) size() int {
	n := 0
	for i := range p {
		n += 1 + len(p[i].Name) + 4 + len(p[i].Value)
	}
	return n
}

// Append appends all properties as they go into a READY command.
func (p Properties) Append(b []byte) []byte {
	for i := range p {
		b = AppendProperty(b, p[i].Name, p[i].Value)
	}
	return b
}

// AppendProperty appends one property. The name has 1 to 255 bytes, the value
// up to 2^31-1.
//
//	+-------------+------+--------------+-------+
//	| name length | name | value length | value |
//	+-------------+------+--------------+-------+
//	     1 octet             4 octets
func AppendProperty[T string | []byte](b []byte, name string, value T) []byte {
	b = append(b, byte(len(name)))
	b = append(b, name...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(value)))
	return append(b, value...)
}

// ConsumeProperty reads the first property of metadata. name and value lie in
// b. n is negative if b is empty, or the property is malformed or cut off:
// metadata is always there as a whole.
func ConsumeProperty(b []byte) (name, value []byte, n int) {
	if len(b) == 0 {
		return nil, nil, -1
	}
	// "The name SHALL be 1 to 255 characters. Zero-sized names are not valid."
	// Which characters it has is not checked: libzmq lets applications use all.
	// https://rfc.zeromq.org/spec/37/#the-null-security-mechanism
	end := 1 + int(b[0])
	if end == 1 || end+4 > len(b) {
		return nil, nil, -1
	}
	name = b[1:end:end]
	// "The value SHALL be 0 to 2,147,483,647 (2^31-1 or INT32_MAX in C/C++)
	// octets of opaque binary data."
	// https://rfc.zeromq.org/spec/37/#the-null-security-mechanism
	size := binary.BigEndian.Uint32(b[end:])
	end += 4
	if size > maxValue || int(size) > len(b)-end {
		return nil, nil, -1
	}
	n = end + int(size)
	return name, b[end:n:n], n
}

// ParseProperties reads metadata: b is all of it. The properties are copies.
// The error is a [*zmq.ProtocolError]: a property is malformed, or there is
// more than [MaxProperties] or [MaxMetadata] allow.
func ParseProperties(b []byte) (Properties, error) {
	if len(b) > MaxMetadata {
		return nil, metadataError("%d bytes, the limit is %d", len(b), MaxMetadata)
	}
	if len(b) == 0 {
		return nil, nil
	}
	count := 0
	for at := 0; at < len(b); count++ {
		_, _, n := ConsumeProperty(b[at:])
		if n < 0 {
			return nil, metadataError("property %d, at byte %d of %d, is malformed", count, at, len(b))
		}
		if count == MaxProperties {
			return nil, metadataError("more than %d properties", MaxProperties)
		}
		at += n
	}
	b = bytes.Clone(b) // one copy, which all the values share
	p := make(Properties, count)
	for i, at := 0, 0; i < count; i++ {
		name, value, n := ConsumeProperty(b[at:])
		p[i] = zmq.Property{Name: propertyName(name), Value: value}
		at += n
	}
	return p, nil
}

// propertyName returns a name as text. The names that all peers send take no memory.
func propertyName(name []byte) string {
	switch string(name) {
	case PropertySocketType:
		return PropertySocketType
	case PropertyIdentity:
		return PropertyIdentity
	}
	return string(name)
}

func metadataError(format string, args ...any) error {
	return &zmq.ProtocolError{Rule: "37/ZMTP Connection Metadata", Detail: fmt.Sprintf(format, args...)}
}
