module github.com/zeroactor/zmq

go 1.26.0

require github.com/leanovate/gopter v0.2.11

require golang.org/x/net v0.62.0

require github.com/puzpuzpuz/xsync/v3 v3.5.1

require (
	github.com/HdrHistogram/hdrhistogram-go v1.4.0
	github.com/mitchellh/colorstring v0.0.0-20190213212951-d06e56a500db // indirect
	github.com/rivo/uniseg v0.4.7 // indirect
	github.com/schollz/progressbar/v3 v3.19.1
	golang.org/x/sys v0.49.0
	golang.org/x/term v0.47.0
)
