module github.com/zeroactor/zmq

go 1.26.0

require (
	github.com/leanovate/gopter v0.2.11
	golang.org/x/sys v0.49.0 // indirect
)
