package patterns

import "bytes"

// A verdict says what becomes of a frame of a request or a reply.
type verdict int

const (
	verdictEnvelope verdict = iota // belongs to the envelope
	verdictBody                    // is the application's
	verdictSkip                    // is of a message that is not for the application
	verdictBroken                  // comes from a peer that does not keep to 28/REQREP
)

// Places in a message.
type place int

const (
	placeTop       place = iota // its beginning
	placeDelimiter              // the delimiter must come
	placeBody
	placeSkipped // the rest does not count
)

// A replyEnvelope takes the envelope off replies, for a REQ. It is told of all
// frames in order.
//
//	reply     = [request-id] delimiter 1*data
//	request-id = 4OCTET ; with MORE
//	delimiter  = empty frame, with MORE
type replyEnvelope struct {
	place     place
	matches   bool
	correlate bool // replies must have the request's id
	id        [4]byte
}

// step says what becomes of the next frame. A frame that is verdictBroken, or
// the last of a message, is followed by the first of another one.
func (e *replyEnvelope) step(more bool, body []byte) verdict {
	v := e.next(more, body)
	if !more || v == verdictBroken {
		e.place = placeTop
	}
	return v
}

func (e *replyEnvelope) next(more bool, body []byte) verdict {
	switch e.place {
	case placeTop:
		e.matches = !e.correlate
		if more && len(body) == len(e.id) {
			e.matches = e.correlate && bytes.Equal(body, e.id[:])
			e.place = placeDelimiter
			return verdictEnvelope
		}
		return e.delimiter(more, body)
	case placeDelimiter:
		return e.delimiter(more, body)
	case placeBody:
		return verdictBody
	}
	return verdictSkip
}

func (e *replyEnvelope) delimiter(more bool, body []byte) verdict {
	switch {
	case !more || len(body) != 0:
		return verdictBroken
	case e.matches:
		e.place = placeBody
		return verdictEnvelope
	}
	e.place = placeSkipped
	return verdictSkip
}

// A requestEnvelope takes the envelope off requests, for a REP. It is told of
// all frames of one message in order; the zero value is for the next message.
//
//	request   = *address delimiter 1*data
//	address   = 1*OCTET ; with MORE
//	delimiter = empty frame, with MORE
type requestEnvelope struct{ place place }

// step says what becomes of the next frame: of a message whose last one is
// verdictSkip nothing is for the application.
func (e *requestEnvelope) step(more bool, body []byte) verdict {
	switch {
	case e.place == placeBody:
		return verdictBody
	case !more:
		return verdictSkip
	case len(body) == 0:
		e.place = placeBody
	}
	return verdictEnvelope
}
