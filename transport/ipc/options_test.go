package ipc

import (
	"errors"
	"net"
	"os"
	"testing"

	"github.com/zeroactor/zmq/transport"
)

func TestCheckOptions(t *testing.T) {
	for option, o := range map[string]transport.Options{
		"PeerUIDs": {PeerUIDs: []uint32{0}},
		"PeerGIDs": {PeerGIDs: []uint32{0}},
		"PeerPIDs": {PeerPIDs: []int{1}},
	} {
		err := checkOptions(&o, features{})
		if bad, ok := errors.AsType[*transport.OptionError](err); !ok || bad.Option != option || !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s on a system without: %v", option, err)
		}
		if err := checkOptions(&o, features{credentials: true}); err != nil {
			t.Errorf("%s on a system with it: %v", option, err)
		}
	}
	if err := checkOptions(&transport.Options{}, features{}); err != nil {
		t.Errorf("nothing asked: %v", err)
	}
}

func TestListenFile(t *testing.T) {
	path := socketPath(t)
	inherited, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	defer inherited.Close()
	file, err := inherited.File()
	if err != nil {
		t.Skipf("this system hands out no descriptors: %v", err)
	}
	defer file.Close()
	l := listen(t, "elsewhere", &transport.Options{ListenFile: file})
	if got := l.Endpoint().Address; got != path {
		t.Errorf("the endpoint is %s, want %s", got, path)
	}
	conn, err := Transport{}.Dial(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	l.Close()
	if !exists(t, path) {
		t.Error("the file of an adopted socket is removed")
	}

	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	tcpFile, err := tcp.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer tcpFile.Close()
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	for name, file := range map[string]*os.File{"tcp": tcpFile, "no socket": null} {
		_, err := Transport{}.Listen(t.Context(), "elsewhere", &transport.Options{ListenFile: file})
		if bad, ok := errors.AsType[*transport.OptionError](err); !ok || bad.Option != "ListenFile" {
			t.Errorf("%s: error %v, want an OptionError about ListenFile", name, err)
		}
	}
}
