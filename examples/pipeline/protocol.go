package main

import (
	"errors"

	"github.com/zeroactor/zmq"
)

// maxText bounds paths, names and reasons, in bytes; longer ones are clipped
// when they are written and refused when they are read. A path that the
// operating system takes is shorter.
const maxText = 16 << 10

// The first byte of a message says what it is. The rest of the first frame are
// the fields in the order of the Go types below; the second frame, if there is
// one, is content or words. The package comment has the story of it.
const (
	kindTask       = 'T'
	kindPlan       = 'P'
	kindFile       = 'F'
	kindUnreadable = 'U'
	kindUnsent     = 'N'
	kindEnd        = 'E'
	kindHello      = 'H'
	kindBegin      = 'B'
	kindResult     = 'R'
	kindIdle       = 'I'
	kindBye        = 'Y'
)

var errMalformed = errors.New("malformed message")

// A task asks a worker to count a piece of a file. Its content is the second
// frame.
type task struct {
	file      uint64 // number of the file in this run, from 0
	piece     uint64 // number of the piece in the file, from 0
	continues bool   // as in piece
}

// appendTask makes m, which is empty, the task with that content. The content
// belongs to m, which gives it to release when it is done with it.
func appendTask(m *zmq.Message, t task, content []byte, release func([]byte)) {
	var room [32]byte
	b := append(room[:0], kindTask)
	b = appendUint(b, t.file)
	b = appendUint(b, t.piece)
	b = appendUint(b, bit(t.continues))
	m.Append(b)
	m.AppendOwned(content, release)
}

// decodeTask returns the task in m and its content, which is a view of m.
func decodeTask(m *zmq.Message) (t task, content []byte, err error) {
	if m.Len() != 2 || len(m.Frame(0)) == 0 || m.Frame(0)[0] != kindTask {
		return task{}, nil, errMalformed
	}
	r := fieldReader{b: m.Frame(0)[1:]}
	t = task{file: r.uint(), piece: r.uint()}
	continues := r.uint()
	t.continues = continues == 1
	if !r.whole() || continues > 1 {
		return task{}, nil, errMalformed
	}
	return t, m.Frame(1), nil
}

func bit(set bool) uint64 {
	if set {
		return 1
	}
	return 0
}

// A report is what the ventilator and the workers tell the sink.
type report interface{ isReport() }

// The ventilator's reports.
type (
	// planned comes first: how many entries the manifest will have. An entry is
	// one of sent, unreadable and unsent, and there is one for each file.
	planned struct{ files uint64 }

	// sent says what a file is made of. It precedes the file's last piece.
	sent struct {
		file, pieces, bytes uint64
		path                string
	}

	// unreadable says that a file or directory could not be read, wholly or
	// from some piece on.
	unreadable struct {
		file         uint64
		path, reason string
	}

	// unsent says that a file was not handed out, wholly or from some piece on,
	// because there was nobody to take it. It may follow sent, if it was the
	// last piece.
	unsent struct {
		file, bytes uint64 // bytes as the directory has them
		path        string
	}

	// ended comes last, when all tasks have left the ventilator. Reason says
	// why it gave up early, or is empty.
	ended struct{ reason string }
)

// The workers' reports. A worker is known by a random number.
type (
	// hello comes first.
	hello struct {
		worker uint64
		name   string
	}

	// begun precedes the work on a piece, so that the sink knows who had it.
	begun struct{ worker, file, piece uint64 }

	// result is the work on a piece done.
	result struct {
		worker, file, piece uint64
		counts              counts
		words               []byte // an encoded vocabulary, the second frame
	}

	// idle comes again and again while there is nothing to do.
	idle struct{ worker uint64 }

	// bye comes last, unless the worker dies.
	bye struct{ worker uint64 }
)

func (planned) isReport()    {}
func (sent) isReport()       {}
func (unreadable) isReport() {}
func (unsent) isReport()     {}
func (ended) isReport()      {}
func (hello) isReport()      {}
func (begun) isReport()      {}
func (result) isReport()     {}
func (idle) isReport()       {}
func (bye) isReport()        {}
