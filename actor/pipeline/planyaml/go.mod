module github.com/zeroactor/zmq/actor/pipeline/planyaml

go 1.26.0

require (
	github.com/goccy/go-yaml v1.19.2
	github.com/zeroactor/zmq v0.0.0
)

require (
	github.com/puzpuzpuz/xsync/v3 v3.5.1 // indirect
	golang.org/x/net v0.62.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace github.com/zeroactor/zmq => ../../..
