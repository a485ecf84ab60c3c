package patterns_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

type (
	sendsAll interface {
		patterns.Sender
		SendAll(context.Context, *zmq.Batch) error
	}
	receivesAll interface {
		patterns.Receiver
		RecvAll(context.Context, *zmq.Batch) error
	}
)

// batchOf returns a batch of messages with these frames.
func batchOf(messages ...[]string) *zmq.Batch {
	b := new(zmq.Batch)
	for _, m := range messages {
		b.Append(bytesOf(m)...)
	}
	return b
}

// messagesIn returns the frames of a batch's messages.
func messagesIn(b *zmq.Batch) (got [][]string) {
	var m []string
	for body, more := range b.Frames() {
		if m = append(m, string(body)); !more {
			got = append(got, m)
			m = nil
		}
	}
	return got
}

// assorted returns a message that says its number: most are short, some long or of several frames, and
// some of a size that goes by reference.
func assorted(r *rand.Rand, i int) []string {
	m := []string{fmt.Sprint("topic ", i)}
	switch r.IntN(8) {
	case 0:
		m = append(m, "", strings.Repeat("y", r.IntN(1000)))
	case 1:
		m[0] += strings.Repeat(".", 200+r.IntN(100))
	case 2:
		m = append(m, strings.Repeat("z", r.IntN(40_000)))
	}
	return m
}

// pairs are sockets to send and to receive with.
func pairs(t *testing.T, in patterns.Option) map[string]func() (sendsAll, receivesAll) {
	sub := func() receivesAll { return must(patterns.NewSub(in, patterns.Subscribe("topic")))(t) }
	return map[string]func() (sendsAll, receivesAll){
		"PUSH to PULL": func() (sendsAll, receivesAll) { return must(patterns.NewPush(in))(t), must(patterns.NewPull(in))(t) },
		"DEALER to DEALER": func() (sendsAll, receivesAll) {
			return must(patterns.NewDealer(in))(t), must(patterns.NewDealer(in))(t)
		},
		"PAIR to PAIR": func() (sendsAll, receivesAll) { return must(patterns.NewPair(in))(t), must(patterns.NewPair(in))(t) },
		"XPUB to SUB":  func() (sendsAll, receivesAll) { return must(patterns.NewXPub(in, patterns.NoDrop(true)))(t), sub() },
	}
}

// TestBatches sends in batches and one by one, and receives in both ways: nothing is lost, nothing comes twice, or in
// another order.
func TestBatches(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	for transport := range wildcards(t) {
		in := patterns.InContext(newContext(t))
		for name, open := range pairs(t, in) {
			t.Run(name+" "+transport, func(t *testing.T) {
				from, to := open()
				join(t, wildcards(t)[transport], from.(binder), to.(connecter))
				if pub, ok := from.(*patterns.XPub); ok {
					expect(t, pub, subscribed+"topic")
				}
				const n = 3000
				r := rand.New(rand.NewPCG(seed, 0))
				messages := make([][]string, n)
				for i := range messages {
					messages[i] = assorted(r, i)
				}
				var sending sync.WaitGroup
				sending.Go(func() { sendMixed(t, from, messages, rand.New(rand.NewPCG(seed, 1))) })
				receiveMixed(t, to, messages, rand.New(rand.NewPCG(seed, 2)))
				sending.Wait()
				if sent := from.(patterns.Socket).Stats().Sent; sent != n {
					t.Errorf("%d counted as sent", sent)
				}
				if received := to.(patterns.Socket).Stats().Received; received != n {
					t.Errorf("%d counted as received", received)
				}
			})
		}
	}
}

func sendMixed(t *testing.T, from sendsAll, messages [][]string, r *rand.Rand) {
	ctx := testContext(t)
	var b zmq.Batch
	for len(messages) > 0 {
		n := min(r.IntN(100), len(messages))
		for _, m := range messages[:n] {
			b.Append(bytesOf(m)...)
		}
		var err error
		if n > 0 {
			err = from.SendAll(ctx, &b)
		} else {
			n, err = 1, from.Send(ctx, zmq.NewMessage(messages[0]...))
		}
		if err != nil || b.Len() > 0 {
			t.Errorf("%v, and %d of %d messages left", err, b.Len(), n)
			return
		}
		messages = messages[n:]
	}
}

