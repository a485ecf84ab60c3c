package patterns_test

import (
	"context"
	"errors"
	"net"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
	"github.com/zeroactor/zmq/transport"
	"github.com/zeroactor/zmq/transport/tcp"
)

// veiled is tcp under another name. Its connections are of no known type: they
// have neither a descriptor nor a CloseWrite.
type veiled struct {
	tcp.Transport
	scheme string
}

type veiledListener struct {
	transport.Listener
	scheme string
}

type veiledConn struct{ net.Conn }

func (v veiled) Scheme() string { return v.scheme }

func (v veiled) Dial(ctx context.Context, address string, o *transport.Options) (net.Conn, error) {
	nc, err := v.Transport.Dial(ctx, address, o)
	return veiledConn{nc}, err
}

func (v veiled) Listen(ctx context.Context, address string, o *transport.Options) (transport.Listener, error) {
	ln, err := v.Transport.Listen(ctx, address, o)
	return veiledListener{ln, v.scheme}, err
}

func (l veiledListener) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	return veiledConn{nc}, err
}

func (l veiledListener) Endpoint() zmq.Endpoint {
	return zmq.Endpoint{Scheme: l.scheme, Address: l.Listener.Endpoint().Address}
}

// A transport of the program's own carries messages, under a scheme of its own
// or one of ours, and the later one of two counts.
func TestTransportOption(t *testing.T) {
	for _, scheme := range []string{"veiled", "tcp"} {
		ctx := patterns.NewContext(patterns.Transport(tcp.Transport{}), patterns.Transport(veiled{scheme: scheme}))
		in := patterns.InContext(ctx)
		pull := must(patterns.NewPull(in))(t)
		push := must(patterns.NewPush(in))(t)
		join(t, scheme+"://127.0.0.1:*", pull, push)
		send(t, push, "over", "it")
		expect(t, pull, "over", "it")
		send(t, push, "and a close")
		closed := make(chan error, 1)
		go func() { closed <- push.Close() }()
		expect(t, pull, "and a close")
		if err := <-closed; err != nil {
			t.Error(err)
		}
		if err := ctx.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestTransportOptionRefused(t *testing.T) {
	for _, bad := range []transport.Transport{nil, veiled{scheme: ""}, veiled{scheme: "inproc"}, veiled{scheme: "a://b"}} {
		_, err := patterns.NewPush(patterns.InContext(patterns.NewContext(patterns.Transport(bad))))
		if opt, ok := errors.AsType[*patterns.OptionError](err); !ok || opt.Option != "Transport" {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}
