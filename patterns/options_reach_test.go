package patterns

import (
	"errors"
	"math"
	"net/netip"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/engine"
	"github.com/zeroactor/zmq/internal/backoff"
	"github.com/zeroactor/zmq/transport"
)

// apply returns the config of a DEALER, which takes all options of this table.
func apply(opts ...DealerOption) config {
	c := defaults()
	for _, o := range opts {
		o.applyDealer(&c)
	}
	return c
}

// TestOptionDefaults holds libzmq's defaults, but for the linger.
func TestOptionDefaults(t *testing.T) {
	c := apply()
	want := config{
		sendHWM: 1000, recvHWM: 1000, linger: 30 * time.Second,
		limits:           engine.Limits{MaxMessageSize: -1, MaxMessageFrames: 1 << 20},
		pubsub:           pubsubConfig{maxTopics: 1 << 22, maxTopicBytes: 1 << 30},
		handshakeTimeout: 30 * time.Second, heartbeatTimeout: -1, reconnect: 100 * time.Millisecond,
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("defaults are %+v, want %+v", c, want)
	}
}

// TestOptionsReachConfig sets each option to something, and looks where it went.
func TestOptionsReachConfig(t *testing.T) {
	network := netip.MustParsePrefix("10.0.0.0/8")
	for _, c := range []struct {
		option DealerOption
		get    func(*config) any
		want   any
	}{
		{SendHWM(7), func(c *config) any { return c.sendHWM }, 7},
		{SendHWM(0), func(c *config) any { return c.sendHWM }, 0},
		{RecvHWM(8), func(c *config) any { return c.recvHWM }, 8},
		{SendHWMBytes(7), func(c *config) any { return c.sendHWMBytes }, int64(7)},
		{RecvHWMBytes(8), func(c *config) any { return c.recvHWMBytes }, int64(8)},
		{Linger(-1), func(c *config) any { return c.linger }, time.Duration(-1)},
		{Immediate(true), func(c *config) any { return c.immediate }, true},
		{MaxMessageSize(0), func(c *config) any { return c.limits.MaxMessageSize }, int64(0)},
		{MaxMessageFrames(-1), func(c *config) any { return c.limits.MaxMessageFrames }, int64(-1)},
		{MaxMessageBytes(9), func(c *config) any { return c.limits.MaxMessageBytes }, int64(9)},
		{HandshakeTimeout(0), func(c *config) any { return c.handshakeTimeout }, time.Duration(0)},
		{HeartbeatInterval(2), func(c *config) any { return c.heartbeatInterval }, time.Duration(2)},
		{HeartbeatTimeout(0), func(c *config) any { return c.heartbeatTimeout }, time.Duration(0)},
		{HeartbeatTTL(engine.MaxTTL), func(c *config) any { return c.heartbeatTTL }, time.Duration(engine.MaxTTL)},
		{ReconnectInterval(-1), func(c *config) any { return c.reconnect }, time.Duration(-1)},
		{ReconnectIntervalMax(3), func(c *config) any { return c.reconnectMax }, time.Duration(3)},
		{ReconnectStop(5), func(c *config) any { return c.reconnectStop }, ReconnectStopRefused | ReconnectStopAfterDisconnect},
		{Metadata("X-a", ""), func(c *config) any { return len(c.metadata) }, 1},
		{ConnectTimeout(4), func(c *config) any { return c.transport.ConnectTimeout }, time.Duration(4)},
		{SOCKSProxy("proxy:1080"), func(c *config) any { return c.transport.SOCKSProxy }, "proxy:1080"},
		{SOCKSUser("ann", "x"), func(c *config) any { return c.transport.SOCKSUser + c.transport.SOCKSPassword }, "annx"},
		{Backlog(-1), func(c *config) any { return c.transport.Backlog }, -1},
		{SendBuffer(5), func(c *config) any { return c.transport.SendBuffer }, 5},
		{RecvBuffer(6), func(c *config) any { return c.transport.RecvBuffer }, 6},
		{TOS(255), func(c *config) any { return c.transport.TOS }, 255},
		{Priority(6), func(c *config) any { return c.transport.Priority }, 6},
		{BindToDevice("lo"), func(c *config) any { return c.transport.BindToDevice }, "lo"},
		{BusyPoll(9), func(c *config) any { return c.transport.BusyPoll }, time.Duration(9)},
		{IPv6(true), func(c *config) any { return c.transport.IPv6 }, true},
		{TCPKeepAlive(true), func(c *config) any { return c.transport.KeepAlive }, transport.KeepAliveOn},
		{TCPKeepAlive(false), func(c *config) any { return c.transport.KeepAlive }, transport.KeepAliveOff},
		{TCPKeepAliveCount(10), func(c *config) any { return c.transport.KeepAliveCount }, 10},
		{TCPKeepAliveIdle(11), func(c *config) any { return c.transport.KeepAliveIdle }, time.Duration(11)},
		{TCPKeepAliveInterval(12), func(c *config) any { return c.transport.KeepAliveInterval }, time.Duration(12)},
		{TCPMaxRT(13), func(c *config) any { return c.transport.MaxRT }, time.Duration(13)},
		{TCPAcceptFilter(network), func(c *config) any { return c.transport.AcceptFilters }, []netip.Prefix{network}},
		{IPCFilterUID(1, 2), func(c *config) any { return c.transport.PeerUIDs }, []uint32{1, 2}},
		{IPCFilterGID(3), func(c *config) any { return c.transport.PeerGIDs }, []uint32{3}},
		{IPCFilterPID(4), func(c *config) any { return c.transport.PeerPIDs }, []int{4}},
		{ListenFile(os.Stdin), func(c *config) any { return c.transport.ListenFile }, os.Stdin},
	} {
		cfg := apply(c.option)
		if got := c.get(&cfg); !reflect.DeepEqual(got, c.want) || cfg.err != nil {
			t.Errorf("%v: %v, want %v; %v", c.option, got, c.want, cfg.err)
		}
		before := defaults()
		if was := c.get(&before); reflect.DeepEqual(was, c.want) {
			t.Errorf("%v: %v is the default", c.option, was)
		}
	}
}

