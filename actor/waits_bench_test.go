package actor

import (
	"context"
	"testing"
)

// BenchmarkWait is what it costs that an actor's wait is known.
func BenchmarkWait(b *testing.B) {
	b.ReportAllocs()
	_ = Run(context.Background(), Config{}, func(ctx context.Context, s *Supervisor) error {
		ref, err := Start(s, "one", func(Ref[int]) Actor[int] { return Func[int](func(context.Context, int) error { return nil }) })
		if err != nil {
			return err
		}
		by, other := newRunCtx(&ref.c.core), NewRoot("another", Options{})
		for b.Loop() {
			w := s.sys.waits.get(by, ForEnd, other)
			w.enter(by)
			_ = w.leave(nil)
			w.put()
		}
		return nil
	})
}
