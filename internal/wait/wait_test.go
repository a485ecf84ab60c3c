package wait

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// Who is not kept from looking has patience for as long as was said.
func TestLasts(t *testing.T) {
	const lasts = 20 * time.Second
	for name, wait := range map[string]func(t *testing.T){
		"looks": func(t *testing.T) {
			for p := New(lasts); !p.Over(); {
				time.Sleep(time.Millisecond)
			}
		},
		"a channel": func(t *testing.T) {
			if _, came := For(make(chan int), lasts); came {
				t.Error("something came")
			}
		},
		"a context": func(t *testing.T) {
			ctx, end := Context(t.Context(), lasts)
			defer end()
			if <-ctx.Done(); !errors.Is(context.Cause(ctx), ErrOver) {
				t.Errorf("it ends by %v", context.Cause(ctx))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				wait(t)
				if took := time.Since(began); took < lasts || took > lasts+lasts/looks {
					t.Errorf("%v, want %v", took, lasts)
				}
			})
		})
	}
}

// Who was kept from looking has looked once meanwhile, however long that was.
func TestStarved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(time.Second)
		for i := range looks {
			if p.Over() {
				t.Fatalf("over after %d looks", i)
			}
			time.Sleep(time.Hour)
		}
		if !p.Over() {
			t.Error("never over")
		}
	})
}

// What comes in time is not waited for any longer.
func TestComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, ch := time.Now(), make(chan int, 1)
		time.AfterFunc(time.Second, func() { ch <- 7 })
		if v, came := For(ch, time.Hour); v != 7 || !came || time.Since(began) != time.Second {
			t.Errorf("%d, %t after %v", v, came, time.Since(began))
		}
		close(ch)
		if v, came := For(ch, time.Hour); v != 0 || !came {
			t.Errorf("%d, %t of a channel that has ended", v, came)
		}
		ctx, end := Context(t.Context(), time.Hour)
		if end(); !errors.Is(context.Cause(ctx), context.Canceled) {
			t.Errorf("a context that was ended has ended by %v", context.Cause(ctx))
		}
	})
}
