package proptest

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
	"github.com/zeroactor/zmq/proptest/sim"
)

// TestNobodyWaitsForALentConnection: receivers of a socket with one connection
// read it themselves. When there is a second one, or they ask without waiting,
// what comes over the first is there as soon as it was: not only after the time
// in which a connection sees that nobody reads it any more.
func TestNobodyWaitsForALentConnection(t *testing.T) {
	for name, second := range map[string]bool{"a second peer": true, "asked without waiting": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := patterns.NewContext(patterns.Transport(sim.New(sim.Config{})), patterns.Linger(0))
				defer c.Close()
				in := patterns.InContext(c)
				pull, err := patterns.NewPull(in)
				ok(t, err)
				_, err = pull.Bind("sim://pull")
				ok(t, err)
				first, err := patterns.NewPush(in)
				ok(t, err)
				ok(t, first.Connect("sim://pull"))
				var m zmq.Message
				exchange := func() time.Duration {
					synctest.Wait()
					began := time.Now()
					ok(t, first.SendBytes(t.Context(), []byte("m")))
					ok(t, pull.RecvInto(t.Context(), &m))
					return time.Since(began)
				}
				for range 5 { // each time the receiver waits, and then reads itself
					got := make(chan error)
					go func() { got <- pull.RecvInto(t.Context(), &m) }()
					synctest.Wait()
					ok(t, first.SendBytes(t.Context(), []byte("m")))
					ok(t, <-got)
				}
				if second {
					other, err := patterns.NewPush(in)
					ok(t, err)
					ok(t, other.Connect("sim://pull"))
					for pull.Stats().Pipes < 2 {
						time.Sleep(100 * time.Microsecond) // virtual
					}
					if took := exchange(); took > time.Millisecond {
						t.Errorf("it took %v", took)
					}
					return
				}
				if err := pull.TryRecv(&m); err == nil {
					t.Fatal("received what was not sent")
				}
				began := time.Now()
				ok(t, first.SendBytes(t.Context(), []byte("m")))
				synctest.Wait()
				if err := pull.TryRecv(&m); err != nil || time.Since(began) > 0 {
					t.Errorf("%v after %v", err, time.Since(began))
				}
			})
		})
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
