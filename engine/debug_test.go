package engine

import (
	"strings"
	"testing"
)

func TestFramesString(t *testing.T) {
	b := AppendFrame(nil, FlagMore, []byte("id"))
	b = AppendFrame(b, 0, []byte(strings.Repeat("x", 300)))
	b = AppendReady(b, Properties{{Name: "Socket-Type", Value: []byte("REQ")}, {Name: "Identity"}})
	b = AppendCommand(b, NamePing, "\x00")
	b = AppendCommand(b, NameError, "")
	b = AppendCommand(b, NameReady, "\x01")
	b = AppendFrame(b, FlagCommand, []byte("\x09x"))
	b = append(b, 0, 9, 'r')
	want := `"id" MORE
"` + strings.Repeat("x", maxShown) + `"... (300 bytes)
READY Socket-Type="REQ" Identity=""
PING malformed "\x00"
ERROR malformed ""
READY malformed "\x01"
malformed command "\tx"
rest "\x00\tr"
`
	if got := FramesString(b); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if got := FramesString([]byte{0xF0, 1}); got != "rest \"\\xf0\\x01\"\n" {
		t.Errorf("malformed: %s", got)
	}
	if got := (Frame{Flags: 0x11, Body: []byte("b")}).String(); got != `"b" MORE flags=0x11` {
		t.Errorf("reserved flags: %s", got)
	}
}
