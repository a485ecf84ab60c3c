package patterns

import (
	"errors"
	"net"
	"testing"

	"github.com/zeroactor/zmq"
)

// TestRouterKnowsAPeerThatIsQuicker reads a message over inproc before the
// ROUTER has been told that its peer is bound.
func TestRouterKnowsAPeerThatIsQuicker(t *testing.T) {
	c := NewContext()
	defer c.Close()
	router, err := NewRouter(InContext(c))
	if err != nil {
		t.Fatal(err)
	}
	dealer, err := NewDealer(InContext(c), RoutingID([]byte("quick")))
	if err != nil {
		t.Fatal(err)
	}
	if err := router.Connect("inproc://quick"); err != nil {
		t.Fatal(err)
	}
	router.turn.Lock()
	defer router.turn.Unlock()
	if _, err := dealer.Bind("inproc://quick"); err != nil {
		t.Fatal(err)
	}
	if err := dealer.SendBytes(t.Context(), []byte("news")); err != nil {
		t.Fatal(err)
	}
	var m zmq.Message
	if err := router.take(&m); err != nil || string(m.Frame(0)) != "quick" {
		t.Errorf("%d frames, %v", m.Len(), err)
	}
}

// TestRouterSkipsAPeerItRefuses, which was as quick.
func TestRouterSkipsAPeerItRefuses(t *testing.T) {
	c := NewContext()
	defer c.Close()
	router, err := NewRouter(InContext(c))
	if err != nil {
		t.Fatal(err)
	}
	if err := router.ConnectAs("inproc://first", []byte("taken")); err != nil {
		t.Fatal(err)
	}
	dealer, err := NewDealer(InContext(c), RoutingID([]byte("taken")))
	if err != nil {
		t.Fatal(err)
	}
	if err := router.Connect("inproc://second"); err != nil {
		t.Fatal(err)
	}
	router.turn.Lock()
	if _, err := dealer.Bind("inproc://second"); err != nil {
		t.Fatal(err)
	}
	if err := dealer.SendBytes(t.Context(), []byte("news"), []byte("more")); err != nil {
		t.Fatal(err)
	}
	var m zmq.Message
	if err := router.take(&m); err != errWait {
		t.Errorf("%d frames, %v", m.Len(), err)
	}
	router.turn.Unlock()
	if err := router.Disconnect("inproc://second"); !errors.Is(err, zmq.ErrNoEndpoint) {
		t.Errorf("still connected to the refused peer: %v", err)
	}
	if err := dealer.TrySend(zmq.NewMessage("x")); !errors.Is(err, zmq.ErrAgain) {
		t.Errorf("the refused peer sends: %v", err)
	}
}

// TestHandoverBeforeTheConnectionServes replaces a peer in the moment between
// its attachment and the start of its connection: it must end all the same.
func TestHandoverBeforeTheConnectionServes(t *testing.T) {
	c := NewContext()
	defer c.Close()
	router, err := NewRouter(InContext(c), RouterHandover(true))
	if err != nil {
		t.Fatal(err)
	}
	peer := &zmq.Peer{SocketType: "DEALER", RoutingID: []byte("d")}
	e := &endpoint{bound: true}
	ours, theirs := net.Pipe()
	defer theirs.Close()
	old := &link{sock: &router.socket, endpoint: e, nc: ours}
	port, err := old.attachNew(peer)
	if err != nil {
		t.Fatal(err)
	}
	young := &link{sock: &router.socket, endpoint: e, nc: ours}
	if _, err := young.attachNew(peer); err != nil {
		t.Fatal(err)
	}
	if !port.Done() {
		t.Error("the old port waits for more to send")
	}
	if len(router.Peers()) != 1 {
		t.Errorf("peers %q", router.Peers())
	}
	old.lost()
	young.lost()
}
