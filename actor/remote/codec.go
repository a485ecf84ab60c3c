package remote

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
)

// A Codec turns messages into bytes and back. Both functions may be called by several
// goroutines at once. For protocol buffers there is one in package actorproto, a module of its own.
type Codec[M any] struct {
	// Encode returns the bytes of m, which must not change afterwards.
	Encode func(m M) ([]byte, error)

	// Decode returns the message that b is. It must not keep b.
	Decode func(b []byte) (M, error)
}

// Bytes is the codec of messages that are bytes already.
func Bytes() Codec[[]byte] {
	return Codec[[]byte]{
		Encode: func(m []byte) ([]byte, error) { return m, nil },
		Decode: func(b []byte) ([]byte, error) { return bytes.Clone(b), nil },
	}
}

// JSON is the codec of package encoding/json.
func JSON[M any]() Codec[M] {
	return Codec[M]{
		Encode: func(m M) ([]byte, error) { return json.Marshal(m) },
		Decode: func(b []byte) (m M, err error) {
			err = json.Unmarshal(b, &m)
			return m, err
		},
	}
}

// Gob is the codec of package encoding/gob. Each message describes its type, which
// makes it longer than it would be in a stream.
func Gob[M any]() Codec[M] {
	return Codec[M]{
		Encode: func(m M) ([]byte, error) {
			var b bytes.Buffer
			err := gob.NewEncoder(&b).Encode(&m)
			return b.Bytes(), err
		},
		Decode: func(b []byte) (m M, err error) {
			err = gob.NewDecoder(bytes.NewReader(b)).Decode(&m)
			return m, err
		},
	}
}