func receiveMixed(t *testing.T, to receivesAll, messages [][]string, r *rand.Rand) {
	ctx := testContext(t)
	var b zmq.Batch
	var m zmq.Message
	for len(messages) > 0 {
		var got [][]string
		var err error
		if r.IntN(4) > 0 {
			err = to.RecvAll(ctx, &b)
			got = messagesIn(&b)
		} else if err = to.RecvInto(ctx, &m); err == nil {
			got = [][]string{framesOf(&m)}
		}
		if err != nil || len(got) == 0 || len(got) > len(messages) {
			t.Fatalf("%d messages, %v; %d are to come", len(got), err, len(messages))
		}
		for i := range got {
			if !slices.Equal(got[i], messages[i]) {
				t.Fatalf("got %.80q, want %.80q", got[i], messages[i])
			}
		}
		messages = messages[len(got):]
	}
}

// TestSendAllLeavesTheRest ends the wait of a batch that has no room: what is left in it is what was not sent.
func TestSendAllLeavesTheRest(t *testing.T) {
	in := patterns.InContext(newContext(t))
	push := must(patterns.NewPush(in, patterns.SendHWM(3)))(t)
	pull := must(patterns.NewPull(in, patterns.RecvHWM(4)))(t)
	if err := push.Connect(must(pull.Bind("inproc://rest"))(t).String()); err != nil {
		t.Fatal(err)
	}
	var messages [][]string
	for i := range 20 {
		messages = append(messages, assorted(rand.New(rand.NewPCG(1, uint64(i))), i))
	}
	b := batchOf(messages...)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := push.SendAll(ctx, b); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	if rest := messagesIn(b); b.Len() != len(rest) || !slices.EqualFunc(rest, messages[20-len(rest):], slices.Equal) || len(rest) != 13 {
		t.Fatalf("%d messages left, %.60q", b.Len(), rest)
	}
	b.Append([]byte("one more"))
	messages = append(messages, []string{"one more"})
	var sending sync.WaitGroup
	sending.Go(func() {
		if err := push.SendAll(testContext(t), b); err != nil {
			t.Error(err)
		}
	})
	receiveMixed(t, pull, messages, rand.New(rand.NewPCG(1, 1)))
	sending.Wait()
	push.Close()
	b.Append([]byte("late"))
	if err := push.SendAll(t.Context(), b); !errors.Is(err, zmq.ErrClosed) || b.Len() != 1 {
		t.Errorf("%v, and %d messages left", err, b.Len())
	}
}

// TestBatchIsDealtOut sends a batch to three peers in turn, as single messages are, and takes from three in turn.
func TestBatchIsDealtOut(t *testing.T) {
	in, ctx := patterns.InContext(newContext(t)), testContext(t)
	push := must(patterns.NewPush(in))(t)
	last := must(patterns.NewPull(in))(t)
	lastEnd := must(last.Bind("inproc://last"))(t).String()
	pulls, pushes := make([]*patterns.Pull, 3), make([]*patterns.Push, 3)
	for i := range pulls {
		pulls[i], pushes[i] = must(patterns.NewPull(in))(t), must(patterns.NewPush(in))(t)
		if err := push.Connect(must(pulls[i].Bind(fmt.Sprint("inproc://", i)))(t).String()); err != nil {
			t.Fatal(err)
		}
		if err := pushes[i].Connect(lastEnd); err != nil {
			t.Fatal(err)
		}
	}
	large := strings.Repeat("l", 10_000)
	b := batchOf([]string{"0"}, []string{"1"}, []string{"2", "+"}, []string{"3"}, []string{"4"}, []string{large}, []string{"6"}, []string{"7"})
	if err := push.SendAll(ctx, b); err != nil || b.Len() != 0 {
		t.Fatal(b.Len(), err)
	}
	for i, want := range [][][]string{{{"0"}, {"3"}, {"6"}}, {{"1"}, {"4"}, {"7"}}, {{"2", "+"}, {large}}} {
		if err := pulls[i].RecvAll(ctx, b); err != nil || !slices.EqualFunc(messagesIn(b), want, slices.Equal) {
			t.Errorf("peer %d: %.40q, %v", i, messagesIn(b), err)
		}
		if err := pushes[i].SendAll(ctx, b); err != nil { // as it was received
			t.Fatal(err)
		}
	}
	if err := last.RecvAll(ctx, b); err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(messagesIn(b))
	for _, want := range []string{"[0] [3] [6]", "[1] [4] [7]", "[2 +] [" + large + "]"} {
		if !strings.Contains(got, want) {
			t.Errorf("%.20q is not in %.200q", want, got)
		}
	}
}
