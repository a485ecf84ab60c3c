package patterns

import (
	"fmt"
	"math"
)

// maxHWMBytes is the largest high-water mark in bytes: the sum of two, which an
// inproc pipe has, is one too.
const maxHWMBytes = math.MaxInt64 / 2

// SendHWMBytes sets a high-water mark in bytes beside [SendHWM]: a queue that is
// at either is full. Bytes are those of the frames, with two or nine more for each
// as on the wire. A message of any size is taken while less than that is queued;
// so the mark is passed by one message at most, and each message gets through. 0, the
// default, is no limit; negative is refused. Over inproc the peer's RecvHWMBytes
// is added, and one of the two is enough; what was sent before there was one, as
// the peer had not bound yet, does not count. With [Conflate] it means nothing.
// libzmq has no such option.
func SendHWMBytes(bytes int64) SendOption {
	return SendOption{func(c *config) { c.sendHWMBytes = c.checkHWMBytes("SendHWMBytes", bytes) }}
}

// RecvHWMBytes sets a high-water mark in bytes beside [RecvHWM], in the way of
// [SendHWMBytes]: from a peer whose queue is at either nothing more is read. One
// large frame that is on its way is read before it is known to be one too many.
func RecvHWMBytes(bytes int64) RecvOption {
	return RecvOption{func(c *config) { c.recvHWMBytes = c.checkHWMBytes("RecvHWMBytes", bytes) }}
}

func (c *config) checkHWMBytes(option string, bytes int64) int64 {
	if bytes < 0 || bytes > maxHWMBytes {
		c.refuse(option, bytes, fmt.Sprintf("0 to %d", int64(maxHWMBytes)))
	}
	return bytes
}
