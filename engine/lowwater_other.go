//go:build unix && !linux

package engine

import "net"

// A lowWater is nothing here: who waits to read is woken as soon as there is something.
type lowWater struct{}

func newLowWater(net.Conn) lowWater { return lowWater{} }

func (lowWater) set(int, int) {}
