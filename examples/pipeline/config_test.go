package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"slices"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, test := range []struct {
		args    string
		bind    string
		connect string
		workers int // 0: not looked at
		paths   string
	}{
		{args: ""},
		{args: "-transport inproc -workers 3 a b", workers: 3, paths: "a b"},
		{args: "-role sink", bind: "tcp://127.0.0.1:5558"},
		{args: "-role sink -bind ipc:///tmp/s", bind: "ipc:///tmp/s"},
		{args: "-role ventilator x", bind: "tcp://127.0.0.1:5557", connect: "tcp://127.0.0.1:5558", paths: "x"},
		{args: "-role worker", connect: "tcp://127.0.0.1:5557 tcp://127.0.0.1:5558", workers: 1},
		{args: "-role worker -connect a -connect b -workers 2", connect: "a b", workers: 2},
	} {
		c, err := parse(strings.Fields(test.args), io.Discard)
		if err != nil {
			t.Errorf("%q: %v", test.args, err)
			continue
		}
		if c.bind != test.bind || !slices.Equal(c.connect, strings.Fields(test.connect)) ||
			!slices.Equal(c.paths, strings.Fields(test.paths)) || c.workers < 1 || test.workers > 0 && c.workers != test.workers {
			t.Errorf("%q: %+v", test.args, c)
		}
	}
}

func TestDefaultEndpointsMeet(t *testing.T) {
	for _, transport := range []string{"tcp", "ipc"} {
		sink, err1 := parse([]string{"-transport", transport, "-role", "sink"}, io.Discard)
		ventilator, err2 := parse([]string{"-transport", transport, "-role", "ventilator"}, io.Discard)
		worker, err3 := parse([]string{"-transport", transport, "-role", "worker"}, io.Discard)
		if err := errors.Join(err1, err2, err3); err != nil {
			t.Fatal(err)
		}
		if ventilator.connect[0] != sink.bind || !slices.Equal(worker.connect, []string{ventilator.bind, sink.bind}) ||
			!strings.HasPrefix(sink.bind, transport+"://") {
			t.Errorf("sink %v, ventilator %v to %v, worker to %v", sink.bind, ventilator.bind, ventilator.connect, worker.connect)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for args, complaint := range map[string]string{
		"-transport none -role worker":           "none does not reach other processes",
		"-role boss":                             "no such role",
		"-transport pigeon":                      "no such transport",
		"-transport inproc -role sink":           "other processes",
		"-bind tcp://*:1":                        "-role",
		"-connect tcp://*:1":                     "-role",
		"-role worker -bind tcp://*:1":           "-bind does not go",
		"-role worker -connect tcp://x:1":        "2 times, not 1",
		"-role sink -connect tcp://x:1":          "0 times, not 1",
		"-role ventilator -connect x -connect y": "1 times, not 2",
		"-role sink path":                        "no paths",
		"-role worker path":                      "no paths",
		"-workers -1":                            "-workers",
		"-workers 1000000":                       "-workers",
		"-chunk 100":                             "-chunk",
		"-chunk 1000000000":                      "-chunk",
		"-hwm 0":                                 "-hwm",
		"-quiet 0s":                              "-quiet",
		"-patience 1s -quiet 2s":                 "-patience",
		"-nonsense":                              "nonsense",
	} {
		var out strings.Builder
		if _, err := parse(strings.Fields(args), &out); err == nil || !strings.Contains(out.String(), complaint) {
			t.Errorf("%q: %v, %q", args, err, out.String())
		}
		if code := run(context.Background(), strings.Fields(args), io.Discard, io.Discard, nil); code != 2 {
			t.Errorf("%q: exit code %d", args, code)
		}
	}
}

func TestHelp(t *testing.T) {
	var out strings.Builder
	if _, err := parse([]string{"-h"}, &out); !errors.Is(err, flag.ErrHelp) {
		t.Error(err)
	}
	for _, want := range []string{"usage:", "-workers", "-quiet", "-connect"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("help has no %q", want)
		}
	}
	if code := run(context.Background(), []string{"-h"}, io.Discard, io.Discard, nil); code != 0 {
		t.Errorf("exit code %d", code)
	}
}
