package zmq

import (
	"errors"
	"testing"
)

// FuzzParseEndpoint holds that an endpoint prints as what it was read from, and that
// what is refused is quoted.
func FuzzParseEndpoint(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string) {
		e, err := ParseEndpoint(text)
		if err == nil {
			if e.String() != text || e.Scheme == "" || e.Address == "" {
				t.Fatalf("%q became %+v, %q", text, e, e)
			}
			return
		}
		if bad, ok := errors.AsType[*EndpointError](err); !ok || bad.Endpoint != text || bad.Reason == "" || e != (Endpoint{}) {
			t.Fatalf("%q: %v, %+v", text, err, e)
		}
	})
}
