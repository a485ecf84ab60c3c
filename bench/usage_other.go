//go:build !unix

package main

import "time"

// cpuTime returns zero, which results show as "not measured".
func cpuTime() (time.Duration, error) { return 0, nil }

// maxRSSBytes returns zero, which results show as "not measured".
func maxRSSBytes() int64 { return 0 }
