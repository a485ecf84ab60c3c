package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestJobArguments(t *testing.T) {
	for _, want := range []job{
		{"push", "tcp://127.0.0.1:5555", false, 10, 1000, 100, 30 * time.Second},
		{"rep", "ipc:///tmp/x y", true, 0, 1, 1, time.Second},
	} {
		got, err := parseJob(want.role, want.arguments())
		if err != nil || got != want {
			t.Errorf("parseJob(%q) = %+v, %v, want %+v", want.arguments(), got, err, want)
		}
	}
	j := job{limit: 1500 * time.Millisecond}
	if args := j.arguments(); args[len(args)-1] != "2" {
		t.Errorf("a limit of 1.5 s became %s s", args[len(args)-1])
	}
}

func TestParseJobRejects(t *testing.T) {
	good := strings.Fields("tcp://127.0.0.1:1 bind 10 100 10 5")
	if _, err := parseJob("push", good); err != nil {
		t.Fatal(err)
	}
	for i, bad := range map[int][]string{1: {"", "Bind"}, 2: {"-1", "x"}, 3: {"0", "1e3"}, 4: {"0"}, 5: {"0", "1s"}} {
		for _, text := range bad {
			args := slices.Clone(good)
			args[i] = text
			if _, err := parseJob("push", args); err == nil {
				t.Errorf("parseJob(%q) gave no error", args)
			}
		}
	}
	if _, err := parseJob("push", good[:5]); err == nil {
		t.Error("parseJob with an argument missing gave no error")
	}
}
