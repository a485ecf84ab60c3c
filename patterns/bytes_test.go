package patterns_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// fillUp sends messages of size bytes until none is taken, and returns how many
// were.
func fillUp(t *testing.T, s interface{ TrySend(*zmq.Message) error }, size, most int) (n int) {
	t.Helper()
	for ; n < most; n++ {
		m := new(zmq.Message)
		m.Append(make([]byte, size))
		switch err := s.TrySend(m); {
		case errors.Is(err, zmq.ErrAgain):
			return n
		case err != nil:
			t.Fatal(err)
		}
	}
	t.Fatalf("%d messages of %d bytes are taken", most, size)
	return 0
}

// TestSendHWMBytes queues for a peer that is not there: up to the mark, which
// the last message may pass, whatever the size, and no more.
func TestSendHWMBytes(t *testing.T) {
	for _, endpoint := range []string{"inproc://nobody", "ipc://@zeroactor-nobody", "tcp://127.0.0.1:1"} {
		for _, size := range []int{10, 1000, 30_000, 1 << 20} {
			for _, messages := range []int{0, 5} {
				push := must(patterns.NewPush(patterns.InContext(newContext(t)), patterns.Linger(0),
					patterns.SendHWM(messages), patterns.SendHWMBytes(100_000)))(t)
				if err := push.Connect(endpoint); err != nil {
					t.Fatal(err)
				}
				wire := size + 9
				if size < 256 {
					wire = size + 2
				}
				want := (100_000 + wire - 1) / wire
				if messages != 0 {
					want = min(want, messages)
				}
				if n := fillUp(t, push, size, 20_000); n != want {
					t.Errorf("%s: %d messages of %d bytes are taken, want %d (%d)", endpoint, n, size, want, messages)
				}
			}
		}
	}
}

// TestBatchesKeepToTheMarks sends batches larger than what there is room for, of
// one pipe and of three, in messages that are copied and that go by reference.
func TestBatchesKeepToTheMarks(t *testing.T) {
	for _, pipes := range []int{1, 3} {
		for _, c := range []struct{ size, messages, bytes, want int }{
			{10, 7, 0, 7}, {30_000, 7, 0, 7}, {1000, 0, 10_000, 10}, {30_000, 0, 100_000, 4}, {1 << 20, 5, 100_000, 1}, {10, 0, 0, 100},
		} {
			push := must(patterns.NewPush(patterns.InContext(newContext(t)), patterns.Linger(0),
				patterns.SendHWM(c.messages), patterns.SendHWMBytes(int64(c.bytes))))(t)
			for i := range pipes {
				if err := push.Connect(fmt.Sprintf("inproc://nobody %d", i)); err != nil {
					t.Fatal(err)
				}
			}
			batch := make([]*zmq.Message, 100)
			for i := range batch {
				batch[i] = new(zmq.Message)
				batch[i].Append(make([]byte, c.size))
			}
			n, err := push.SendBatch(t.Context(), batch)
			if want := min(100, pipes*c.want); n != want || err != nil {
				t.Errorf("%d pipes, %+v: sent %d, %v", pipes, c, n, err)
			}
			for i, m := range batch {
				if (m.Len() == 0) != (i < n) {
					t.Errorf("%d sent, and message %d has %d frames", n, i, m.Len())
				}
			}
			if got := push.Stats().Sent; got != int64(n) {
				t.Errorf("sent %d, Stats says %d", n, got)
			}
		}
	}
}

// TestHWMBytesOverInproc has both ends' marks, or one of them, and none.
func TestHWMBytesOverInproc(t *testing.T) {
	for _, c := range []struct{ send, recv, want int }{{10_000, 5_000, 15}, {10_000, 0, 10}, {0, 5_000, 5}} {
		for _, pullBinds := range []bool{true, false} {
			in := patterns.InContext(newContext(t))
			push := must(patterns.NewPush(in, patterns.SendHWMBytes(int64(c.send))))(t)
			pull := must(patterns.NewPull(in, patterns.RecvHWMBytes(int64(c.recv))))(t)
			if pullBinds {
				join(t, "inproc://x", pull, push)
			} else {
				join(t, "inproc://x", push, pull)
			}
			for round := range 50 {
				n := fillUp(t, push, 991, 900) // 1000 bytes each
				if n > c.want || n < c.want-1 || round == 0 && n != c.want {
					t.Fatalf("%v: %d messages are taken in round %d, want %d", c, n, round, c.want)
				}
				for range n {
					recv(t, pull)
				}
			}
		}
	}
}

// TestRecvHWMBytes stops reading at the mark, so that the peer has to wait, and
// goes on when there is room: messages of all sizes arrive, also those larger
// than the mark, over networks and over inproc.
func TestRecvHWMBytes(t *testing.T) {
	for name, wildcard := range wildcards(t) {
		t.Run(name, func(t *testing.T) {
			in, ctx := patterns.InContext(newContext(t)), testContext(t)
			pull := must(patterns.NewPull(in, patterns.RecvHWM(0), patterns.RecvHWMBytes(10_000), patterns.RecvBuffer(8192)))(t)
			push := must(patterns.NewPush(in, patterns.SendHWM(0), patterns.SendHWMBytes(10_000), patterns.SendBuffer(8192)))(t)
			join(t, wildcard, pull, push)
			const messages = 3000
			sizes := []int{0, 10, 300, 9_000, 20_000, 100_000}
			sent := make(chan error, 1)
			go func() {
				for i := range messages {
					if err := push.SendBytes(ctx, []byte(fmt.Sprint(i)), make([]byte, sizes[i%len(sizes)])); err != nil {
						sent <- err
						return
					}
				}
				sent <- nil
			}()
			var m zmq.Message
			for i := range messages {
				if err := pull.RecvInto(ctx, &m); err != nil {
					t.Fatal(err)
				}
				if string(m.Frame(0)) != fmt.Sprint(i) || len(m.Frame(1)) != sizes[i%len(sizes)] {
					t.Fatalf("message %d is %q with %d bytes", i, m.Frame(0), len(m.Frame(1)))
				}
			}
			if err := <-sent; err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestPublisherHWMBytes: a subscriber whose queue is full misses messages, which
// are counted.
func TestPublisherHWMBytes(t *testing.T) {
	in := patterns.InContext(newContext(t))
	pub := must(patterns.NewPub(in, patterns.SendHWM(0), patterns.SendHWMBytes(5_000)))(t)
	sub := must(patterns.NewSub(in, patterns.Subscribe("")))(t)
	join(t, "inproc://x", pub, sub)
	eventually(t, "the subscription takes effect", func() bool { return pub.Topics() == 1 })
	for range 20 {
		send(t, pub, string(make([]byte, 991)))
	}
	if n := pub.Stats().Dropped; n != 15 {
		t.Errorf("%d dropped, want 15", n)
	}
}
