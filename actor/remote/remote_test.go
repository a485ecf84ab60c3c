package remote_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/actor/remote"
	"github.com/zeroactor/zmq/internal/leaktest"
	"github.com/zeroactor/zmq/patterns"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// A msg is for the actor of the tests: a number to keep, or a question for their sum.
type msg struct {
	Add   int
	reply actor.ReplyTo[int]
	asks  bool
}

// A plant is a tree of actors with a server, and a client of that.
type plant struct {
	t   *testing.T
	ctx context.Context
	s   *actor.Supervisor

	sockets *patterns.Context
	router  *patterns.Router
	server  *remote.Server
	client  *remote.Client
	served  chan error
	stop    context.CancelFunc
}

func newPlant(t *testing.T, wildcard string) *plant {
	c := patterns.NewContext(patterns.Linger(0))
	t.Cleanup(func() { _ = c.Close() }) // what is dropped has nobody who waits
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	in := patterns.InContext(c)
	router := must(patterns.NewRouter(in, patterns.RouterMandatory(true)))
	dealer := must(patterns.NewDealer(in))
	if err := dealer.Connect(must(router.Bind(wildcard)).String()); err != nil {
		t.Fatal(err)
	}
	s := must(actor.New(ctx, actor.Config{
		OnFailure:   func(string, error) {},
		DeadLetters: func(actor.DeadLetter) {},
	}))
	p := &plant{t: t, ctx: ctx, s: s, sockets: c, router: router, server: remote.NewServer(router), client: remote.NewClient(dealer), served: make(chan error, 1)}
	serving, stop := context.WithCancel(ctx)
	p.stop = stop
	go func() { p.served <- p.server.Serve(serving) }()
	t.Cleanup(func() {
		p.client.Close()
		stop()
		<-p.served
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return p
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// adder starts an actor that sums up, and exports it.
func (p *plant) adder(name string, opts ...actor.Option) actor.Ref[msg] {
	ref := must(actor.Start(p.s, name, func(actor.Ref[msg]) actor.Actor[msg] {
		sum := 0
		return actor.Func[msg](func(_ context.Context, m msg) error {
			switch {
			case m.asks && sum < 0:
				return m.reply.Fail(errors.New("in debt"))
			case m.asks:
				return m.reply.Send(sum)
			case m.Add == 13:
				return errors.New("unlucky")
			}
			sum += m.Add
			return nil
		})
	}, opts...))
	p.export(name, ref)
	return ref
}

// stuck starts an actor that handles nothing before it is released, and exports it. It
// says when it has begun with a message.
func (p *plant) stuck(opts ...actor.Option) (ref actor.Ref[msg], begun chan struct{}, release func()) {
	gate := make(chan struct{})
	begun = make(chan struct{}, 2*remote.MaxPending)
	ref = must(actor.Start(p.s, "stuck", func(actor.Ref[msg]) actor.Actor[msg] {
		return actor.Func[msg](func(context.Context, msg) error {
			begun <- struct{}{}
			<-gate
			return nil
		})
	}, opts...))
	p.export("stuck", ref)
	return ref, begun, func() { close(gate) }
}

func (p *plant) export(name string, ref actor.Ref[msg]) {
	ask := func(_ struct{}, r actor.ReplyTo[int]) msg { return msg{reply: r, asks: true} }
	if err := remote.Export(p.server, name, ref, remote.JSON[msg]()); err != nil {
		p.t.Fatal(err)
	}
	if err := remote.ExportQuestion(p.server, name+"?", ref, ask, remote.JSON[struct{}](), remote.Gob[int]()); err != nil {
		p.t.Fatal(err)
	}
}

func (p *plant) to(name string) remote.Ref[msg] {
	return remote.To(p.client, name, remote.JSON[msg]())
}

func (p *plant) sum(name string) (int, error) {
	return remote.NewQuestion(p.client, name+"?", remote.JSON[struct{}](), remote.Gob[int]()).Ask(p.ctx, struct{}{})
}

// Many goroutines send and ask, over each transport; all arrives, once.
func TestSendAndAsk(t *testing.T) {
	for _, wildcard := range []string{"inproc://x", "ipc://*", "tcp://127.0.0.1:*"} {
		t.Run(wildcard, func(t *testing.T) {
			p := newPlant(t, wildcard)
			p.adder("a")
			p.adder("b")
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					for range 100 {
						for _, name := range []string{"a", "b"} {
							if err := p.to(name).Send(p.ctx, msg{Add: 2}); err != nil {
								t.Error(err)
							}
						}
						if _, err := p.sum("b"); err != nil {
							t.Error(err)
						}
					}
				})
			}
			all.Wait()
			for _, name := range []string{"a", "b"} {
				if got, err := p.sum(name); err != nil || got != 1600 {
					t.Errorf("%s: %d, %v", name, got, err)
				}
			}
		})
	}
}

