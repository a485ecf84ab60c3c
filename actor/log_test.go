package actor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

// What nobody else is told of goes to slog: each failure, and of dead letters the first, the second, the fourth, …
func TestLogged(t *testing.T) {
	var text bytes.Buffer // synctest lets one actor run at a time, and there is one
	plain := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}
	cfg := Config{Name: "app", Logger: slog.New(slog.NewTextHandler(&text, plain)), Supervision: Supervision{MaxRestarts: 100}}
	within(t, cfg, func(ctx context.Context, s *Supervisor) {
		ref := mustStart(t, s, "odd", func(Ref[int]) Actor[int] {
			return Func[int](func(_ context.Context, m int) error { return fmt.Errorf("%d: %w", m, errors.ErrUnsupported) })
		})
		for i := range 5 {
			mustSend(t, ctx, ref, i)
			synctest.Wait()
		}
	})
	var want []string
	for i := range 5 {
		want = append(want, fmt.Sprintf(`level=ERROR msg="actor: failure" actor=/app/odd err="%d: unsupported operation"`, i))
		if n := i + 1; n&(n-1) == 0 {
			want = append(want, fmt.Sprintf(`level=WARN msg="actor: dead letter" to=/app/odd reason=unhandled err="%d: unsupported operation" soFar=%d`, i, n))
		}
	}
	got := strings.Split(strings.TrimSpace(text.String()), "\n")
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("no line %s", line)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d lines, want %d:\n%s", len(got), len(want), text.String())
	}
}
