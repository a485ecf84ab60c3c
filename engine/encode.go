package engine

import (
	"io"
	"iter"
)

// An encoder sends a log through a transform: for peers that do not speak the
// log's own framing.
type encoder struct {
	transform Transform
	out       []byte
	ends      []messageEnd // of each message in out
}

// messageEnd says where a message ends, in the bytes of the log and in those
// of the wire.
type messageEnd struct{ log, wire int }

// writeEncoded sends the writer's spans through the transform.
func (c *Conn) writeEncoded() bool {
	w := &c.writer
	if err := w.encoder.encode(w.spans); err != nil {
		c.port.Out.CommitTo(0)
		c.fail(err)
		return false
	}
	clear(w.spans)
	n, err := w.encoder.writeTo(c.nc)
	if err != nil {
		c.port.Out.CommitTo(w.encoder.sent(n))
		w.closed = true
		c.failWrite(err)
		return false
	}
	c.port.Out.Commit()
	return true
}

// writeTo writes what was encoded, which may be nothing.
func (e *encoder) writeTo(w io.Writer) (n int, err error) {
	if len(e.out) > 0 {
		n, err = w.Write(e.out)
	}
	if cap(e.out) > maxBatch {
		e.out = nil // a large message went through; do not keep its size
	}
	return n, err
}

// encode fills out with the wire form of all frames in spans. The body of a
// frame is either whole in the span that has its header, or is the next span.
func (e *encoder) encode(spans [][]byte) (err error) {
	e.out, e.ends = e.out[:0], e.ends[:0]
	done := 0
	for header, body := range framesOf(spans) {
		flags := header[0]
		if e.out, err = e.transform.Encode(e.out, flags&^FlagLong, body); err != nil {
			return err
		}
		done += len(header) + len(body)
		if flags&FlagMore == 0 {
			e.ends = append(e.ends, messageEnd{done, len(e.out)})
		}
	}
	return nil
}

// framesOf iterates over the frames in spans, whose bodies are as encode says.
func framesOf(spans [][]byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(header, body []byte) bool) {
		for rest := spans; len(rest) > 0; {
			span := rest[0]
			rest = rest[1:]
			for len(span) > 0 {
				_, size, n := ConsumeHeader(span)
				header, body := span[:n], span[n:]
				if size > 0 && len(body) == 0 {
					body, span = rest[0], nil
					rest = rest[1:]
				} else {
					body, span = body[:size], body[size:]
				}
				if !yield(header, body) {
					return
				}
			}
		}
	}
}

// haveMessage reports whether not all frames in spans are commands.
func haveMessage(spans [][]byte) bool {
	for header := range framesOf(spans) {
		if header[0]&FlagCommand == 0 {
			return true
		}
	}
	return false
}

// sent returns how many bytes of the log hold the messages that are whole in
// the first n bytes of the wire.
func (e *encoder) sent(n int) int {
	whole := 0
	for _, end := range e.ends {
		if end.wire > n {
			break
		}
		whole = end.log
	}
	return whole
}

// rawTransform is the framing of a peer that has none: bodies, one after
// another; what is read at once is a frame.
type rawTransform struct{}

func (rawTransform) Encode(dst []byte, _ byte, body []byte) ([]byte, error) {
	return append(dst, body...), nil
}

func (rawTransform) Decode(src []byte) (flags byte, body []byte, n int, err error) {
	return 0, src, len(src), nil
}
