module github.com/zeroactor/zmq/bench/others/pebbe

go 1.26.0

require (
	github.com/pebbe/zmq4 v1.4.0
	github.com/zeroactor/zmq v0.0.0
)

require github.com/HdrHistogram/hdrhistogram-go v1.4.0 // indirect

replace github.com/zeroactor/zmq => ../../..
