package ipc

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"syscall"
	"testing"

	"github.com/zeroactor/zmq/transport"
)

func TestPeerCredentials(t *testing.T) {
	l := listen(t, socketPath(t), nil)
	conn, err := Transport{}.Dial(t.Context(), l.Endpoint().Address, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	peer, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	want := Credentials{UID: uint32(os.Getuid()), GID: uint32(os.Getgid()), PID: os.Getpid()}
	for _, c := range []net.Conn{conn, peer} {
		got, err := PeerCredentials(c.(syscall.Conn))
		if err != nil || got != want {
			t.Errorf("%v, %v; want %v", got, err, want)
		}
	}
	if got, want := want.String(), fmt.Sprintf(":%d:%d:%d", os.Getuid(), os.Getgid(), os.Getpid()); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	peer.Close()
	if _, err := PeerCredentials(peer.(syscall.Conn)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("of a closed connection: %v", err)
	}
}

func TestPeerFilters(t *testing.T) {
	uid, gid, pid := uint32(os.Getuid()), uint32(os.Getgid()), os.Getpid()
	for _, c := range []struct {
		name string
		o    transport.Options
		in   bool
	}{
		{"none", transport.Options{}, true},
		{"our user", transport.Options{PeerUIDs: []uint32{uid + 1, uid}}, true},
		{"another user", transport.Options{PeerUIDs: []uint32{uid + 1}}, false},
		{"our group", transport.Options{PeerGIDs: []uint32{gid}}, true},
		{"another group", transport.Options{PeerGIDs: []uint32{unusedGroup(t)}}, false},
		{"our process", transport.Options{PeerPIDs: []int{pid}}, true},
		{"another process", transport.Options{PeerPIDs: []int{pid + 1}}, false},
		{"another user, our process", transport.Options{PeerUIDs: []uint32{uid + 1}, PeerPIDs: []int{pid}}, true},
	} {
		l := listen(t, socketPath(t), &c.o)
		conn, err := Transport{}.Dial(t.Context(), l.Endpoint().Address, nil)
		if err != nil {
			t.Fatal(err)
		}
		accepted := make(chan struct{})
		go func() {
			defer close(accepted)
			if peer, err := l.Accept(); err == nil {
				peer.Write([]byte{1})
				peer.Close()
			}
		}()
		got, _ := io.ReadAll(conn)
		if in := len(got) == 1; in != c.in {
			t.Errorf("%s: let in: %t", c.name, in)
		}
		conn.Close()
		l.Close()
		<-accepted
	}
}

// unusedGroup returns a group that we are not in.
func unusedGroup(t *testing.T) uint32 {
	t.Helper()
	ours, err := os.Getgroups()
	if err != nil {
		t.Fatal(err)
	}
	gid := os.Getgid() + 1
	for slices.Contains(ours, gid) {
		gid++
	}
	return uint32(gid)
}

// TestSupplementaryGroups holds that each group of a peer counts, and that
// there may be many. It takes the right to choose one's groups.
func TestSupplementaryGroups(t *testing.T) {
	before, err := os.Getgroups()
	if err != nil {
		t.Fatal(err)
	}
	many := make([]int, 300) // over what peerGroups has room for at first
	for i := range many {
		many[i] = 70_000 + i
	}
	if err := syscall.Setgroups(many); err != nil {
		t.Skipf("no right to: %v", err)
	}
	t.Cleanup(func() { syscall.Setgroups(before) })
	for gid, want := range map[uint32]bool{70_000: true, 70_299: true, 70_300: false} {
		o := &transport.Options{PeerGIDs: []uint32{gid}}
		l := listen(t, socketPath(t), o)
		conn, err := net.Dial("unix", l.Endpoint().Address)
		if err != nil {
			t.Fatal(err)
		}
		peer, err := l.ln.AcceptUnix()
		if err != nil {
			t.Fatal(err)
		}
		if in, err := admits(o, peer); in != want || err != nil {
			t.Errorf("group %d: let in: %t, %v", gid, in, err)
		}
		if groups, err := peerGroups(peer); len(groups) != len(many) || err != nil {
			t.Errorf("%d groups, %v; want %d", len(groups), err, len(many))
		}
		conn.Close()
		peer.Close()
		l.Close()
	}
}

// TestBacklog fills it: Linux lets one more than the backlog wait, and turns
// the next away at once.
func TestBacklog(t *testing.T) {
	for backlog, want := range map[int]int{1: 2, 5: 6, 0: transport.DefaultBacklog + 1} {
		l := listen(t, socketPath(t), &transport.Options{Backlog: backlog})
		waiting := 0
		for ; waiting < 2*want; waiting++ {
			conn, err := Transport{}.Dial(t.Context(), l.Endpoint().Address, nil)
			if err != nil {
				if !errors.Is(err, syscall.EAGAIN) {
					t.Errorf("Dial: %v, want EAGAIN", err)
				}
				break
			}
			defer conn.Close()
		}
		if waiting != want {
			t.Errorf("Backlog %d: %d wait, want %d", backlog, waiting, want)
		}
		// Such a server is alive.
		if _, err := (Transport{}).Listen(t.Context(), l.Endpoint().Address, nil); err == nil || !exists(t, l.file) {
			t.Errorf("the server is taken for dead: %v", err)
		}
	}
}
