package proptest

import (
	"fmt"
	"strings"
)

// constructors returns what makes each medium of this package, by name.
func constructors() map[string]string {
	return map[string]string{"inproc": "proptest.Inproc()", "ipc": "proptest.IPC()", "tcp": "proptest.TCP()", "sim": "proptest.Sim()"}
}

// ours reports whether a medium has the name of one of this package.
func (m Medium) ours() bool { return constructors()[m.Name] != "" }

// Program returns the source of a test that plays the history over one of the
// media of this package, given by its name. For any other the test says MyTransport, which
// is to be a variable of that medium.
func (h History) Program(medium string) string {
	var b strings.Builder
	constructor := constructors()[medium]
	if constructor == "" {
		constructor = "MyTransport"
	}
	fmt.Fprintf(&b, `package replay_test

import (
	"testing"

	"github.com/zeroactor/zmq/proptest"
)

func TestReplay(t *testing.T) {
	err := proptest.Play(t, %s, %s)
	if err != nil {
		t.Fatal(err)
	}
}
`, constructor, h.literal())
	return b.String()
}

// literal returns the history as Go writes it.
func (h History) literal() string {
	var b strings.Builder
	fmt.Fprintf(&b, "proptest.History{\n\t\tPattern: %q,\n\t\tSeed:    %d,\n", h.Pattern, h.Seed)
	if h.Order != 0 {
		fmt.Fprintf(&b, "\t\tOrder:   %d,\n", h.Order)
	}
	b.WriteString("\t\tSockets: []proptest.Socket{\n")
	for _, s := range h.Sockets {
		fmt.Fprintf(&b, "\t\t\t{Kind: %q, SendHWM: %d, RecvHWM: %d", s.Kind, s.SendHWM, s.RecvHWM)
		if s.Mode != "" {
			fmt.Fprintf(&b, ", Mode: %q", s.Mode)
		}
		b.WriteString("},\n")
	}
	b.WriteString("\t\t},\n")
	if l := newLayout(h); l.proxied() {
		fmt.Fprintf(&b, "\t\tProxy: [2]int{%d, %d},\n", h.Proxy[0], h.Proxy[1])
	}
	b.WriteString("\t\tSteps: []proptest.Step{\n")
	for _, s := range h.Steps {
		b.WriteString("\t\t\t" + s.literal() + ",\n")
	}
	b.WriteString("\t\t},\n\t}")
	return b.String()
}

func (s Step) literal() string {
	fields := []string{"Do: proptest." + string(s.Do)}
	if s.Do != Settle {
		fields = append(fields, fmt.Sprint("Who: ", s.Who))
	}
	if s.With != 0 {
		fields = append(fields, fmt.Sprint("With: ", s.With))
	}
	if s.N != 0 {
		fields = append(fields, fmt.Sprint("N: ", s.N))
	}
	if s.Topic != "" {
		fields = append(fields, fmt.Sprintf("Topic: %q", s.Topic))
	}
	return "{" + strings.Join(fields, ", ") + "}"
}
