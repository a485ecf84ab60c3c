package main

import (
	"fmt"

	"github.com/zeroactor/zmq"
)

// A taskPacker makes messages of tasks: a header, and the content as it is, which is not copied.
type taskPacker struct{}

// Pack appends the frames of t, whose content then belongs to m.
func (taskPacker) Pack(m *zmq.Message, t task) error {
	var room [32]byte
	b := append(room[:0], kindTask)
	b = appendUint(b, t.file)
	b = appendUint(b, t.piece)
	b = appendUint(b, bit(t.continues))
	m.Append(b)
	t.content.appendTo(m)
	return nil
}

// Unpack takes over m, as the content is a view of it.
func (taskPacker) Unpack(m *zmq.Message, first int) (t task, err error) {
	if m.Len() != first+2 || len(m.Frame(first)) == 0 || m.Frame(first)[0] != kindTask {
		return task{}, errMalformed
	}
	r := fieldReader{b: m.Frame(first)[1:]}
	t = task{file: r.uint(), piece: r.uint()}
	continues := r.uint()
	t.continues = continues == 1
	if !r.whole() || continues > 1 {
		return task{}, errMalformed
	}
	t.content = blobOf(m, first+1)
	return t, nil
}

func bit(set bool) uint64 {
	if set {
		return 1
	}
	return 0
}

// A reportPacker makes messages of reports: a header, and the words of a result as they are.
type reportPacker struct{}

// Pack appends the frames of r. The words of a result then belong to m.
func (reportPacker) Pack(m *zmq.Message, r report) error {
	var room [64]byte
	m.Append(appendHeader(room[:0], r))
	if r, ok := r.(result); ok {
		r.words.appendTo(m)
	}
	return nil
}

func appendHeader(b []byte, r report) []byte {
	switch r := r.(type) {
	case planned:
		return appendUints(append(b, kindPlan), r.files)
	case sent:
		b = appendUints(append(b, kindFile), r.file, r.pieces, r.bytes)
		return appendText(b, clipped(r.path))
	case unreadable:
		b = appendUint(append(b, kindUnreadable), r.file)
		return appendText(appendText(b, clipped(r.path)), clipped(r.reason))
	case unsent:
		b = appendUints(append(b, kindUnsent), r.file, r.bytes)
		return appendText(b, clipped(r.path))
	case ended:
		return appendText(append(b, kindEnd), clipped(r.reason))
	case hello:
		return appendText(appendUint(append(b, kindHello), r.worker), clipped(r.name))
	case begun:
		return appendUints(append(b, kindBegin), r.worker, r.file, r.piece)
	case result:
		b = appendUints(append(b, kindResult), r.worker, r.file, r.piece)
		return appendUints(b, r.counts.lines, r.counts.words, r.counts.bytes)
	case bye:
		return appendUint(append(b, kindBye), r.worker)
	default:
		panic(fmt.Sprintf("unknown report %T", r))
	}
}

func appendUints(b []byte, values ...uint64) []byte {
	for _, v := range values {
		b = appendUint(b, v)
	}
	return b
}

func clipped(text string) string { return text[:min(len(text), maxText)] }

// Unpack takes over m if the report is a result, whose words are a view of it; all else is copied.
func (reportPacker) Unpack(m *zmq.Message, first int) (report, error) {
	if m.Len() <= first || len(m.Frame(first)) == 0 {
		return nil, errMalformed
	}
	kind, r := m.Frame(first)[0], fieldReader{b: m.Frame(first)[1:]}
	frames := first + 1
	if kind == kindResult {
		frames++
	}
	if m.Len() != frames {
		return nil, errMalformed
	}
	v := decodeFields(kind, &r)
	if v == nil || !r.whole() {
		return nil, errMalformed
	}
	if res, ok := v.(result); ok {
		res.words = blobOf(m, first+1)
		return res, nil
	}
	return v, nil
}

// decodeFields takes the fields of that kind from r. It returns nil if there
// is no such kind. Go evaluates the calls in the order in which they stand.
func decodeFields(kind byte, r *fieldReader) report {
	switch kind {
	case kindPlan:
		return planned{files: r.uint()}
	case kindFile:
		return sent{file: r.uint(), pieces: r.uint(), bytes: r.uint(), path: r.text()}
	case kindUnreadable:
		return unreadable{file: r.uint(), path: r.text(), reason: r.text()}
	case kindUnsent:
		return unsent{file: r.uint(), bytes: r.uint(), path: r.text()}
	case kindEnd:
		return ended{reason: r.text()}
	case kindHello:
		return hello{worker: r.uint(), name: r.text()}
	case kindBegin:
		return begun{worker: r.uint(), file: r.uint(), piece: r.uint()}
	case kindResult:
		return result{
			worker: r.uint(), file: r.uint(), piece: r.uint(),
			counts: counts{lines: r.uint(), words: r.uint(), bytes: r.uint()},
		}
	case kindBye:
		return bye{worker: r.uint()}
	default:
		return nil
	}
}
