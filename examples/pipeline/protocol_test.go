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
	result{11, 12, 13, counts{14, 15, 1600}, blob{bytes: []byte("words")}},
	result{17, 18, 19, counts{}, blob{bytes: []byte{}}},
	bye{21},
}

// packed returns the message of a report, behind a frame that is not its own.
func packed(r report) *zmq.Message {
	m := zmq.NewMessage("first")
	_ = reportPacker{}.Pack(m, r) // never fails
	return m
}

// unpacked returns the report in a message, with words that are nobody's.
func unpacked(m *zmq.Message) (report, error) {
	r, err := reportPacker{}.Unpack(m, 1)
	if res, ok := r.(result); ok {
		words := append([]byte{}, res.words.bytes...)
		res.words.giveBack()
		res.words = blob{bytes: words}
		return res, err
	}
	return r, err
}

func TestReportsTravel(t *testing.T) {
	for _, want := range everyReport {
		got, err := unpacked(packed(want))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%#v came back as %#v, %v", want, got, err)
		}
	}
}

func TestMalformedReports(t *testing.T) {
	for _, r := range everyReport {
		m := packed(r)
		header, frames := bytes.Clone(m.Frame(1)), m.Len()-1
		words := []byte(nil)
		if frames == 2 {
			words = bytes.Clone(m.Frame(2))
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
	checkRefused(t, 1, append([]byte{kindBye}, bytes.Repeat([]byte{0xff}, 11)...), nil) // more than 64 bits
}

func checkRefused(t *testing.T, frames int, header, words []byte) {
	t.Helper()
	m := zmq.NewMessage("first")
	for i := range frames {
		m.Append([][]byte{header, words}[i])
	}
	if r, err := (reportPacker{}).Unpack(m, 1); err == nil {
		t.Errorf("%d frames, %q, decoded as %#v", frames, header, r)
	}
}

func TestLongTextsAreClipped(t *testing.T) {
	got, err := unpacked(packed(ended{strings.Repeat("x", 2*maxText)}))
	if want := (ended{strings.Repeat("x", maxText)}); err != nil || got != want {
		t.Errorf("a reason of %d bytes, %v", len(got.(ended).reason), err)
	}
}

func TestTasksTravel(t *testing.T) {
	for _, want := range []task{{file: 1, piece: 2}, {file: 1 << 60, piece: 1 << 50, continues: true}} {
		var pool buffers
		lent := append(pool.get(100), "content"...)
		want.content = pool.lend(lent)
		m := zmq.NewMessage("first")
		if err := (taskPacker{}).Pack(m, want); err != nil {
			t.Fatal(err)
		}
		got, err := taskPacker{}.Unpack(m, 1)
		if err != nil || got.file != want.file || got.piece != want.piece || got.continues != want.continues || string(got.content.bytes) != "content" {
			t.Errorf("%+v came back as %+v, %v", want, got, err)
		}
		if &got.content.bytes[0] != &lent[0] || m.Len() != 0 {
			t.Error("the content has been copied, or is still the message's")
		}
		got.content.giveBack()
		if frames := got.content.m.Len(); frames != 0 {
			t.Errorf("%d frames are left", frames)
		}
	}
}

func TestMalformedTasks(t *testing.T) {
	good := []byte{kindTask, 1, 2, 1}
	for _, frames := range [][][]byte{
		{}, {good}, {good, nil, nil}, {nil, nil}, {good[:3], nil}, {append(bytes.Clone(good), 0), nil},
		{{kindTask, 1, 2, 2}, nil}, {{kindBegin, 1, 2, 1}, nil}, {{kindTask, 0x80, 0x80, 0x80}, nil},
	} {
		m := zmq.NewMessage("first")
		for _, f := range frames {
			m.Append(f)
		}
		if got, err := (taskPacker{}).Unpack(m, 1); err == nil {
			t.Errorf("%q decoded as %+v", frames, got)
		}
	}
}

// FuzzReports: no bytes make the sink panic, and what it takes for a report is
// one that it would write itself.
func FuzzReports(f *testing.F) {
	for _, r := range everyReport {
		m := packed(r)
		words := []byte(nil)
		if m.Len() == 3 {
			words = m.Frame(2)
		}
		f.Add(bytes.Clone(m.Frame(1)), words)
	}
	f.Fuzz(func(t *testing.T, header, words []byte) {
		m := zmq.NewMessage("first")
		m.Append(header)
		if len(header) > 0 && header[0] == kindResult {
			m.Append(words)
		}
		r, err := unpacked(m)
		if err != nil {
			return
		}
		if second, err := unpacked(packed(r)); err != nil || !reflect.DeepEqual(second, r) {
			t.Fatalf("%#v came back as %#v, %v", r, second, err)
		}
		if res, ok := r.(result); ok {
			new(vocabulary).addEncoded(res.words.bytes)
		}
	})
}
