package patterns_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// The ways to send and to receive, each against the one that keeps the other end busy least, so that it is what is measured:
// what README says of them.

// callBatch is how many messages a call for batches has.
const callBatch = 64

type sendWay struct {
	name string
	send func(ctx context.Context, s *patterns.Push, n int, body []byte) error
}

func sendWays() []sendWay {
	var batch zmq.Batch
	messages := newMessages(callBatch)
	return []sendWay{
		{"SendAll", func(ctx context.Context, s *patterns.Push, n int, body []byte) error {
			for ; n > 0; n -= callBatch {
				for range min(n, callBatch) {
					batch.Append(body)
				}
				if err := s.SendAll(ctx, &batch); err != nil {
					return err
				}
			}
			return nil
		}},
		{"SendBatch", func(ctx context.Context, s *patterns.Push, n int, body []byte) error {
			for n > 0 {
				some := messages[:min(n, callBatch)]
				for _, m := range some {
					m.Append(body)
				}
				for len(some) > 0 {
					sent, err := s.SendBatch(ctx, some)
					if err != nil {
						return err
					}
					some, n = some[sent:], n-sent
				}
			}
			return nil
		}},
		{"SendBytes", func(ctx context.Context, s *patterns.Push, n int, body []byte) error {
			for range n {
				if err := s.SendBytes(ctx, body); err != nil {
					return err
				}
			}
			return nil
		}},
		{"Send", func(ctx context.Context, s *patterns.Push, n int, body []byte) error {
			m := messages[0]
			for range n {
				m.Append(body)
				if err := s.Send(ctx, m); err != nil {
					return err
				}
			}
			return nil
		}},
		{"Send-owned", func(ctx context.Context, s *patterns.Push, n int, body []byte) error {
			m := messages[0]
			for range n {
				m.AppendOwned(body, func([]byte) {})
				if err := s.Send(ctx, m); err != nil {
					return err
				}
			}
			return nil
		}},
	}
}

type recvWay struct {
	name string
	recv func(ctx context.Context, s *patterns.Pull, n int) error
}

func recvWays() []recvWay {
	var batch zmq.Batch
	messages := newMessages(callBatch)
	return []recvWay{
		{"RecvAll", func(ctx context.Context, s *patterns.Pull, n int) error {
			for n > 0 {
				if err := s.RecvAll(ctx, &batch); err != nil {
					return err
				}
				for range batch.Frames() {
				}
				n -= batch.Len()
			}
			return nil
		}},
		{"RecvBatch", func(ctx context.Context, s *patterns.Pull, n int) error {
			for n > 0 {
				some, err := s.RecvBatch(ctx, messages[:min(n, callBatch)])
				if err != nil {
					return err
				}
				n -= some
			}
			return nil
		}},
		{"RecvInto", func(ctx context.Context, s *patterns.Pull, n int) error {
			m := messages[0]
			for range n {
				if err := s.RecvInto(ctx, m); err != nil {
					return err
				}
			}
			return nil
		}},
		{"Recv", func(ctx context.Context, s *patterns.Pull, n int) error {
			for range n {
				if _, err := s.Recv(ctx); err != nil {
					return err
				}
			}
			return nil
		}},
		{"Recv-released", func(ctx context.Context, s *patterns.Pull, n int) error {
			for range n {
				m, err := s.Recv(ctx)
				if err != nil {
					return err
				}
				m.Release()
			}
			return nil
		}},
	}
}

func newMessages(n int) (all []*zmq.Message) {
	for range n {
		all = append(all, new(zmq.Message))
	}
	return all
}

func BenchmarkCalls(b *testing.B) {
	sends, recvs := sendWays(), recvWays()
	for _, size := range []int{10, 1024, 64 << 10} {
		for _, s := range sends {
			b.Run(fmt.Sprintf("%s/%d", s.name, size), func(b *testing.B) { benchmarkCalls(b, size, s, recvs[0]) })
		}
		for _, r := range recvs {
			b.Run(fmt.Sprintf("%s/%d", r.name, size), func(b *testing.B) { benchmarkCalls(b, size, sends[0], r) })
		}
	}
}

func benchmarkCalls(b *testing.B, size int, s sendWay, r recvWay) {
	ctx := b.Context()
	pull, err := patterns.NewPull()
	if err != nil {
		b.Fatal(err)
	}
	defer pull.Close()
	ep, err := pull.Bind("tcp://127.0.0.1:*")
	if err != nil {
		b.Fatal(err)
	}
	push, err := patterns.NewPush()
	if err != nil {
		b.Fatal(err)
	}
	defer push.Close()
	if err := push.Connect(ep.String()); err != nil {
		b.Fatal(err)
	}
	body := make([]byte, size)
	sent := make(chan error, 1)
	b.ReportAllocs()
	b.SetBytes(int64(size))
	b.ResetTimer()
	go func() { sent <- s.send(ctx, push, b.N, body) }()
	if err := r.recv(ctx, pull, b.N); err != nil {
		b.Error(err)
	}
	if err := <-sent; err != nil {
		b.Error(err)
	}
}
