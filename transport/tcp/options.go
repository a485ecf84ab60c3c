package tcp

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/zeroactor/zmq/transport"
)

// features says which options an operating system has at all.
type features struct {
	maxRT, tos, priority, bindToDevice, busyPoll bool
}

// checkOptions reports the first option that is out of its range, or that a
// system with these features lacks.
func checkOptions(o *transport.Options, f features) error {
	for _, c := range []struct {
		option    string
		set, have bool
	}{
		{"MaxRT", o.MaxRT > 0, f.maxRT},
		{"TOS", o.TOS > 0, f.tos},
		{"Priority", o.Priority > 0, f.priority},
		{"BindToDevice", o.BindToDevice != "", f.bindToDevice},
		{"BusyPoll", o.BusyPoll > 0, f.busyPoll},
	} {
		if c.set && !c.have {
			return &transport.OptionError{Option: c.option, Err: errors.ErrUnsupported}
		}
	}
	for _, c := range []struct {
		option        string
		value, atMost int64
	}{
		{"TOS", int64(o.TOS), math.MaxUint8},
		{"Priority", int64(o.Priority), math.MaxInt32},
		{"MaxRT", units(o.MaxRT, time.Millisecond), math.MaxInt32},
		{"BusyPoll", units(o.BusyPoll, time.Microsecond), math.MaxInt32},
		{"KeepAlive", int64(o.KeepAlive), int64(transport.KeepAliveOff)},
	} {
		if c.value > c.atMost {
			return &transport.OptionError{Option: c.option, Err: fmt.Errorf("%d is over %d", c.value, c.atMost)}
		}
	}
	if err := checkSOCKS(o); err != nil {
		return err
	}
	if o.KeepAlive < 0 {
		return &transport.OptionError{Option: "KeepAlive", Err: fmt.Errorf("no such choice: %d", o.KeepAlive)}
	}
	return nil
}

// units returns d in whole units, rounded up, so that a little does not
// become nothing, which means something else.
func units(d, unit time.Duration) int64 {
	n := int64(d / unit)
	if d%unit > 0 {
		n++
	}
	return n
}
