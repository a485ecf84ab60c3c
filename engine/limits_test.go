package engine

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/zeroactor/zmq"
)

// A message that is over a limit ends the connection with an error that names
// the limit, in every framing and however the bytes come; the largest that is
// allowed, before it, is delivered, and none of the frames of the other.
func TestMessageLimits(t *testing.T) {
	frames := func(sizes ...int) (m message) {
		for _, n := range sizes {
			m = append(m, make([]byte, n))
		}
		return m
	}
	for _, c := range []struct {
		limits    Limits
		good, bad message
		limit     string
	}{
		{Limits{-1, 3, 0}, frames(1, 0, 20_000), frames(1, 1, 1, 1), "MaxMessageFrames"},
		{Limits{-1, 3, 0}, frames(1, 0, 20_000), frames(1, 1, 1, 20_000), "MaxMessageFrames"},
		{Limits{-1, 1, -1}, frames(5), frames(5, 5), "MaxMessageFrames"},
		{Limits{-1, 0, 30_000}, frames(1, 0, 29_999), frames(1, 0, 30_000), "MaxMessageBytes"},
		{Limits{-1, 0, 30_000}, frames(30_000), frames(30_001), "MaxMessageBytes"},
		{Limits{50_000, 0, 30_000}, frames(30_000), frames(30_001), "MaxMessageBytes"},
		{Limits{50_000, 0, 30_000}, frames(1, 2), frames(15_000, 15_000, 1), "MaxMessageBytes"},
		{Limits{1000, 2, 2000}, frames(1000, 1000), frames(0, 1001), "MaxMessageSize"},
		{Limits{1000, 0, 0}, frames(1000, 1000), frames(20_000), "MaxMessageSize"},
	} {
		for version, framing := range map[[2]int]func([]byte, byte, []byte) []byte{
			{3, 1}: AppendFrame,
			{3, 0}: AppendFrame,
			{1, 0}: func(b []byte, flags byte, body []byte) []byte {
				return append(appendV1Header(b, flags, len(body)), body...)
			},
		} {
			for _, piece := range []int{3, 1 << 20} {
				t.Run(fmt.Sprint(c.limit, version, piece), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						e := newEnd(0, 0)
						cfg := testConfig("SUB", e.Port)
						cfg.Handshake.MaxVersion, cfg.Subscribes, cfg.Limits = version, true, c.limits
						a, b := newMemConns(1 << 20)
						r := established(t, cfg, a, b)
						a.in.end(func() { a.in.piece = piece })
						var wire []byte
						for _, m := range []message{c.good, c.good, c.bad} {
							for i, f := range m {
								flags := byte(FlagMore)
								if i == len(m)-1 {
									flags = 0
								}
								wire = framing(wire, flags, f)
							}
						}
						b.Write(wire)
						err := r.wait()
						limit, ok := errors.AsType[*zmq.LimitError](err)
						if !ok || limit.Limit != c.limit || limit.Max <= 0 || !errors.Is(err, zmq.ErrTooLarge) {
							t.Errorf("ended with %v, want one of %s", err, c.limit)
						}
						e.want(t, c.good)
						e.want(t, c.good)
						if m, ok := e.next(); ok {
							t.Errorf("there came %d frames", len(m))
						}
					})
				})
			}
		}
	}
}
