module github.com/zeroactor/zmq

go 1.26
