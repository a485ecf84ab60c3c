package engine

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/zeroactor/zmq"
)

func TestTransformFor(t *testing.T) {
	for _, tt := range []struct {
		major, minor int
		subscribes   bool
		want         string
	}{
		{1, 0, false, "engine.v1Framing{max:7}"},
		{1, 0, true, "engine.v1Framing{max:7}"},
		{2, 0, false, "<nil>"},
		{2, 0, true, "engine.legacySubscriptions{max:7, commands:false}"},
		{3, 0, false, "<nil>"},
		{3, 0, true, "engine.legacySubscriptions{max:7, commands:true}"},
		{3, 1, false, "<nil>"},
		{3, 1, true, "<nil>"},
	} {
		peer := PeerInfo{Major: tt.major, Minor: tt.minor}
		if got := fmt.Sprintf("%#v", TransformFor(peer, tt.subscribes, 7)); got != tt.want {
			t.Errorf("%+v: %s", tt, got)
		}
	}
}

// "subscribe = %x00 short-size %d1 subscription", "unsubscribe = %x00 short-size
// %d0 subscription". libzmq takes the size of the topic, not of the body, to
// choose the header's form: with 255 bytes it writes flags 00 and eight octets.
// https://rfc.zeromq.org/spec/23/#the-publish-subscribe-pattern
func TestLegacySubscriptions(t *testing.T) {
	for size, header := range map[int]string{
		0:   "\x00\x01",
		1:   "\x00\x02",
		254: "\x00\xff",
		255: "\x02\x00\x00\x00\x00\x00\x00\x01\x00",
		256: "\x02\x00\x00\x00\x00\x00\x00\x01\x01",
	} {
		topic := strings.Repeat("t", size)
		for name, prefix := range map[string]string{NameSubscribe: "\x01", NameCancel: "\x00"} {
			for _, commands := range []bool{false, true} {
				tr := legacySubscriptions{max: -1, commands: commands}
				got, err := tr.Encode([]byte("x"), FlagCommand, AppendCommandBody(nil, name, topic))
				if want := "x" + header + prefix + topic; string(got) != want || err != nil {
					t.Errorf("%s of %d bytes: %.12q, want %.12q, %v", name, size, got, want, err)
				}
				flags, body, n, err := tr.Decode(got[1:])
				if flags != 0 || string(body) != prefix+topic || n != len(got)-1 || err != nil {
					t.Errorf("%s of %d bytes: decoded %#x %.12q %d %v", name, size, flags, body, n, err)
				}
			}
		}
	}
}

// Messages pass unchanged; other commands where the peer has commands.
func TestLegacySubscriptionsPassTheRest(t *testing.T) {
	for _, size := range []int{0, 1, 255, 256} {
		for _, flags := range []byte{0, FlagMore} {
			body := bytes.Repeat([]byte{1}, size) // looks like a subscription
			got, err := legacySubscriptions{max: -1}.Encode(nil, flags, body)
			if !bytes.Equal(got, AppendFrame(nil, flags, body)) || err != nil {
				t.Errorf("message of %d bytes: %.12q %v", size, got, err)
			}
		}
	}
	ping := AppendPing(nil, 0, nil)
	for commands, want := range map[bool]string{true: string(ping), false: ""} {
		got, err := legacySubscriptions{commands: commands}.Encode(nil, FlagCommand, ping[shortHeader:])
		if string(got) != want || err != nil {
			t.Errorf("PING, commands %v: %q %v", commands, got, err)
		}
	}
}

func TestLegacySubscriptionsBound(t *testing.T) {
	tr := legacySubscriptions{max: 10}
	if _, _, _, err := tr.Decode(AppendHeader(nil, 0, 11)); !errors.Is(err, zmq.ErrTooLarge) {
		t.Errorf("over the limit: %v", err)
	}
	_, _, _, err := tr.Decode([]byte{0x80})
	wantRule(t, err, "37/ZMTP Framing")
}

// A publisher sends peers of ZMTP 1.0 everything: "A subscriber SHALL NOT send
// any content."
// https://rfc.zeromq.org/spec/13/#the-content-layer
func TestFiltersItself(t *testing.T) {
	for name, tr := range transcripts(t) {
		if tr.err != nil {
			continue
		}
		want := strings.Contains(tr.peer, "revision=-1")
		if p := shake(tr.cfg, tr.input()).peer; p.FiltersItself() != want {
			t.Errorf("%s: %v, want %v", name, !want, want)
		}
	}
}
