package ipc

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/zeroactor/zmq/transport/transporttest"
)

func TestConformance(t *testing.T) {
	tooLong := strings.Repeat("x", MaxPath+1)
	cfg := transporttest.Config{
		Transport: Transport{},
		Dead:      socketPath,
		BadDial:   []string{"", "*", "@", "a\x00b", tooLong, "@" + tooLong[1:]},
		BadListen: []string{"", "@", "a\x00b", tooLong, "@" + tooLong[1:]},
	}
	t.Run("Path", func(t *testing.T) {
		cfg := cfg
		cfg.Address = socketPath
		transporttest.Run(t, cfg)
	})
	t.Run("Wildcard", func(t *testing.T) {
		cfg := cfg
		cfg.Address = func(transporttest.T) string { return "*" }
		cfg.OneTime = true
		transporttest.Run(t, cfg)
	})
	t.Run("Abstract", func(t *testing.T) {
		if runtime.GOOS != "linux" {
			t.Skip("abstract names exist on Linux only")
		}
		var n atomic.Int64
		name := func(transporttest.T) string {
			return fmt.Sprintf("@zmq-ipc-test-%d-%d", os.Getpid(), n.Add(1))
		}
		cfg := cfg
		cfg.Address, cfg.Dead = name, name
		transporttest.Run(t, cfg)
	})
}

// socketPath returns a path where nothing is. A test's own directory would
// have a path too long for some systems.
func socketPath(t transporttest.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "ipc")
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "s")
}
