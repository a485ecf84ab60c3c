package ipc

import (
	"os"
	"testing"

	"github.com/zeroactor/zmq/internal/leaktest"
)

// TestMain is also the program of the processes that some tests start.
func TestMain(m *testing.M) {
	if path := os.Getenv(serveEnv); path != "" {
		serve(path)
	}
	leaktest.Main(m)
}
