//go:build unix

package peer

import (
	"bufio"
	"fmt"
	"os"
	"syscall"
	"time"
)

// cpuTime returns the user and system time of all threads so far.
func cpuTime() (time.Duration, error) {
	u, err := used()
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), err
}

// sleeps returns how often threads have given up the processor so far because they waited for something. It reports false
// if the system does not tell.
func sleeps() (n int64, ok bool) {
	u, err := used()
	return int64(u.Nvcsw), err == nil
}

func used() (u syscall.Rusage, err error) {
	return u, os.NewSyscallError("getrusage", syscall.Getrusage(syscall.RUSAGE_SELF, &u))
}

// maxRSSBytes returns the most memory that was ever resident, or zero if the
// system has no /proc. Linux's ru_maxrss would not do: it is carried over exec,
// so that a small program started by a big one reports the big one's memory.
func maxRSSBytes() int64 { return statusBytes("VmHWM") }

// rssBytes returns what is resident now, or zero if the system has no /proc.
func rssBytes() int64 { return statusBytes("VmRSS") }

func statusBytes(field string) int64 {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var kib int64
		if n, _ := fmt.Sscanf(lines.Text(), field+": %d kB", &kib); n == 1 {
			return kib * 1024
		}
	}
	return 0
}
