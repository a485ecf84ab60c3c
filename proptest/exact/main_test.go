package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/zeroactor/zmq/internal/leaktest"
	"github.com/zeroactor/zmq/internal/mutate"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// What is changed is there in the version of Go that the changes are for.
func TestChangesApply(t *testing.T) {
	dir, err := list("-f", "{{.Dir}}", "runtime")
	if err != nil {
		t.Fatal(err)
	}
	_, err = mutate.Overlay(t.TempDir(), changes(filepath.Dir(dir)))
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
	if err := errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(filepath.Join(dir, "select.go"), []byte("package runtime\n\nfunc selectgo() {}\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := mutate.Overlay(t.TempDir(), changes(other)); err == nil || !strings.Contains(err.Error(), "cheaprandn") {
		t.Errorf("%v", err)
	}
}
