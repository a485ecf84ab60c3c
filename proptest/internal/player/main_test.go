package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/zeroactor/zmq/internal/leaktest"
	"github.com/zeroactor/zmq/proptest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// Each round that comes is played and told of; what is no round ends it.
func TestServe(t *testing.T) {
	var in, out bytes.Buffer
	rounds := json.NewEncoder(&in)
	for runs := range 3 {
		rounds.Encode(proptest.Round{Transport: "inproc", Pattern: "pair", Seed: 7, Runs: runs, Orders: 1})
	}
	if err := serve(t, &in, &out); err != nil {
		t.Fatal(err)
	}
	scores := json.NewDecoder(&out)
	for runs := range 3 {
		var s proptest.Score
		if err := scores.Decode(&s); err != nil || s.Counts.Histories != runs || s.Failed != "" {
			t.Errorf("%d histories: %+v, %v", runs, s, err)
		}
	}
	if err := serve(t, strings.NewReader("-seed=1\n"), &out); err == nil {
		t.Error("flags are taken for a round")
	}
}
