//go:build unix

package interop

import (
	"os"
	"testing"

	"github.com/zeroactor/zmq/internal/leaktest"
)

func TestMain(m *testing.M) {
	if endpoint := os.Getenv(dealerOf); endpoint != "" {
		echoForever(endpoint)
	}
	leaktest.Main(m)
}
