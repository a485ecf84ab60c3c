package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// A host is where and with what a result was measured. Unknown fields are
// empty.
type host struct {
	Go     string `json:"go"`
	System string `json:"system"` // "linux/amd64"
	CPU    string `json:"cpu"`    // model
	CPUs   int    `json:"cpus"`
	Commit string `json:"commit,omitempty"` // with "+" if the tree was changed since
}

func thisHost(ctx context.Context) host {
	return host{
		Go:     runtime.Version(),
		System: runtime.GOOS + "/" + runtime.GOARCH,
		CPU:    cpuModel(),
		CPUs:   runtime.NumCPU(),
		Commit: commit(ctx),
	}
}

func cpuModel() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		key, value, _ := strings.Cut(lines.Text(), ":")
		if strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// commit asks git and not the build information, which go run leaves out.
func commit(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "git", "rev-parse", "--short", "HEAD").Output()
	if err != nil {
		return ""
	}
	id := strings.TrimSpace(string(out))
	changes, err := exec.CommandContext(ctx, "git", "status", "--porcelain").Output()
	if err != nil || len(changes) > 0 {
		id += "+"
	}
	return id
}

// String returns the host as a table's first line says it.
func (h host) String() string {
	text := fmt.Sprintf("%s, %s, %d CPUs, %s", h.Go, h.CPU, h.CPUs, h.System)
	if h.Commit != "" {
		text += ", commit " + h.Commit
	}
	return text
}
