package patterns

import (
	"runtime/pprof"
	"strings"
	"testing"
)

// goroutineLabels returns the profile of all goroutines, with their labels.
func goroutineLabels(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&b, 1); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The goroutine of a connection that has carried a message has its label, if the
// context was asked for it.
func TestProfileLabels(t *testing.T) {
	for _, labels := range []bool{false, true} {
		var opts []ContextOption
		if labels {
			opts = append(opts, ProfileLabels())
		}
		c := NewContext(opts...)
		defer c.Close()
		pull, err := NewPull(InContext(c))
		if err != nil {
			t.Fatal(err)
		}
		at, err := pull.Bind("tcp://127.0.0.1:*")
		if err != nil {
			t.Fatal(err)
		}
		push, err := NewPush(InContext(c))
		if err != nil {
			t.Fatal(err)
		}
		if err := push.Connect(at.String()); err != nil {
			t.Fatal(err)
		}
		if err := push.SendBytes(t.Context(), []byte("x")); err != nil {
			t.Fatal(err)
		}
		if _, err := pull.Recv(t.Context()); err != nil {
			t.Fatal(err)
		}
		all := goroutineLabels(t)
		for _, label := range []string{"/zmq/PULL/listener " + at.String() + "/connection 127.0.0.1:", "/zmq/PUSH/connecter " + at.String()} {
			if strings.Contains(all, `{"actor":"`+label) != labels {
				t.Errorf("labels asked for: %v; the goroutine of %q has one: %v", labels, label, !labels)
			}
		}
	}
}
