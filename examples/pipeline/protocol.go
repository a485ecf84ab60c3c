package main

import "errors"

// maxText bounds paths, names and reasons, in bytes; longer ones are clipped
// when they are written and refused when they are read. A path that the
// operating system takes is shorter.
const maxText = 16 << 10

// The first byte of an item's first frame says what it is. The rest of the frame are
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
	kindBye        = 'Y'
)

var errMalformed = errors.New("malformed message")

// A task asks a worker to count a piece of a file.
type task struct {
	file      uint64 // number of the file in this run, from 0
	piece     uint64 // number of the piece in the file, from 0
	continues bool   // as in piece
	content   blob   // the worker gives it back
}

// A report is what the ventilator and the workers tell the sink.
type report interface{ isReport() }

// The ventilator's reports.
type (
	// planned comes first: how many entries the manifest will have. An entry is
	// one of sent, unreadable and unsent, and there is one for each file.
	planned struct{ files uint64 }

	// sent says what a file is made of. It goes out with the file's last piece.
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

	// ended comes last, when all files have been read. Reason says why some were not
	// handed out, or is empty.
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
		words               blob // an encoded vocabulary, the second frame; the sink gives it back
	}

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
func (bye) isReport()        {}
