// Package protoactor measures protoactor-go, to be compared with actor/pipeline in
// the same minute; a module of its own, as it brings a hundred others.
//
//	go test ./actor/pipeline -run "^$" -bench "Stages" -benchtime 200000x
//	cd bench/others/protoactor && go test -bench . -benchtime 200000x
package protoactor

import (
	"testing"

	"github.com/asynkron/protoactor-go/actor"
)

// stages is the length of the pipeline.
const stages = 100

// stage passes what it gets on, or, the last one, tells when it has got all.
type stage struct {
	next *actor.PID
	left int
	done chan struct{}
}

func (s *stage) Receive(ctx actor.Context) {
	m, ok := ctx.Message().(*message)
	if !ok {
		return
	}
	if s.next != nil {
		ctx.Send(s.next, m)
		return
	}
	if s.left--; s.left == 0 {
		close(s.done)
	}
}

type message struct{ v int }

// BenchmarkStages passes a message through a hundred actors.
func BenchmarkStages(b *testing.B) {
	b.ReportAllocs()
	system := actor.NewActorSystem()
	done := make(chan struct{})
	var next *actor.PID
	for range stages {
		s := &stage{next: next, left: b.N, done: done}
		next = system.Root.Spawn(actor.PropsFromProducer(func() actor.Actor { return s }))
	}
	m := new(message)
	b.ResetTimer()
	for range b.N {
		system.Root.Send(next, m)
	}
	<-done
}
