package main

import (
	"fmt"

	"github.com/zeroactor/zmq"
)

// appendReport makes m, which is empty, the report r. The words of a result
// belong to m, which gives them to release when it is done with them.
func appendReport(m *zmq.Message, r report, release func([]byte)) {
	var room [64]byte
	m.Append(appendHeader(room[:0], r))
	if r, ok := r.(result); ok {
		m.AppendOwned(r.words, release)
	}
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
	case idle:
		return appendUint(append(b, kindIdle), r.worker)
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

// decodeReport returns the report in m. The words of a result are a view of m;
// all else is copied.
func decodeReport(m *zmq.Message) (report, error) {
	if m.Len() == 0 || len(m.Frame(0)) == 0 {
		return nil, errMalformed
	}
	kind, r := m.Frame(0)[0], fieldReader{b: m.Frame(0)[1:]}
	frames := 1
	if kind == kindResult {
		frames = 2
	}
	if m.Len() != frames {
		return nil, errMalformed
	}
	v := decodeFields(kind, &r)
	if v == nil || !r.whole() {
		return nil, errMalformed
	}
	if res, ok := v.(result); ok {
		res.words = m.Frame(1)
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
	case kindIdle:
		return idle{worker: r.uint()}
	case kindBye:
		return bye{worker: r.uint()}
	default:
		return nil
	}
}
