package proptest_test

import (
	"fmt"
	"testing"

	"github.com/zeroactor/zmq/proptest"
	"github.com/zeroactor/zmq/transport/tcp"
)

// A test of a transport of your own: here of one that is tcp.
func ExampleRun() {
	test := func(t *testing.T) {
		proptest.Run(t, proptest.Over(tcp.Transport{}, func(int) string { return "127.0.0.1:*" }))
	}
	_ = test // as func TestMine in your package
}

// A history is data, and prints itself as a program.
func ExampleHistory_Program() {
	h := proptest.History{
		Pattern: "pipeline",
		Seed:    7,
		Sockets: []proptest.Socket{{Kind: "PUSH", SendHWM: 1000}, {Kind: "PULL", RecvHWM: 1000}},
		Steps: []proptest.Step{
			{Do: proptest.Bind, Who: 1},
			{Do: proptest.Connect, Who: 0, With: 1},
			{Do: proptest.Send, Who: 0, N: 3},
			{Do: proptest.Close, Who: 0},
		},
	}
	fmt.Println(h.Program("sim"))
	// Output:
	// package replay_test
	//
	// import (
	// 	"testing"
	//
	// 	"github.com/zeroactor/zmq/proptest"
	// )
	//
	// func TestReplay(t *testing.T) {
	// 	err := proptest.Play(t, proptest.Sim(), proptest.History{
	// 		Pattern: "pipeline",
	// 		Seed:    7,
	// 		Sockets: []proptest.Socket{
	// 			{Kind: "PUSH", SendHWM: 1000, RecvHWM: 0},
	// 			{Kind: "PULL", SendHWM: 0, RecvHWM: 1000},
	// 		},
	// 		Steps: []proptest.Step{
	// 			{Do: proptest.Bind, Who: 1},
	// 			{Do: proptest.Connect, Who: 0, With: 1},
	// 			{Do: proptest.Send, Who: 0, N: 3},
	// 			{Do: proptest.Close, Who: 0},
	// 		},
	// 	})
	// 	if err != nil {
	// 		t.Fatal(err)
	// 	}
	// }
}
