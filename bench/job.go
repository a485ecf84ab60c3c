package main

import (
	"fmt"
	"strconv"
	"time"
)

// ownName is this library's name as a contender.
const ownName = "zeroactor"

// A job is what one peer has to do. Its arguments are those of libzmq/peer.c.
type job struct {
	role     string
	endpoint string
	bind     bool
	size     int // bytes
	count    int
	warmUp   int           // messages before the measured ones, at least one
	limit    time.Duration // after which the peer gives up, whole seconds
}

// An announcement is what a peer that binds prints first.
type announcement struct {
	Endpoint string `json:"endpoint"` // with the port really bound
}

// arguments returns the command line of j, except for its role.
func (j job) arguments() []string {
	end := "connect"
	if j.bind {
		end = "bind"
	}
	seconds := int((j.limit + time.Second - 1) / time.Second)
	return []string{j.endpoint, end, strconv.Itoa(j.size), strconv.Itoa(j.count), strconv.Itoa(j.warmUp),
		strconv.Itoa(seconds)}
}

// parseJob is the reverse of arguments.
func parseJob(role string, args []string) (job, error) {
	if len(args) != 6 {
		return job{}, fmt.Errorf("role %s: want ENDPOINT bind|connect SIZE COUNT WARMUP SECONDS", role)
	}
	j := job{role: role, endpoint: args[0], bind: args[1] == "bind"}
	if !j.bind && args[1] != "connect" {
		return job{}, fmt.Errorf("role %s: %q is neither bind nor connect", role, args[1])
	}
	var seconds int
	for i, field := range []struct {
		to    *int
		least int
	}{{&j.size, 0}, {&j.count, 1}, {&j.warmUp, 1}, {&seconds, 1}} {
		n, err := strconv.Atoi(args[2+i])
		if err != nil || n < field.least {
			return job{}, fmt.Errorf("role %s: bad number %q", role, args[2+i])
		}
		*field.to = n
	}
	j.limit = time.Duration(seconds) * time.Second
	return j, nil
}