// TestOptionsCoverTransport holds that each option of the transports is one of
// sockets.
func TestOptionsCoverTransport(t *testing.T) {
	c := apply(ConnectTimeout(1), SOCKSProxy("x:1"), SOCKSUser("x", "y"), Backlog(1), SendBuffer(1), RecvBuffer(1), TOS(1), Priority(1), BindToDevice("x"),
		BusyPoll(1), IPv6(true), TCPKeepAlive(true), TCPKeepAliveCount(1), TCPKeepAliveIdle(1), TCPKeepAliveInterval(1),
		TCPMaxRT(1), TCPAcceptFilter(netip.MustParsePrefix("::/0")), IPCFilterUID(1), IPCFilterGID(1), IPCFilterPID(1),
		ListenFile(os.Stdin))
	v := reflect.ValueOf(c.transport)
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			t.Errorf("no option sets %s", v.Type().Field(i).Name)
		}
	}
}

// TestOptionsReachConnections looks at what a connection and a connecter get.
func TestOptionsReachConnections(t *testing.T) {
	ctx := NewContext()
	defer ctx.Close()
	s, err := NewDealer(InContext(ctx), HandshakeTimeout(1), HeartbeatInterval(2), HeartbeatTimeout(3), HeartbeatTTL(4),
		MaxMessageSize(5), MaxMessageFrames(8), MaxMessageBytes(9), Metadata("X-a", "b"), ReconnectInterval(6), ReconnectIntervalMax(7), RoutingID([]byte("id")))
	if err != nil {
		t.Fatal(err)
	}
	e := &endpoint{addr: zmq.Endpoint{Scheme: "tcp", Address: "x"}, bound: true}
	got := s.engineConfig(e.bound)
	if got.HandshakeTimeout != 1 || got.HeartbeatInterval != 2 || got.HeartbeatTimeout != 3 || got.HeartbeatTTL != 4 ||
		got.Limits != (engine.Limits{MaxMessageSize: 5, MaxMessageFrames: 8, MaxMessageBytes: 9}) || string((&link{sock: &s.socket}).RoutingID()) != "id" || !got.Handshake.Server {
		t.Errorf("connections get %+v", got)
	}
	if v, ok := got.Handshake.Metadata.Get("x-A"); !ok || string(v) != "b" {
		t.Errorf("metadata %v", got.Handshake.Metadata)
	}
	if p := newConnecter(&s.socket, e, nil).backoff.Policy; p != (backoff.Policy{Interval: 6, Max: 7}) {
		t.Errorf("connecters get %+v", p)
	}
}

