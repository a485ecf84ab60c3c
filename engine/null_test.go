package engine

import "testing"

// Both sides send READY once, the server after the client's, and are done when
// they have one of their own. After that a mechanism takes nothing more.
func TestNullOrder(t *testing.T) {
	ours := Properties{{Name: "Socket-Type", Value: []byte("REP")}}
	theirs := Command{Kind: CommandReady, Name: []byte(NameReady), Data: Properties{{Name: "X-a"}}.Append(nil)}
	for _, server := range []bool{false, true} {
		m := NewNull(MechanismConfig{Server: server, Metadata: ours})
		opening, err := m.Begin(nil)
		if err != nil {
			t.Fatal(err)
		}
		first := FramesString(opening)
		if m.Done() {
			t.Errorf("server %v: done before READY", server)
		}
		b, err := m.Receive(nil, theirs)
		if err != nil {
			t.Fatal(err)
		}
		answer := FramesString(b)
		if server {
			first, answer = answer, first
		}
		if first != "READY Socket-Type=\"REP\"\n" || answer != "" {
			t.Errorf("server %v: sent %q, then %q", server, first, answer)
		}
		if _, ok := m.Metadata().Get("x-A"); !ok || !m.Done() {
			t.Errorf("server %v: done %v, metadata %v", server, m.Done(), m.Metadata())
		}
		b, err = m.Receive(nil, theirs)
		wantRule(t, err, "37/ZMTP NULL")
		if got := FramesString(b); got != "ERROR \"second_READY_command\"\n" {
			t.Errorf("server %v: second READY is answered %q", server, got)
		}
	}
}

// The messages of an old peer are transformed, those of a new one aren't.
func TestNullTransform(t *testing.T) {
	m := NewNull(MechanismConfig{})
	if tr := m.Transform(PeerInfo{Major: 3, Minor: 1}, true, -1); tr != nil {
		t.Errorf("3.1: %#v", tr)
	}
	if tr := m.Transform(PeerInfo{Major: 3}, true, -1); tr == nil {
		t.Error("3.0: none")
	}
}
