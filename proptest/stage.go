package proptest

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/internal/wait"
	"github.com/zeroactor/zmq/patterns"
)

// A stage is where a property is checked: a ground, with helpers that end the
// check when something it builds upon fails.
type stage struct {
	*testing.T
	medium Medium
	ground *Ground
	in     patterns.Option // that makes sockets of this stage
	ctx    context.Context // ends when something takes far too long
	way    way             // how join connects
	binds  int
}

// onStages runs a check over a medium, once for each way in which two sockets can be
// connected.
func onStages(t *testing.T, m Medium, check func(s *stage)) {
	t.Helper()
	for _, w := range ways {
		onStage(t, m, w, check)
	}
}

// onStage runs a check over a medium, in the bubble if that is virtual.
func onStage(t *testing.T, m Medium, w way, check func(s *stage)) {
	t.Helper()
	run := func(t *testing.T) {
		ground, err := m.Open(1)
		if err != nil {
			t.Fatal(err)
		}
		c := patterns.NewContext(append(ground.Options, patterns.ReconnectInterval(reconnect))...)
		limit := patience
		if m.Virtual {
			limit = 5 * time.Minute // which may be many attempts to connect
		}
		ctx, end := wait.Context(context.Background(), limit)
		defer end()
		defer func() {
			over, cancel := context.WithCancel(context.Background())
			cancel()
			c.Shutdown(over)
			if ground.Close != nil {
				ground.Close()
			}
		}()
		check(&stage{T: t, medium: m, way: w, ground: ground, in: patterns.InContext(c), ctx: ctx})
	}
	if m.Virtual {
		synctest.Test(t, run)
	} else {
		run(t)
	}
}

// ok ends the check if there is an error.
func (s *stage) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// need returns v, or ends the check.
func need[T any](v T, err error) func(s *stage) T {
	return func(s *stage) T {
		s.Helper()
		s.ok(err)
		return v
	}
}

// bind binds a socket, and returns where.
func (s *stage) bind(e end) string {
	s.Helper()
	s.binds++
	return need(e.Bind(s.ground.Endpoint(s.binds)))(s).String()
}

// join connects two sockets in the stage's way, and returns where. Where connecting
// before binding is asked for, and an address is not known before it is bound, it binds
// first.
func (s *stage) join(one, other end) string {
	s.Helper()
	how := s.way
	if how == early && !s.ground.Fixed {
		how = firstBinds
	}
	if s.medium.told != nil {
		s.medium.told(how)
	}
	switch how {
	case secondBinds:
		one, other = other, one
	case early:
		s.binds++
		where := s.ground.Endpoint(s.binds)
		s.ok(other.Connect(where))
		return need(one.Bind(where))(s).String()
	}
	where := s.bind(one)
	s.ok(other.Connect(where))
	return where
}

// settle waits until what is under way is done: for sure in virtual time.
func (s *stage) settle() {
	if s.medium.Virtual {
		time.Sleep(time.Second)
		synctest.Wait()
		return
	}
	time.Sleep(20 * time.Millisecond) // for a real network; nothing depends on its being enough
}

// until waits for a condition that must come about.
func (s *stage) until(what string, is func() bool) {
	s.Helper()
	for !is() {
		if s.ctx.Err() != nil {
			s.Fatalf("never: %s", what)
		}
		if s.medium.Virtual {
			time.Sleep(10 * time.Millisecond)
		} else {
			time.Sleep(200 * time.Microsecond) // for a real network
		}
	}
}

type ctxSender interface {
	Send(context.Context, *zmq.Message) error
}

type ctxReceiver interface {
	Recv(context.Context) (*zmq.Message, error)
}

func (s *stage) send(to ctxSender, frames ...string) {
	s.Helper()
	s.ok(to.Send(s.ctx, zmq.NewMessage(frames...)))
}

func (s *stage) recv(from ctxReceiver) []string {
	s.Helper()
	m := need(from.Recv(s.ctx))(s)
	defer m.Release()
	return framesOf(m)
}

// fill sends numbers until one is refused, up to a limit, and returns how many
// were taken.
func (s *stage) fill(to trySender, most int, frames func(i int) []string) (n int) {
	for n < most && to.TrySend(zmq.NewMessage(frames(n)...)) == nil {
		n++
	}
	return n
}

// numbered returns the frames of message i, padded to a size.
func numbered(size int) func(i int) []string {
	return func(i int) []string { return []string{fmt.Sprint(i), string(make([]byte, size))} }
}
