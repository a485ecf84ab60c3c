package actorhttp_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/actor/actorhttp"
)

func ExampleHandler() {
	err := actor.Run(context.Background(), actor.Config{Name: "shop"}, func(_ context.Context, s *actor.Supervisor) error {
		_, err := actor.Start(s, "till", func(actor.Ref[int]) actor.Actor[int] {
			return actor.Func[int](func(context.Context, int) error { return nil })
		})
		if err != nil {
			return err
		}
		http.Handle("/debug/actors", actorhttp.Handler(s.Node()))
		w := httptest.NewRecorder() // in place of a server
		http.DefaultServeMux.ServeHTTP(w, httptest.NewRequest("GET", "/debug/actors?format=text", nil))
		fmt.Print(w.Body)
		return nil
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// shop passive
	//   till actor
}
