package orders

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/zeroactor/zmq/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// What is changed is there in the version of Go that the changes are for.
func TestChangesApply(t *testing.T) {
	_, err := Overlay(t.TempDir())
	switch {
	case err == nil:
	case strings.HasPrefix(runtime.Version(), "go1.26"):
		t.Error(err)
	default:
		t.Skipf("NOT TESTED with %s: %v", runtime.Version(), err)
	}
}

// A version of Go without these texts is refused, by what it lacks.
func TestOtherVersionsAreRefused(t *testing.T) {
	other := t.TempDir()
	dir := filepath.Join(other, "runtime")
	if err := errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(filepath.Join(dir, "proc.go"), []byte("package runtime\n\nfunc runqput() {}\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := overlay(t.TempDir(), other); !errors.Is(err, ErrVersion) || !strings.Contains(err.Error(), "randomizeScheduler") {
		t.Errorf("%v", err)
	}
}

// Exact processes have one processor, whatever the caller's environment says.
func TestEnv(t *testing.T) {
	t.Setenv("GOMAXPROCS", "7")
	last := ""
	for _, v := range Env() {
		if strings.HasPrefix(v, "GOMAXPROCS=") {
			last = v
		}
	}
	if last != "GOMAXPROCS=1" {
		t.Error(last)
	}
}
