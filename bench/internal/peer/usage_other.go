//go:build !unix

package peer

import "time"

// cpuTime returns zero, which results show as "not measured".
func cpuTime() (time.Duration, error) { return 0, nil }

// sleeps reports that the system does not tell.
func sleeps() (n int64, ok bool) { return 0, false }

// maxRSSBytes and rssBytes return zero, which results show as "not measured".
func maxRSSBytes() int64 { return 0 }
func rssBytes() int64    { return 0 }
