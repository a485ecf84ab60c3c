// Package actorproto has the codecs for messages of protocol buffers: for actors that are reached
// from other processes (package actor/remote), and for the edges and stages of pipelines that lead there
// (package actor/pipeline/remote).
//
//	err := remote.Export(server, "orders", ref, actorproto.Codec[*pb.Order]())
//	orders := remote.To(client, "orders", actorproto.Codec[*pb.Order]())
//
// The package is a module of its own, so that only who uses it depends on google.golang.org/protobuf.
package actorproto

import (
	"google.golang.org/protobuf/proto"

	"github.com/zeroactor/zmq/actor/remote"
)

// Codec returns the codec of actors' messages of type M, a pointer to a generated type.
func Codec[M proto.Message]() remote.Codec[M] {
	return remote.Codec[M]{
		Encode: func(m M) ([]byte, error) { return proto.Marshal(m) },
		Decode: decode[M],
	}
}

// Items is the codec of a pipeline's items of type M, a pointer to a generated type. It is ready as it is.
type Items[M proto.Message] struct{}

// Append appends v in its binary form.
func (Items[M]) Append(b []byte, v M) ([]byte, error) {
	return proto.MarshalOptions{}.MarshalAppend(b, v)
}

// Decode makes an item of bytes.
func (Items[M]) Decode(b []byte) (M, error) { return decode[M](b) }

func decode[M proto.Message](b []byte) (M, error) {
	var none M
	m := none.ProtoReflect().New().Interface().(M) // a generated type's methods work without a message
	if err := proto.Unmarshal(b, m); err != nil {
		return none, err
	}
	return m, nil
}
