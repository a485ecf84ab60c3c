module github.com/zeroactor/zmq/bench/others/mangos

go 1.26.0

require (
	github.com/zeroactor/zmq v0.0.0
	go.nanomsg.org/mangos/v3 v3.4.2
)

require (
	github.com/HdrHistogram/hdrhistogram-go v1.4.0 // indirect
	github.com/Microsoft/go-winio v0.5.2 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace github.com/zeroactor/zmq => ../../..
