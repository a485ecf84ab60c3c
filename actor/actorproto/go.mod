module github.com/zeroactor/zmq/actor/actorproto

go 1.26.0

require (
	github.com/zeroactor/zmq v0.0.0
	google.golang.org/protobuf v1.36.12
)

require (
	github.com/puzpuzpuz/xsync/v3 v3.5.1 // indirect
	golang.org/x/net v0.62.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace github.com/zeroactor/zmq => ../..
