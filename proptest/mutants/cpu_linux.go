package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// perTick is the unit of times in /proc, which is the same on all systems.
const perTick = time.Second / 100

// processorTime returns how much of the processor's time a process has used.
func processorTime(pid int) (used time.Duration, known bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, false
	}
	// Behind the name, which may have spaces, the 12th and 13th fields are the times
	// in user mode and in the kernel.
	fields := strings.Fields(string(text[strings.LastIndex(string(text), ")")+1:]))
	if len(fields) < 13 {
		return 0, false
	}
	user, err1 := strconv.Atoi(fields[11])
	kernel, err2 := strconv.Atoi(fields[12])
	return time.Duration(user+kernel) * perTick, err1 == nil && err2 == nil
}
