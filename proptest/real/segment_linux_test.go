package real

import (
	"encoding/binary"
	"net/netip"
)

// The flags of a segment that a line looks at (RFC 9293, 3.1).
const (
	finFlag = 1 << iota
	synFlag
	rstFlag
	_
	ackFlag
)

const (
	minHeader  = 20 // bytes, of IPv4 as of TCP
	protoTCP   = 6
	timeToLive = 64
)

// A segment is what a line has to know of a packet of TCP over IPv4 (RFC 791, RFC 9293).
type segment struct {
	from, to netip.AddrPort
	flags    byte
	seq, ack uint32
	end      uint32 // the sequence number behind it
}

// parseSegment reads a packet; ok is false if it is none of TCP over IPv4.
func parseSegment(p []byte) (s segment, ok bool) {
	if len(p) < minHeader || p[0]>>4 != 4 || p[9] != protoTCP {
		return s, false
	}
	ip := int(p[0]&15) * 4
	if ip < minHeader || len(p) < ip+minHeader {
		return s, false
	}
	t := p[ip:]
	s.from = netip.AddrPortFrom(netip.AddrFrom4([4]byte(p[12:])), binary.BigEndian.Uint16(t))
	s.to = netip.AddrPortFrom(netip.AddrFrom4([4]byte(p[16:])), binary.BigEndian.Uint16(t[2:]))
	s.seq, s.ack, s.flags = binary.BigEndian.Uint32(t[4:]), binary.BigEndian.Uint32(t[8:]), t[13]
	s.end = s.seq + uint32(max(0, len(t)-int(t[12]>>4)*4))
	for _, counts := range []byte{synFlag, finFlag} { // as a byte does
		if s.has(counts) {
			s.end++
		}
	}
	return s, true
}

func (s segment) has(flag byte) bool { return s.flags&flag != 0 }

// opens reports whether it asks for a connection.
func (s segment) opens() bool { return s.has(synFlag) && !s.has(ackFlag) }

// refusal returns what a system that knows nothing of a connection answers a segment (RFC
// 9293, 3.5.2): it resets the connection.
func (s segment) refusal() segment {
	r := segment{from: s.to, to: s.from, flags: rstFlag | ackFlag, ack: s.end}
	if s.has(ackFlag) {
		r.seq = s.ack
	}
	return r
}

// packet returns the segment as it is on a line, without data.
func (s segment) packet() []byte {
	p := make([]byte, 2*minHeader)
	from, to := s.from.Addr().As4(), s.to.Addr().As4()
	p[0] = 4<<4 | minHeader/4
	binary.BigEndian.PutUint16(p[2:], uint16(len(p)))
	p[8], p[9] = timeToLive, protoTCP
	copy(p[12:], from[:])
	copy(p[16:], to[:])
	binary.BigEndian.PutUint16(p[10:], checksum(0, p[:minHeader]))
	t := p[minHeader:]
	binary.BigEndian.PutUint16(t, s.from.Port())
	binary.BigEndian.PutUint16(t[2:], s.to.Port())
	binary.BigEndian.PutUint32(t[4:], s.seq)
	binary.BigEndian.PutUint32(t[8:], s.ack)
	t[12], t[13] = minHeader/4<<4, s.flags
	binary.BigEndian.PutUint16(t[16:], checksum(protoTCP+minHeader, p[12:])) // with both addresses, as the pseudo header has them
	return p
}

// checksum is that of the Internet (RFC 1071), of an even number of bytes and a number.
func checksum(sum uint32, b []byte) uint16 {
	for ; len(b) > 0; b = b[2:] {
		sum += uint32(binary.BigEndian.Uint16(b))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}
