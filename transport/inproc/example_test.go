package inproc_test

import (
	"fmt"

	"github.com/zeroactor/zmq/transport/inproc"
)

func ExampleRegistry() {
	var names inproc.Registry[string]
	fmt.Println(names.Connect("stage-1", "early"))
	err := names.Bind("stage-1", func(peer string) { fmt.Println("accepted:", peer) })
	fmt.Println(err)
	fmt.Println(names.Connect("stage-1", "late"))
	// Output:
	// false
	// accepted: early
	// <nil>
	// accepted: late
	// true
}
