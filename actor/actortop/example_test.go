package actortop_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/actor/actortop"
)

// The actors of this process, until somebody presses q: here it is pressed at once.
func ExampleRun() {
	err := actor.Run(context.Background(), actor.Config{}, func(ctx context.Context, s *actor.Supervisor) error {
		return actortop.Run(ctx, actortop.Node(s.Node()), actortop.Options{
			Period: 100 * time.Millisecond,
			Input:  strings.NewReader("q"),
			Output: io.Discard,
		})
	})
	fmt.Println(err)
	// Output: <nil>
}
