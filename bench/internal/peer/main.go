package peer

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

// Main plays the job or the two jobs of args over library, and writes profiles
// as pr says. The process is ended if that takes longer than the first job's
// limit, even if a socket doesn't heed its context.
func Main(ctx context.Context, library Library, pr Profiles, args []string, stdin io.Reader, stdout io.Writer) error {
	first, second := args, []string(nil)
	if i := slices.Index(args, "--"); i >= 0 {
		first, second = args[:i], args[i+1:]
	}
	j, err := ParseJob(first)
	if err != nil {
		return err
	}
	watchdog := time.AfterFunc(j.Limit, func() {
		fmt.Fprintf(os.Stderr, "bench: %s gave up after %v\n", j.Role, j.Limit)
		os.Exit(1)
	})
	defer watchdog.Stop()
	profiler, err := pr.open(j)
	if err != nil {
		return err
	}
	defer profiler.close()
	one := &player{library: library, job: j, control: newControl(stdin, stdout), profiler: profiler}
	if second == nil {
		return one.play(ctx)
	}
	if j, err = ParseJob(second); err != nil {
		return err
	}
	in, out := os.NewFile(3, "input"), os.NewFile(4, "output")
	defer in.Close()
	defer out.Close()
	two := &player{library: library, job: j, control: newControl(in, out)}
	return both(ctx, one.play, two.play)
}

// both runs two functions at once and returns when both have, or one has failed:
// the other one may wait for its input for ever, and the process ends anyway.
func both(ctx context.Context, one, two func(context.Context) error) error {
	errs := make(chan error, 2)
	for _, f := range []func(context.Context) error{one, two} {
		go func() { errs <- f(ctx) }()
	}
	for range 2 {
		if err := <-errs; err != nil {
			return err
		}
	}
	return nil
}

// A player plays one role. It is used by one goroutine.
type player struct {
	library  Library
	job      Job
	control  *control
	profiler *profiler // nil without profiles
}

// Roles returns the roles there are, with what they do.
func roles() map[string]func(*player, context.Context) error {
	return map[string]func(*player, context.Context) error{
		"send":      (*player).send,
		"receive":   (*player).receive,
		"request":   (*player).request,
		"clients":   (*player).clients,
		"echo":      (*player).echo,
		"publish":   (*player).publish,
		"subscribe": (*player).subscribe,
		"match":     (*player).match,
		"hold":      (*player).holdSubscriptions,
		"flood":     (*player).flood,
		"ignore":    (*player).ignore,
		"gather":    (*player).gather,
		"dial":      (*player).dial,
		"proxy":     (*player).proxy,

		"tell":   (*player).act,
		"hop":    (*player).act,
		"stages": (*player).act,
		"chain":  (*player).act,
		"ask":    (*player).act,
		"spawn":  (*player).act,
		"crowd":  (*player).crowd,
	}
}

func (p *player) play(ctx context.Context) error {
	role, ok := roles()[p.job.Role]
	if !ok {
		return fmt.Errorf("no role %q", p.job.Role)
	}
	return role(p, ctx)
}

// open opens one socket of the job's type and binds or connects it.
func (p *player) open(ctx context.Context) (Socket, error) {
	sockets, err := p.openAll(ctx, 1)
	if err != nil {
		return nil, err
	}
	return sockets[0], nil
}

// openAll opens n sockets that connect to what the runner says, or one that
// binds. On failure none is left open.
func (p *player) openAll(ctx context.Context, n int) (sockets []Socket, err error) {
	defer func() {
		if err != nil {
			closeAll(sockets)
			sockets = nil
		}
	}()
	endpoint := p.job.Endpoint
	if !p.job.Bind {
		if endpoint, err = p.control.line(); err != nil {
			return nil, err
		}
	}
	for range n {
		s, err := p.library.Open(ctx, p.job.Type, p.job)
		if err != nil {
			return sockets, err
		}
		sockets = append(sockets, s)
		if !p.job.Bind {
			if err := s.Connect(endpoint); err != nil {
				return sockets, err
			}
		} else if err := p.bind(s, endpoint); err != nil {
			return sockets, err
		}
	}
	return sockets, nil
}

func (p *player) bind(s Socket, endpoint string) error {
	bound, err := s.Bind(endpoint)
	if err != nil {
		return err
	}
	return p.control.out.Encode(Announcement{Endpoint: bound})
}

func closeAll(sockets []Socket) error {
	return each(sockets, func(s Socket) error { return s.Close() })
}

// each calls f for all sockets at once and returns the first error.
func each[S any](sockets []S, f func(S) error) error {
	if len(sockets) == 1 {
		return f(sockets[0])
	}
	errs := make(chan error, len(sockets))
	for _, s := range sockets {
		go func() { errs <- f(s) }()
	}
	var first error
	for range sockets {
		if err := <-errs; err != nil && first == nil {
			first = err
		}
	}
	return first
}
