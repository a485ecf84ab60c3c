//go:build !unix

package wait

import (
	"testing"

	"github.com/zeroactor/zmq/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }
