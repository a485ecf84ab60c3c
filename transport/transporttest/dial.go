package transporttest

import (
	"context"
	"errors"
	"time"

	"github.com/zeroactor/zmq"
)

var dialCases = []Case{
	{"DialRefused", "Dial fails where nobody listens.", check(dialRefused)},
	{"CheckDialAcceptsDead", "CheckDial does no I/O: it takes an address where nobody listens.", check(checkDialAcceptsDead)},
	{"BadDialAddress", "What is wrong with the text of an address to connect to is an EndpointError that quotes it, of CheckDial as of Dial.", check(badDialAddress)},
	{"DialInDoneContext", "The error of a Dial that its context ends wraps context.Cause.", check(dialInDoneContext)},
	{"CancelDial", "The context ends a Dial that has begun.", check(cancelDial)},
	{"DialOutlivesContext", "A connection once returned does not know Dial's context any more.", check(dialOutlivesContext)},
	{"RedialAfterRefusal", "A refused address can be dialled as soon as somebody listens there.", check(redialAfterRefusal)},
}

func dialRefused(b *bench) {
	if conn, err := b.tryDial(b.ctx, b.cfg.Dead(b)); err == nil {
		b.Fatalf("Dial connects to %v, where nobody listens", conn.RemoteAddr())
	}
}

func checkDialAcceptsDead(b *bench) {
	if err := b.cfg.Transport.CheckDial(b.cfg.Dead(b), b.options()); err != nil {
		b.Errorf("CheckDial: %v", err)
	}
}

func badDialAddress(b *bench) {
	for _, address := range b.cfg.BadDial {
		b.wantEndpointError("CheckDial", address, b.cfg.Transport.CheckDial(address, b.options()))
		_, err := b.tryDial(b.ctx, address)
		b.wantEndpointError("Dial", address, err)
	}
}

// wantEndpointError checks that err is about address, and says what is wrong.
func (b *bench) wantEndpointError(op, address string, err error) {
	b.Helper()
	text := b.cfg.Transport.Scheme() + "://" + address
	bad, ok := errors.AsType[*zmq.EndpointError](err)
	switch {
	case !ok:
		b.Errorf("%s %q: error %v, want an EndpointError", op, address, err)
	case bad.Endpoint != text:
		b.Errorf("%s %q: the EndpointError is about %q, want %q", op, address, bad.Endpoint, text)
	case bad.Reason == "":
		b.Errorf("%s %q: the EndpointError gives no reason", op, address)
	}
}

func dialInDoneContext(b *bench) {
	l := b.listen()
	cause := errors.New("a cause")
	ctx, cancel := context.WithCancelCause(b.ctx)
	cancel(cause)
	if _, err := b.tryDial(ctx, l.Endpoint().Address); !errors.Is(err, cause) {
		b.Errorf("Dial: %v, want the context's cause", err)
	}
}

func cancelDial(b *bench) {
	if b.cfg.Silent == nil {
		b.Skipf("the transport has no address that neither takes nor refuses connections")
	}
	address := b.cfg.Silent(b)
	cause := errors.New("a cause")
	ctx, cancel := context.WithCancelCause(b.ctx)
	defer cancel(nil)
	// The kernel does not tell when a connect has begun: a real timer. A Dial
	// that has not begun by then is ended as well.
	time.AfterFunc(20*time.Millisecond, func() { cancel(cause) })
	if _, err := b.tryDial(ctx, address); !errors.Is(err, cause) {
		b.Errorf("Dial: %v, want the context's cause", err)
	}
}

func dialOutlivesContext(b *bench) {
	l := b.listen()
	ctx, cancel := context.WithCancel(b.ctx)
	defer cancel()
	x, err := b.tryDial(ctx, l.Endpoint().Address)
	if err != nil {
		b.Fatalf("Dial: %v", err)
	}
	y := b.accept(l)
	cancel()
	b.settle()
	b.exchange(x, y)
}

// settle lets goroutines act that must not be there. That they do nothing
// cannot be waited for: a real sleep, short, since a wrong transport needs to
// be caught in one of many runs only.
func (b *bench) settle() { time.Sleep(5 * time.Millisecond) }

func redialAfterRefusal(b *bench) {
	address := b.cfg.Dead(b)
	if _, err := b.tryDial(b.ctx, address); err == nil {
		b.Fatalf("Dial connects to %s, where nobody listens", address)
	}
	l, err := b.tryListen(b.ctx, address)
	if err != nil {
		b.Fatalf("Listen: %v", err)
	}
	b.exchange(b.pair(l))
}