// TestBadOptions gives options values that they do not take.
func TestBadOptions(t *testing.T) {
	long := "X-" + strings.Repeat("a", 254)
	for _, c := range []struct {
		option DealerOption
		name   string
	}{
		{SendHWM(-1), "SendHWM"},
		{SendHWM(math.MaxInt32), "SendHWM"},
		{RecvHWM(-1), "RecvHWM"},
		{SendHWMBytes(-1), "SendHWMBytes"},
		{RecvHWMBytes(math.MaxInt64), "RecvHWMBytes"},
		{HandshakeTimeout(-1), "HandshakeTimeout"},
		{HeartbeatInterval(-1), "HeartbeatInterval"},
		{HeartbeatTTL(-1), "HeartbeatTTL"},
		{HeartbeatTTL(engine.MaxTTL + 1), "HeartbeatTTL"},
		{ReconnectIntervalMax(-1), "ReconnectIntervalMax"},
		{ReconnectStop(8), "ReconnectStop"},
		{ReconnectStop(-1), "ReconnectStop"},
		{Metadata("a", "b"), "Metadata"},
		{Metadata("X-", "b"), "Metadata"},
		{Metadata("X-ä", "b"), "Metadata"},
		{Metadata(long, "b"), "Metadata"},
		{Metadata("X-a", strings.Repeat("b", maxMetadata)), "Metadata"},
		{ConnectTimeout(-1), "ConnectTimeout"},
		{SOCKSProxy("nowhere"), "SOCKSProxy"},
		{SOCKSProxy("*:1"), "SOCKSProxy"},
		{SOCKSUser("ann", ""), "SOCKSUser"},
		{SOCKSUser("", "x"), "SOCKSUser"},
		{SOCKSUser("ann", long[:256]), "SOCKSUser"},
		{SendBuffer(-2), "SendBuffer"},
		{RecvBuffer(-2), "RecvBuffer"},
		{TOS(-1), "TOS"},
		{TOS(256), "TOS"},
		{Priority(-1), "Priority"},
		{BindToDevice("sixteen-bytes-xx"), "BindToDevice"},
		{BindToDevice("a\x00b"), "BindToDevice"},
		{BusyPoll(-1), "BusyPoll"},
		{BusyPoll(1 << 31 * time.Microsecond), "BusyPoll"},
		{TCPKeepAliveCount(-2), "TCPKeepAliveCount"},
		{TCPKeepAliveIdle(-1), "TCPKeepAliveIdle"},
		{TCPKeepAliveInterval(-1), "TCPKeepAliveInterval"},
		{TCPKeepAliveInterval(1 << 31 * time.Second), "TCPKeepAliveInterval"},
		{TCPMaxRT(-1), "TCPMaxRT"},
		{TCPMaxRT(1 << 31 * time.Millisecond), "TCPMaxRT"},
		{TCPAcceptFilter(netip.Prefix{}), "TCPAcceptFilter"},
		{IPCFilterPID(0), "IPCFilterPID"},
	} {
		s, err := NewDealer(c.option, SendHWM(-1)) // the first one is told of
		op, isOp := errors.AsType[*zmq.OpError](err)
		bad, isBad := errors.AsType[*OptionError](err)
		if s != nil || !isOp || !isBad || op.Op != "new" || op.Socket != "DEALER" || bad.Option != c.name || bad.Want == "" {
			t.Errorf("%v: %v", c.option, err)
		}
	}
	if err := apply(Metadata(long[:255], "b")).err; err != nil {
		t.Error(err)
	}
	if err := apply(SendHWM(maxHWM)).err; err != nil {
		t.Error(err)
	}
}

// TestMetadataReplaces gives a property twice, and far too many.
func TestMetadataReplaces(t *testing.T) {
	c := apply(Metadata("X-a", "1"), Metadata("X-b", "2"), Metadata("x-A", "3"))
	if v, _ := c.metadata.Get("X-a"); len(c.metadata) != 2 || string(v) != "3" || c.err != nil {
		t.Errorf("%v; %v", c.metadata, c.err)
	}
	c = defaults()
	for i := range maxProperties + 1 {
		if c.err != nil {
			t.Fatalf("property %d: %v", i, c.err)
		}
		Metadata("X-"+string(rune('a'+i/26%26))+string(rune('a'+i%26)), "").applyDealer(&c)
	}
	if c.err == nil {
		t.Errorf("%d properties", len(c.metadata))
	}
}

// TestContextOptions gives a context defaults for its sockets.
func TestContextOptions(t *testing.T) {
	network, other := netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.168.0.0/16")
	ctx := NewContext(Linger(1), TCPAcceptFilter(network), IPv6(true), MaxSockets(2))
	defer ctx.Close()
	for _, opts := range [][]DealerOption{
		{InContext(ctx), TCPAcceptFilter(other), IPv6(false)},
		{TCPAcceptFilter(other), IPv6(false), InContext(ctx)},
	} {
		s, err := NewDealer(opts...)
		if err != nil {
			t.Fatal(err)
		}
		o := s.cfg.transport
		if s.cfg.linger != 1 || o.IPv6 || len(o.AcceptFilters) != 2 {
			t.Errorf("linger %v, options %+v", s.cfg.linger, o)
		}
	}
	s, err := NewDealer(InContext(ctx))
	if !errors.Is(err, ErrTooManySockets) || s != nil {
		t.Errorf("third of two sockets: %v", err)
	}
	for _, bad := range []ContextOption{MaxSockets(0), HandshakeTimeout(-1), InContext(nil)} {
		ctx := NewContext(bad)
		if _, err := NewDealer(InContext(ctx)); err == nil {
			t.Errorf("%v is not refused", bad)
		} else if _, ok := errors.AsType[*OptionError](err); !ok {
			t.Errorf("%v: %v", bad, err)
		}
		ctx.Close()
	}
}
