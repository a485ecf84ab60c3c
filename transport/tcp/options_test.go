package tcp

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/zeroactor/zmq/transport"
)

func TestCheckOptions(t *testing.T) {
	all := features{maxRT: true, tos: true, priority: true, bindToDevice: true, busyPoll: true}
	for _, c := range []struct {
		name string
		o    transport.Options
		f    features
		want string // the option that is wrong
	}{
		{"nothing asked, nothing there", transport.Options{}, features{}, ""},
		{"negative asks for nothing", transport.Options{MaxRT: -1, TOS: -1, Priority: -1, BusyPoll: -1}, features{}, ""},
		{"most", transport.Options{TOS: 255, Priority: math.MaxInt32, MaxRT: math.MaxInt32 * time.Millisecond}, all, ""},
		{"TOS over a byte", transport.Options{TOS: 256}, all, "TOS"},
		{"MaxRT over its number", transport.Options{MaxRT: math.MaxInt32*time.Millisecond + 1}, all, "MaxRT"},
		{"BusyPoll over its number", transport.Options{BusyPoll: math.MaxInt32*time.Microsecond + 1}, all, "BusyPoll"},
		{"KeepAlive 3", transport.Options{KeepAlive: 3}, all, "KeepAlive"},
		{"KeepAlive -1", transport.Options{KeepAlive: -1}, all, "KeepAlive"},
	} {
		err := checkOptions(&c.o, c.f)
		bad, ok := errors.AsType[*transport.OptionError](err)
		if (err != nil) != (c.want != "") || ok && bad.Option != c.want {
			t.Errorf("%s: %v, want an error about %q", c.name, err, c.want)
		}
	}
	for option, o := range map[string]transport.Options{
		"MaxRT":        {MaxRT: 1},
		"TOS":          {TOS: 1},
		"Priority":     {Priority: 1},
		"BindToDevice": {BindToDevice: "lo"},
		"BusyPoll":     {BusyPoll: 1},
	} {
		err := checkOptions(&o, features{})
		if bad, ok := errors.AsType[*transport.OptionError](err); !ok || bad.Option != option || !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s on a system without: %v", option, err)
		}
		if err := checkOptions(&o, all); err != nil {
			t.Errorf("%s on a system with it: %v", option, err)
		}
	}
}

// TestOptionsAreChecked holds that both ways in ask.
func TestOptionsAreChecked(t *testing.T) {
	o := &transport.Options{TOS: 256}
	_, listenErr := Transport{}.Listen(t.Context(), "127.0.0.1:*", o)
	_, dialErr := Transport{}.Dial(t.Context(), "127.0.0.1:1", o)
	for _, err := range []error{listenErr, dialErr} {
		if _, ok := errors.AsType[*transport.OptionError](err); !ok {
			t.Errorf("error %v, want an OptionError", err)
		}
	}
}

func TestUnits(t *testing.T) {
	for _, c := range []struct {
		d    time.Duration
		want int64
	}{{0, 0}, {1, 1}, {time.Millisecond, 1}, {time.Millisecond + 1, 2}, {-time.Second, -1000}} {
		if got := units(c.d, time.Millisecond); got != c.want {
			t.Errorf("%v is %d ms, want %d", c.d, got, c.want)
		}
	}
}