// Whatever goes wrong over there is told here, as what it is.
func TestErrorsComeBack(t *testing.T) {
	p := newPlant(t, "tcp://127.0.0.1:*")
	ended := p.adder("ended")
	p.adder("adder")
	if err := ended.Stop(p.ctx); err != nil {
		t.Fatal(err)
	}
	stuck, begun, release := p.stuck(actor.HWM(1), actor.OnFull(actor.Fail))
	defer release()
	for i := range 2 { // one in work, and one that fills the mailbox
		if err := stuck.TrySend(msg{}); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			<-begun
		}
	}
	if err := p.to("adder").Send(p.ctx, msg{Add: -1}); err != nil {
		t.Fatal(err)
	}
	_, debt := p.sum("adder")
	_, asked := p.sum("ended")
	for _, c := range []struct {
		what string
		err  error
		is   error
	}{
		{"an unknown name", p.to("nobody").Send(p.ctx, msg{}), remote.ErrUnknown},
		{"a stopped actor", p.to("ended").Send(p.ctx, msg{}), actor.ErrStopped},
		{"asking a stopped actor", asked, actor.ErrStopped},
		{"a full mailbox", p.to("stuck").Send(p.ctx, msg{}), actor.ErrFull},
		{"a wrong codec", remote.To(p.client, "adder", remote.Bytes()).Send(p.ctx, []byte("{")), remote.ErrCodec},
		{"what cannot be encoded", remote.To(p.client, "adder", remote.JSON[func()]()).Send(p.ctx, nil), remote.ErrCodec},
		{"the zero Ref", remote.Ref[msg]{}.Send(p.ctx, msg{}), actor.ErrNoActor},
	} {
		if !errors.Is(c.err, c.is) {
			t.Errorf("%s: %v, want %v", c.what, c.err, c.is)
		}
	}
	if failure, ok := errors.AsType[*remote.Failure](debt); !ok || failure.Text != "in debt" {
		t.Errorf("an answer that is an error: %v", debt)
	}
	if err := remote.Export(p.server, "adder", stuck, remote.JSON[msg]()); !errors.Is(err, actor.ErrDuplicate) {
		t.Errorf("a name twice: %v", err)
	}
}

// Who has no room over there is waited for as long as the context says, and an actor
// that is stuck does not hold up others, however many wait for it.
func TestStuckActor(t *testing.T) {
	p := newPlant(t, "inproc://x")
	_, _, release := p.stuck(actor.HWM(1))
	p.adder("adder")
	short, cancel := context.WithTimeout(p.ctx, 50*time.Millisecond)
	defer cancel()
	for range 3 {
		if err := p.to("stuck").Send(short, msg{}); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	}
	var all sync.WaitGroup
	full := make(chan struct{}, 2*remote.MaxPending)
	for range remote.MaxPending + 10 {
		all.Go(func() {
			switch err := p.to("stuck").Send(p.ctx, msg{}); {
			case errors.Is(err, actor.ErrFull):
				full <- struct{}{}
			case err != nil:
				t.Error(err)
			}
		})
	}
	<-full // one was too many
	if err := p.to("adder").Send(p.ctx, msg{Add: 1}); err != nil {
		t.Error(err)
	}
	release()
	all.Wait()
}

