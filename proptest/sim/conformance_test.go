package sim

import (
	"testing"
	"time"

	"github.com/zeroactor/zmq/transport/transporttest"
)

// TestConformance holds that the network is a transport like others, also where
// it is slow and cuts everything into pieces.
func TestConformance(t *testing.T) {
	for name, cfg := range map[string]Config{
		"ideal": {},
		"slow":  {Seed: 1, Latency: time.Millisecond, Jitter: time.Millisecond, Bandwidth: 100 << 20, MaxPiece: 20_000},
	} {
		t.Run(name, func(t *testing.T) {
			network := New(cfg)
			transporttest.Run(t, transporttest.Config{
				Transport: network,
				Virtual:   true,
				Address:   func(transporttest.T) string { return "*" },
				Dead:      func(transporttest.T) string { return "nobody" },
				Silent: func(transporttest.T) string {
					network.Cut("silent")
					return "silent"
				},
				BadDial:   []string{"*", "a*"},
				BadListen: []string{"a*"},
			})
		})
	}
}
