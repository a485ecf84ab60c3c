// Pipeline counts the lines, words and bytes of files, and finds the words
// that are most frequent in them. It is a pipeline (package actor/pipeline) of three parts, whose
// edges may be sockets (package actor/pipeline/remote), by the pattern that gave PUSH and PULL their
// names (30/PIPELINE, https://rfc.zeromq.org/spec/30/):
//
//	             tasks                    reports
//	            /-----> PULL worker PUSH >-----\
//	ventilator PUSH --> PULL worker PUSH >--- PULL sink
//	         \  \-----> PULL worker PUSH >-----/  /
//	          \PUSH >------ manifest ------------/
//
//	go run ./examples/pipeline [-transport tcp|ipc|inproc|none] [-workers N] [PATH...]
//
// All of it runs in one process unless -role says which part to play; then the
// parts find each other by -bind and -connect. The definition of the pipeline, in define.go, is the same in
// each case: only the plan of its edges and the role differ. The last line of its output is
//
//	files=F lines=L words=W bytes=B
//
// where lines are newline bytes, as wc -l counts them, and words are what
// strings.Fields finds. Before it come the ten most frequent words, and before
// these, by name, each file that could not be read and each that was lost.
//
// # Tasks
//
// The ventilator sends the content of files, so that workers need no file
// system: a file in one message or, if it is larger than -chunk, in several
// pieces, cut behind white space, each of which can be counted alone. A word
// that is larger than a piece is cut itself; the piece after the cut says so.
// The ventilator waits when all workers have -hwm pieces waiting.
//
// # Reports
//
// The sink hears of everything on one edge, from the ventilator and the
// workers. Between these there is no order, and the sink needs none. The ventilator says
//
//	planned     how many files there are, first
//	sent        a file's number, path and size, and in how many pieces it went
//	unreadable  a file's number and path, and why
//	unsent      a file's number and path, of which not all could be handed out
//	ended       last, when all has been said
//
// with one of the middle three for each file. A worker says
//
//	hello       its name, first
//	begun       which piece of which file it is about to count
//	result      the counts of that piece, and the words with theirs
//	bye         last
//
// # Ends
//
// When the ventilator has read everything, the edges tell those behind them that there is no more, and so
// the run ends from the ventilator to the sink. If a worker dies, what it had does not come back: the edge goes on without
// it when it has been away for -quiet. What is not back when all others have ended is lost. The sink
// names those files, and the workers that did not say bye. A file of which a piece is lost counts for nothing in the
// totals, so that counted, unreadable and lost files are all there are.
//
// Each wait has an end. An edge whose other side nobody is at fails after -patience: a worker or sink then ends, and a
// ventilator reads no more, and only says which files there are. And where nothing has moved at all for -patience and
// twice -quiet, as the other side is there but hangs, the run is cancelled.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"golang.org/x/term"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr, nil)
	stop()
	os.Exit(code)
}

// run is main: it returns the exit code. OnBegun is program's.
func run(ctx context.Context, args []string, stdout, stderr io.Writer, onBegun func(int)) int {
	c, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	p := &program{
		config:   c,
		stdout:   stdout,
		stderr:   &lockedWriter{w: stderr},
		terminal: isTerminal(stderr),
		onBegun:  onBegun,
	}
	if err := p.run(ctx); err != nil {
		fmt.Fprintln(p.stderr, "pipeline:", err)
		return 1
	}
	return 0
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// A lockedWriter is a writer for several goroutines.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer // guarded by mu
}

func (l *lockedWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}
