package actor

import (
	"context"
	"errors"
	"sync"
	"testing"
)

// A lazy context is one as others are, whether it is asked before its end or after.
func TestLazyContext(t *testing.T) {
	type key struct{}
	base := context.WithValue(context.Background(), key{}, "value")
	cause := errors.New("cause")
	for name, early := range map[string]bool{"asked before": true, "asked after": false} {
		t.Run(name, func(t *testing.T) {
			c := &lazyCtx{base: base}
			var child context.Context
			if early {
				if c.Err() != nil || context.Cause(c) != nil || c.Value(key{}) != "value" {
					t.Errorf("%v, %v, %v", c.Err(), context.Cause(c), c.Value(key{}))
				}
				var stop context.CancelFunc
				child, stop = context.WithCancel(c)
				defer stop()
			}
			c.end(cause)
			c.end(errors.New("another"))
			<-c.Done()
			if !early {
				child = context.WithValue(c, key{}, "other")
			}
			<-child.Done()
			for _, ctx := range []context.Context{c, child} {
				if ctx.Err() != context.Canceled || context.Cause(ctx) != cause {
					t.Errorf("ended with %v, %v", ctx.Err(), context.Cause(ctx))
				}
			}
		})
	}
}

// What is to follow the end of a context does so once, unless it was kept from that.
func TestAfterFunc(t *testing.T) {
	plain, cancel := context.WithCancel(context.Background())
	lazy := &lazyCtx{base: context.Background()}
	for name, c := range map[string]struct {
		ctx context.Context
		end func()
	}{"lazy": {lazy, func() { lazy.end(errors.New("over")) }}, "another": {plain, cancel}} {
		t.Run(name, func(t *testing.T) {
			var told sync.WaitGroup
			told.Add(2)
			AfterFunc(c.ctx, told.Done)
			stop := AfterFunc(c.ctx, func() { t.Error("called") })
			AfterFunc(c.ctx, told.Done)
			if !stop() || stop() {
				t.Error("stopped not once")
			}
			c.end()
			told.Wait()
			told.Add(1)
			late := AfterFunc(c.ctx, told.Done)
			told.Wait()
			if late() {
				t.Error("stopped what had been called")
			}
		})
	}
	if lazy.inner != nil {
		t.Error("the real context was made")
	}
}
