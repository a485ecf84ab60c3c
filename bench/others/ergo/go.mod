module github.com/zeroactor/zmq/bench/others/ergo

go 1.26.0

require (
	ergo.services/ergo v1.999.310
	github.com/zeroactor/zmq v0.0.0
)

replace github.com/zeroactor/zmq => ../../..
