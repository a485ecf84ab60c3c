package pipeline

// An Option is a setting of one stage.
type Option func(*stage)

// Name names the stage, in errors, statistics and the tree of actors. Names need not
// be unique, but should be. Without it a stage is named by its kind and number,
// as in "map#3", and so it is by "".
func Name(name string) Option {
	return func(s *stage) {
		if name != "" {
			s.name = name
		}
	}
}

// Buffer is how many items may wait for the stage, on each of its input edges,
// from 1 to [MaxBuffer].
func Buffer(items int) Option {
	return func(s *stage) {
		if items < 1 || items > MaxBuffer {
			s.p.problem("stage %s: Buffer(%d); it must be from 1 to %d", s.name, items, MaxBuffer)
			return
		}
		s.buffer = items
	}
}

// OnError is the stage's policy.
func OnError(policy Policy) Option {
	return func(s *stage) {
		s.policy = policy
		if policy.wrong != "" {
			s.p.problem("stage %s: OnError: %s", s.name, policy.wrong)
		}
	}
}

// Role says what [Pipeline.Only] knows the stage by, and all those that are joined with
// it: which of several processes it is for.
func Role(name string) Option {
	return func(s *stage) { s.role = name }
}

// Ready has Run call f before any stage runs, if the stage is one that does. An error ends Run, as
// one of the stage. It is for what may fail and should then fail first, as to
// bind a socket.
func Ready(f func() error) Option {
	return func(s *stage) {
		if s.require(f != nil); f != nil {
			s.ready = append(s.ready, f)
		}
	}
}

// Fused runs the stage on the goroutine of the one before it, without an edge
// between them. It is for up to four stages in a row that do next to nothing: in
// longer chains edges are cheaper, and they let stages run at the same time
// (docs/decisions/0007-fused-stages.md). It goes with Map, Filter, FlatMap, ForEach
// and Collect, which keep their own policy.
func Fused() Option {
	return func(s *stage) { s.fused = true }
}
