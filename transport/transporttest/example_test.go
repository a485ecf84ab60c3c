package transporttest_test

import (
	"testing"

	"github.com/zeroactor/zmq/transport/tcp"
	"github.com/zeroactor/zmq/transport/transporttest"
)

// A transport's own test runs the suite: here that of package tcp.
func ExampleRun() {
	test := func(t *testing.T) {
		transporttest.Run(t, transporttest.Config{
			Transport: tcp.Transport{},
			Address:   func(transporttest.T) string { return "127.0.0.1:*" },
			Dead:      func(transporttest.T) string { return "127.0.0.1:9" },
			BadDial:   []string{"", "127.0.0.1", "127.0.0.1:99999"},
			BadListen: []string{"", "127.0.0.1:99999"},
		})
	}
	_ = test // func TestConformance(t *testing.T) { ... }
}
