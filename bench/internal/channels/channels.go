// Package channels does the work of actors with goroutines and channels, as a Go
// programmer does it who has no library.
package channels

import (
	"context"

	"github.com/zeroactor/zmq/bench/internal/peer"
)

// Name is the name of this contender.
const Name = "channels"

// capacity is that of each channel, near the high-water mark of a mailbox.
const capacity = 1024

// Troupe is goroutines that range over channels. Each lasts as long as the process.
type Troupe struct{}

// Name returns Name.
func (Troupe) Name() string { return Name }

// Counter starts one goroutine.
func (Troupe) Counter(g *peer.Goal) (peer.Flood, error) {
	c := make(chan *peer.Note, capacity)
	go func() {
		for range c {
			g.Hit()
		}
	}()
	return flood(c), nil
}

func flood(c chan<- *peer.Note) peer.Flood {
	return func(n int) error {
		note := new(peer.Note)
		for range n {
			c <- note
		}
		return nil
	}
}

// Ring starts a goroutine for each place.
func (Troupe) Ring(size int, g *peer.Goal) (peer.Flood, error) {
	ring := make([]chan *peer.Note, size)
	for i := range ring {
		ring[i] = make(chan *peer.Note, capacity)
	}
	for i, c := range ring {
		next := ring[(i+1)%size]
		go func() {
			for note := range c {
				if note.Left--; note.Left == 0 {
					g.Hit()
					continue
				}
				next <- note
			}
		}()
	}
	return func(n int) error {
		ring[0] <- &peer.Note{Left: n}
		return nil
	}, nil
}

// Chain starts a goroutine for each place.
func (Troupe) Chain(size int, g *peer.Goal) (peer.Flood, error) {
	first := make(chan *peer.Note, capacity)
	from := first
	for range size - 1 {
		from = pass(from)
	}
	go func() {
		for range from {
			g.Hit()
		}
	}()
	return flood(first), nil
}

// pass starts a goroutine that passes on what comes.
func pass(from <-chan *peer.Note) (to chan *peer.Note) {
	to = make(chan *peer.Note, capacity)
	go func() {
		for note := range from {
			to <- note
		}
	}()
	return to
}

// Asker asks with a channel for each answer.
func (Troupe) Asker() (peer.Flood, error) {
	questions := make(chan chan int, capacity)
	go func() {
		for reply := range questions {
			reply <- 1
		}
	}()
	ctx := context.Background()
	return func(n int) error {
		for range n {
			reply := make(chan int, 1)
			questions <- reply
			select {
			case <-reply:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	}, nil
}

// Spawner starts a goroutine with its channel, and ends it.
func (Troupe) Spawner() (peer.Flood, error) {
	return func(n int) error {
		for range n {
			c, done := make(chan *peer.Note, capacity), make(chan struct{})
			go func() {
				defer close(done)
				for range c {
				}
			}()
			close(c)
			<-done
		}
		return nil
	}, nil
}

// crowdCapacity is that of channels that are many: a million of the others would
// take nine gigabytes.
const crowdCapacity = 16

// Crowd starts goroutines that wait.
func (Troupe) Crowd(size int) (any, error) {
	crowd := make([]chan *peer.Note, size)
	for i := range crowd {
		c := make(chan *peer.Note, crowdCapacity)
		crowd[i] = c
		go func() {
			for range c {
			}
		}()
	}
	return crowd, nil
}
