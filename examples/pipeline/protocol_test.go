package main

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/zeroactor/zmq"
)

// everyReport has one report of each kind, with numbers that differ, so that
// fields taken in the wrong order show.
var everyReport = [...]report{
	planned{1 << 50},
	sent{1, 2, 300, "dir/file"},
	unreadable{4, "dir/file", "permission denied"},
	unsent{5, 600, "dir/file"},
	ended{},
	ended{"no worker"},
	hello{1<<64 - 1, "worker 7/1"},
	begun{8, 9, 10},
	result{11, 12, 13, counts{14, 15, 1600}, []byte("words")},
	result{17, 18, 19, counts{}, []byte{}},
	idle{20},
	bye{21},
}

func TestReportsTravel(t *testing.T) {
	for _, want := range everyReport {
		var m zmq.Message
		appendReport(&m, want, nil)
		got, err := decodeReport(&m)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%#v came back as %#v, %v", want, got, err)
		}
	}
}

func TestMalformedReports(t *testing.T) {
	for _, r := range everyReport {
		var m zmq.Message
		appendReport(&m, r, nil)
		header, frames := bytes.Clone(m.Frame(0)), m.Len()
		words := []byte(nil)
		if frames == 2 {
			words = bytes.Clone(m.Frame(1))
		}
		for n := range header {
			checkRefused(t, frames, header[:n], words)
		}
		checkRefused(t, frames, append(bytes.Clone(header), 0), words)
		checkRefused(t, 3-frames, header, words) // a frame too many or too few
	}
	checkRefused(t, 0, nil, nil)
	checkRefused(t, 1, nil, nil)
	checkRefused(t, 1, []byte("?"), nil)
	checkRefused(t, 1, appendText(append([]byte(nil), kindEnd), strings.Repeat("x", maxText+1)), nil)
	checkRefused(t, 1, append([]byte{kindIdle}, bytes.Repeat([]byte{0xff}, 11)...), nil) // more than 64 bits
}

func checkRefused(t *testing.T, frames int, header, words []byte) {
	t.Helper()
	var m zmq.Message
	for i := range frames {
		m.Append([][]byte{header, words}[i])
	}
	if r, err := decodeReport(&m); err == nil {
		t.Errorf("%d frames, %q, decoded as %#v", frames, header, r)
	}
}

func TestLongTextsAreClipped(t *testing.T) {
	var m zmq.Message
	appendReport(&m, ended{strings.Repeat("x", 2*maxText)}, nil)
	got, err := decodeReport(&m)
	if want := (ended{strings.Repeat("x", maxText)}); err != nil || got != want {
		t.Errorf("a reason of %d bytes, %v", len(got.(ended).reason), err)
	}
}

func TestTasksTravel(t *testing.T) {
	for _, want := range []task{{1, 2, false}, {1 << 60, 1 << 50, true}} {
		released := 0
		var m zmq.Message
		appendTask(&m, want, []byte("content"), func([]byte) { released++ })
		got, content, err := decodeTask(&m)
		if err != nil || got != want || string(content) != "content" {
			t.Errorf("%+v came back as %+v, %q, %v", want, got, content, err)
		}
		if m.Release(); released != 1 {
			t.Errorf("content given back %d times", released)
		}
	}
}

func TestMalformedTasks(t *testing.T) {
	good := []byte{kindTask, 1, 2, 1}
	for _, frames := range [][][]byte{
		{}, {good}, {good, nil, nil}, {nil, nil}, {good[:3], nil}, {append(bytes.Clone(good), 0), nil},
		{{kindTask, 1, 2, 2}, nil}, {{kindBegin, 1, 2, 1}, nil}, {{kindTask, 0x80, 0x80, 0x80}, nil},
	} {
		var m zmq.Message
		for _, f := range frames {
			m.Append(f)
		}
		if got, _, err := decodeTask(&m); err == nil {
			t.Errorf("%q decoded as %+v", frames, got)
		}
	}
}

// FuzzReports: no bytes make the sink panic, and what it takes for a report is
// one that it would write itself.
func FuzzReports(f *testing.F) {
	for _, r := range everyReport {
		var m zmq.Message
		appendReport(&m, r, nil)
		words := []byte(nil)
		if m.Len() == 2 {
			words = m.Frame(1)
		}
		f.Add(bytes.Clone(m.Frame(0)), words)
	}
	f.Fuzz(func(t *testing.T, header, words []byte) {
		var m zmq.Message
		m.Append(header)
		if len(header) > 0 && header[0] == kindResult {
			m.Append(words)
		}
		r, err := decodeReport(&m)
		if err != nil {
			return
		}
		var again zmq.Message
		appendReport(&again, r, nil)
		if second, err := decodeReport(&again); err != nil || !reflect.DeepEqual(second, r) {
			t.Fatalf("%#v came back as %#v, %v", r, second, err)
		}
		if res, ok := r.(result); ok {
			new(vocabulary).addEncoded(res.words)
		}
	})
}
