//go:build unix

package interop

import (
	"os"
	"testing"

	"github.com/zeroactor/zmq/internal/leaktest"
)

func TestMain(m *testing.M) {
	if connect, bind := os.Getenv(dealerOf), os.Getenv(dealerAt); connect+bind != "" {
		echoForever(connect, bind)
	}
	leaktest.Main(m)
}
