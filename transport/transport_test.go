package transport

import (
	"errors"
	"io"
	"math"
	"net"
	"net/netip"
	"os"
	"reflect"
	"testing"

	"github.com/zeroactor/zmq"
)

func TestListenError(t *testing.T) {
	first, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	_, inUse := net.Listen("tcp", first.Addr().String())
	if inUse == nil {
		t.Fatal("two listeners at one address")
	}

	got := ListenError(inUse)
	if !errors.Is(got, zmq.ErrAddrInUse) || !errors.Is(got, inUse) {
		t.Errorf("%v is not both of our error and the system's", got)
	}
	if again := ListenError(got); again != got {
		t.Errorf("wrapped twice: %v", again)
	}
	for _, err := range []error{nil, io.EOF} {
		if got := ListenError(err); got != err {
			t.Errorf("%v becomes %v", err, got)
		}
	}
}

func TestOptionError(t *testing.T) {
	err := error(&OptionError{Option: "TOS", Err: errors.ErrUnsupported})
	if !errors.Is(err, errors.ErrUnsupported) || err.Error() != "transport option TOS: unsupported operation" {
		t.Errorf("error %q", err)
	}
}

func TestListenBacklog(t *testing.T) {
	for _, c := range []struct{ backlog, want int }{
		{0, DefaultBacklog}, {1, 1}, {5000, 5000}, {-1, math.MaxInt32}, {math.MaxInt, math.MaxInt32},
	} {
		if got := (&Options{Backlog: c.backlog}).ListenBacklog(); got != c.want {
			t.Errorf("Backlog %d: %d, want %d", c.backlog, got, c.want)
		}
	}
}

// TestClone holds that a clone has every field, and shares no slice.
func TestClone(t *testing.T) {
	if got := (*Options)(nil).Clone(); !reflect.DeepEqual(got, Options{}) {
		t.Errorf("the clone of nil is %+v", got)
	}
	o := &Options{
		Backlog:       7,
		AcceptFilters: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
		PeerUIDs:      []uint32{1},
		PeerGIDs:      []uint32{2},
		PeerPIDs:      []int{3},
		ListenFile:    os.Stdin,
	}
	c := o.Clone()
	if !reflect.DeepEqual(c, *o) {
		t.Errorf("the clone is %+v, want %+v", c, *o)
	}
	a, b := reflect.ValueOf(*o), reflect.ValueOf(c)
	for i := range a.NumField() {
		field := a.Type().Field(i)
		if field.Type.Kind() != reflect.Slice {
			continue
		}
		if a.Field(i).Len() == 0 {
			t.Errorf("%s is not tried here", field.Name)
		} else if a.Field(i).Pointer() == b.Field(i).Pointer() {
			t.Errorf("%s is shared", field.Name)
		}
	}
}
