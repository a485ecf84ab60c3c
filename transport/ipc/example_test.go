package ipc_test

import (
	"context"
	"fmt"
	"os"

	"github.com/zeroactor/zmq/transport/ipc"
)

func ExampleTransport() {
	// "*" is a socket in a directory of its own, which goes with the listener.
	listener, err := ipc.Transport{}.Listen(context.Background(), "*", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	path := listener.Endpoint().Address
	_, err = os.Lstat(path)
	fmt.Println("there:", err == nil)
	fmt.Println("close:", listener.Close())
	_, err = os.Lstat(path)
	fmt.Println("gone:", os.IsNotExist(err))
	// Output:
	// there: true
	// close: <nil>
	// gone: true
}
