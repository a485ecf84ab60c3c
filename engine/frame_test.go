package engine

import (
	"bytes"
	"errors"
	"math"
	"testing"

	"github.com/zeroactor/zmq"
)

func TestConsumeFrame(t *testing.T) {
	long := bytes.Repeat([]byte("x"), 300)
	for _, tt := range []struct {
		flags byte
		body  []byte
	}{{0, nil}, {FlagMore, []byte("a")}, {FlagCommand, long}, {FlagMore, long}} {
		b := AppendFrame(nil, tt.flags, tt.body)
		flags, body, n, err := ConsumeFrame(append(b, "next"...), int64(len(tt.body)))
		if flags != tt.flags || !bytes.Equal(body, tt.body) || n != len(b) || err != nil {
			t.Errorf("%x: %#x %q %d %v", b, flags, body, n, err)
		}
		for i := range b {
			if _, _, n, err := ConsumeFrame(b[:i], -1); n != 0 || err != nil {
				t.Errorf("%d of %d bytes: %d %v", i, len(b), n, err)
			}
		}
	}
}

// What is too large is refused when its header is there, before its body.
func TestConsumeFrameRefusesBeforeBuffering(t *testing.T) {
	header := AppendHeader(nil, 0, 1001)
	if _, _, _, err := ConsumeFrame(header, 1000); !errors.Is(err, zmq.ErrTooLarge) {
		t.Errorf("over the limit: %v", err)
	}
	if _, _, n, err := ConsumeFrame(header, 1001); n != 0 || err != nil {
		t.Errorf("at the limit: %d %v", n, err)
	}
	if _, _, _, err := ConsumeFrame(AppendHeader(nil, 0, 1), 0); !errors.Is(err, zmq.ErrTooLarge) {
		t.Errorf("limit of 0: %v", err)
	}
	// Without a limit, what no memory could hold.
	for _, size := range []int{maxBody + 1, math.MaxInt/2 + 1, math.MaxInt} {
		if _, _, _, err := ConsumeFrame(AppendHeader(nil, 0, size), -1); !errors.Is(err, zmq.ErrTooLarge) {
			t.Errorf("no limit: %d bytes: %v", size, err)
		}
	}
	if _, _, _, err := ConsumeFrame(AppendHeader(nil, 0, maxBody), -1); err != nil {
		t.Errorf("no limit: %v", err)
	}
}

func TestConsumeFrameSaysWhatIsMalformed(t *testing.T) {
	for in, want := range map[string]string{
		"\x08":                                 "protocol error: 37/ZMTP Framing: reserved bits set in frame flags 0x08",
		"\x05":                                 "protocol error: 37/ZMTP Framing: command frame with MORE (flags 0x05)",
		"\x02\x80\x00\x00\x00\x00\x00\x00\x00": "protocol error: 37/ZMTP Framing: frame of more than 2^63-1 bytes (flags 0x02)",
	} {
		_, _, n, err := ConsumeFrame([]byte(in), -1)
		if n != 0 || err == nil || err.Error() != want {
			t.Errorf("%x: %d %v, want %s", in, n, err, want)
		}
	}
}
