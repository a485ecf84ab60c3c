package actorproto

import (
	"bytes"
	"context"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/zeroactor/zmq/actor/pipeline"
	"github.com/zeroactor/zmq/actor/pipeline/remote"
	"github.com/zeroactor/zmq/internal/leaktest"
	"github.com/zeroactor/zmq/patterns"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// What is encoded comes back, and what is malformed is an error.
func TestCodecs(t *testing.T) {
	want, err := structpb.NewStruct(map[string]any{"item": "tea", "count": 2.0})
	if err != nil {
		t.Fatal(err)
	}
	c := Codec[*structpb.Struct]()
	b, err := c.Encode(want)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.Decode(b); err != nil || !proto.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	appended, err := Items[*structpb.Struct]{}.Append([]byte("before "), want)
	if err != nil || !bytes.HasPrefix(appended, []byte("before ")) {
		t.Fatalf("%q, %v", appended, err)
	}
	if got, err := (Items[*structpb.Struct]{}).Decode(appended[len("before "):]); err != nil || !proto.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"\xff", "\x0a\x05x"} {
		if got, err := c.Decode([]byte(bad)); err == nil || got != nil {
			t.Errorf("%q is %v", bad, got)
		}
	}
}

// An edge of a pipeline takes messages of protocol buffers through sockets.
func TestEdge(t *testing.T) {
	sockets := patterns.NewContext()
	defer sockets.Close()
	site := &remote.Site{Context: sockets, Plan: remote.Plan{Edges: map[string]remote.Wire{"words": {Endpoint: "tcp://127.0.0.1:*"}}}}
	p := pipeline.New(pipeline.Config{})
	words := pipeline.Values(p, func(yield func(*wrapperspb.StringValue) bool) {
		_ = yield(wrapperspb.String("to")) && yield(wrapperspb.String("be"))
	})
	words = remote.Edge(words, site, remote.Link[*wrapperspb.StringValue]{Name: "words", Codec: Items[*wrapperspb.StringValue]{}})
	text := ""
	pipeline.ForEach(words, func(_ context.Context, w *wrapperspb.StringValue) error { text += w.Value; return nil })
	if err := site.Run(t.Context(), p); err != nil || text != "tobe" {
		t.Errorf("%q, %v", text, err)
	}
}
