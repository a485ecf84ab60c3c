package remote

import (
	"bytes"
	"encoding/json"
)

// A Codec turns items into bytes and back. It may be used by several goroutines at
// once. For protocol buffers there is one in package actorproto, a module of its own.
type Codec[T any] interface {
	// Append appends v to b.
	Append(b []byte, v T) ([]byte, error)

	// Decode makes an item of bytes, which it must not keep.
	Decode(b []byte) (T, error)
}

// JSON is the codec of a [Stage] that names none.
type JSON[T any] struct{}

// Append appends v as JSON.
func (JSON[T]) Append(b []byte, v T) ([]byte, error) {
	text, err := json.Marshal(v)
	return append(b, text...), err
}

// Decode reads JSON.
func (JSON[T]) Decode(b []byte) (v T, err error) {
	err = json.Unmarshal(b, &v)
	return v, err
}

// Bytes is the codec of items that are bytes.
type Bytes struct{}

// Append appends v as it is.
func (Bytes) Append(b []byte, v []byte) ([]byte, error) { return append(b, v...), nil }

// Decode copies b.
func (Bytes) Decode(b []byte) ([]byte, error) { return bytes.Clone(b), nil }
