// Package actortop shows a tree of actors in a terminal: who there is, what they are doing,
// how many messages go through each of them a second, and where they pile up.
//
//	err := actortop.Run(ctx, actortop.Node(supervisor.Node()), actortop.Options{})
//
// That of another process is shown by the program actortop, from what package actorhttp
// serves there:
//
//	go run ./cmd/actortop http://127.0.0.1:8080/debug/actors
//
// Below a stage of a pipeline are the edges that it takes from. An actor whose mailbox is full, or an edge, which
// holds up those that send to it, is marked. The keys are
// the arrows and PgUp, PgDn, Home and End to move, space to stand still, i to hide what is
// idle, and q to quit.
//
// The package is a module of its own, so that who has no use for it needs none of what
// it stands on.
package actortop

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/zeroactor/zmq/actor"
)

// DefaultPeriod is the [Options.Period] of who names none: rates that change faster cannot be
// read.
const DefaultPeriod = time.Second

// DefaultMaxNodes is how many nodes [Node] looks at: more than anybody scrolls through.
const DefaultMaxNodes = 10_000

// maxAnswer bounds what [URL] reads, in bytes: there may be 100,000 nodes in it.
const maxAnswer = 64 << 20

// A Source is where the figures come from. It is called by one goroutine at a time.
type Source func(ctx context.Context) (actor.Snapshot, error)

// Node is a source in this process: the tree below root.
func Node(root *actor.Node) Source {
	return func(context.Context) (actor.Snapshot, error) { return root.Snapshot(DefaultMaxNodes), nil }
}

// URL is a source in another process, where package actorhttp serves at url.
func URL(url string) Source {
	return func(ctx context.Context) (s actor.Snapshot, err error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"?format=json", nil)
		if err != nil {
			return s, err
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			return s, err
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			return s, fmt.Errorf("%s: %s", url, answer.Status)
		}
		err = json.NewDecoder(io.LimitReader(answer.Body, maxAnswer)).Decode(&s)
		return s, err
	}
}

// Options say how to show the tree. The zero value is fine.
type Options struct {
	// Period is how often the figures are asked for; 0 is [DefaultPeriod].
	Period time.Duration

	// Input and Output stand in for the terminal. nil is that.
	Input  io.Reader
	Output io.Writer

	// Width and Height are the size, in cells, if Output is no terminal.
	Width, Height int
}

// Run shows the tree until somebody quits, or ctx is done, which is no error.
func Run(ctx context.Context, from Source, o Options) error {
	if o.Period == 0 {
		o.Period = DefaultPeriod
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	options := []tea.ProgramOption{tea.WithContext(ctx)}
	if o.Input != nil {
		options = append(options, tea.WithInput(o.Input))
	}
	if o.Output != nil {
		options = append(options, tea.WithOutput(o.Output))
	}
	if o.Width > 0 && o.Height > 0 {
		options = append(options, tea.WithWindowSize(o.Width, o.Height))
	}
	m := screen{ctx: ctx, from: from, period: o.Period, width: o.Width, height: o.Height}
	_, err := tea.NewProgram(m, options...).Run()
	if errors.Is(err, tea.ErrInterrupted) || ctx.Err() != nil {
		return nil
	}
	return err
}
