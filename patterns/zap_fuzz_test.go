package patterns

import (
	"bytes"
	"errors"
	"testing"

	"github.com/zeroactor/zmq"
)

// FuzzZAPReply has an authentication handler say anything at all. What admits a peer is
// a reply that keeps to 27/ZAP in all its fields.
func FuzzZAPReply(f *testing.F) {
	f.Fuzz(func(t *testing.T, frames byte, version, id, status, text, user, metadata []byte) {
		var m zmq.Message
		for _, b := range [][]byte{version, id, status, text, user, metadata, nil}[:frames%8] {
			m.Append(b)
		}
		a, err := readZAPReply(&m)
		if err != nil {
			_, protocol := errors.AsType[*zmq.ProtocolError](err)
			refused, auth := errors.AsType[*zmq.AuthError](err)
			if protocol == auth || a.UserID != "" || a.Metadata != nil {
				t.Fatalf("%v, with %+v", err, a)
			}
			if auth && (refused.Text != string(text) || string(status) == "200") {
				t.Fatalf("%v of status %q, text %q", err, status, text)
			}
			return
		}
		if m.Len() != 6 || string(version) != "1.0" || string(status) != "200" || a.UserID != string(user) || len(user) > 255 || len(text) > 255 {
			t.Fatalf("%+v is admitted by %q %q %q %q", a, version, status, text, user)
		}
		if again := a.Metadata.Append(nil); !bytes.Equal(again, metadata) {
			t.Fatalf("metadata %q became %q", metadata, again)
		}
	})
}