// A client whose server dies learns that at once, and reaches the next one.
func TestServerDies(t *testing.T) {
	p := newPlant(t, "tcp://127.0.0.1:*")
	_, asked, release := p.stuck()
	defer release()
	lost := make(chan error)
	go func() {
		_, err := p.sum("stuck")
		lost <- err
	}()
	<-asked
	_ = p.router.CloseNow()
	if err := <-lost; !errors.Is(err, remote.ErrLost) {
		t.Errorf("lost: %v", err)
	}
}

// Closing a client ends those who wait, and those who come.
func TestClientCloses(t *testing.T) {
	p := newPlant(t, "inproc://x")
	_, asked, release := p.stuck()
	defer release()
	waits := make(chan error)
	go func() {
		_, err := p.sum("stuck")
		waits <- err
	}()
	<-asked
	p.client.Close()
	if err := <-waits; !errors.Is(err, remote.ErrClosed) {
		t.Errorf("who waited: %v", err)
	}
	if err := p.to("stuck").Send(p.ctx, msg{}); !errors.Is(err, remote.ErrClosed) {
		t.Errorf("who came: %v", err)
	}
}

// What is no request is answered as that, and hurts nobody.
func TestGarbage(t *testing.T) {
	p := newPlant(t, "inproc://x")
	p.adder("adder")
	raw := must(patterns.NewDealer(patterns.InContext(p.sockets)))
	if err := raw.Connect("inproc://x"); err != nil {
		t.Fatal(err)
	}
	number := strings.Repeat("n", 8)
	for _, frames := range [][]string{
		{""}, {number}, {number, "short", "adder", "{}"}, {number, number, "adder"}, {number, number, "adder", "{}", "more"},
	} {
		m := new(zmq.Message)
		for _, f := range frames {
			m.AppendString(f)
		}
		if err := raw.Send(p.ctx, m); err != nil {
			t.Fatal(err)
		}
		got := must(raw.Recv(p.ctx))
		if string(got.Frame(0)) != frames[0] || string(got.Frame(1)) != "protocol" {
			t.Errorf("%q is answered %q %q", frames, got.Frame(0), got.Frame(1))
		}
	}
	if err := raw.SendBytes(p.ctx, []byte(number), []byte(strings.Repeat("\xff", 8)), []byte("adder"), []byte(`{"Add":1}`)); err != nil {
		t.Fatal(err) // a time that is longer than can be
	}
	if got := must(raw.Recv(p.ctx)); string(got.Frame(1)) != "" {
		t.Errorf("refused with %q %q", got.Frame(1), got.Frame(2))
	}
	if got, err := p.sum("adder"); got != 1 || err != nil {
		t.Errorf("%d, %v", got, err)
	}
	_ = raw.Close()
}

// Codecs give back what they were given.
func TestCodecs(t *testing.T) {
	type item struct {
		Name string
		N    []int
	}
	want := item{"x", []int{1, 2}}
	for name, c := range map[string]remote.Codec[item]{"json": remote.JSON[item](), "gob": remote.Gob[item]()} {
		got, err := c.Decode(must(c.Encode(want)))
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		if _, err := c.Decode([]byte{1}); err == nil {
			t.Errorf("%s takes anything", name)
		}
	}
	b := []byte("abc")
	got := must(remote.Bytes().Decode(b))
	if b[0] = 'x'; string(got) != "abc" {
		t.Errorf("bytes are kept: %q", got)
	}
}

// An error that is several of those that have a code is always the same one.
func TestOneCode(t *testing.T) {
	p := newPlant(t, "inproc://x")
	ref := must(actor.Start(p.s, "both", func(actor.Ref[msg]) actor.Actor[msg] {
		return actor.Func[msg](func(_ context.Context, m msg) error {
			return m.reply.Fail(fmt.Errorf("%w: %w", context.DeadlineExceeded, actor.ErrStopped))
		})
	}))
	p.export("both", ref)
	for range 20 {
		if _, err := p.sum("both"); !errors.Is(err, actor.ErrStopped) || errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("told as %v", err)
		}
	}
}
