module github.com/zeroactor/zmq/bench/others/hollywood

go 1.26.0

require (
	github.com/anthdm/hollywood v1.0.5
	github.com/zeroactor/zmq v0.0.0
)

replace github.com/zeroactor/zmq => ../../..
