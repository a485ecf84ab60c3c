package actor_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/zeroactor/zmq/actor"
)

// The messages of an account: a type for each, and an interface for all.
type (
	accountMsg interface{ isAccountMsg() }
	deposit    struct{ amount int }
	balance    struct{ reply actor.ReplyTo[int] }
)

func (deposit) isAccountMsg() {}
func (balance) isAccountMsg() {}

// account is an actor: its state needs no lock.
type account struct{ total int }

func (a *account) Receive(_ context.Context, m accountMsg) error {
	switch m := m.(type) {
	case deposit:
		a.total += m.amount
	case balance:
		return m.reply.Send(a.total)
	}
	return nil
}

// An account that is told of deposits and asked for its balance.
func ExampleStart() {
	err := actor.Run(context.Background(), actor.Config{}, func(ctx context.Context, s *actor.Supervisor) error {
		a, err := actor.Start(s, "account", func(actor.Ref[accountMsg]) actor.Actor[accountMsg] { return new(account) })
		if err != nil {
			return err
		}
		for _, amount := range []int{100, 20, -50} {
			if err := a.Send(ctx, deposit{amount}); err != nil {
				return err
			}
		}
		total, err := actor.Ask(ctx, a, func(r actor.ReplyTo[int]) accountMsg { return balance{r} })
		fmt.Println(a, "has", total)
		return err
	})
	fmt.Println(err)
	// Output:
	// /actors/account has 70
	// <nil>
}

// An actor that fails is built anew, and goes on with the next message.
func ExampleFunc() {
	cfg := actor.Config{
		OnFailure:   func(path string, err error) { fmt.Println(path, "failed:", err) },
		DeadLetters: func(l actor.DeadLetter) { fmt.Println("dead letter:", l.Message, l.Reason) },
	}
	var asked error
	err := actor.Run(context.Background(), cfg, func(ctx context.Context, s *actor.Supervisor) error {
		divider, err := actor.Start(s, "divider", func(actor.Ref[int]) actor.Actor[int] {
			return actor.Func[int](func(_ context.Context, n int) error {
				fmt.Println(100 / n)
				return nil
			})
		})
		if err != nil {
			return err
		}
		for _, n := range []int{50, 0, 25} {
			if err := divider.Send(ctx, n); err != nil {
				return err
			}
		}
		_, asked = actor.Ask(ctx, divider, func(actor.ReplyTo[int]) int { return 0 })
		return nil
	})
	fmt.Println(asked)
	fmt.Println(err)
	// Output:
	// 2
	// dead letter: 0 unhandled
	// /actors/divider failed: actor: panic: runtime error: integer divide by zero
	// 4
	// dead letter: 0 unhandled
	// /actors/divider failed: actor: panic: runtime error: integer divide by zero
	// ask /actors/divider: it failed: actor: panic: runtime error: integer divide by zero
	// <nil>
}

// A full mailbox: what is to become of a message is the actor's choice.
func ExampleOnFull() {
	err := actor.Run(context.Background(), actor.Config{}, func(ctx context.Context, s *actor.Supervisor) error {
		begun, goOn := make(chan struct{}), make(chan struct{})
		slow, err := actor.Start(s, "slow", func(actor.Ref[int]) actor.Actor[int] {
			return actor.Func[int](func(_ context.Context, n int) error {
				if n == 1 {
					close(begun)
				}
				<-goOn
				return nil
			})
		}, actor.HWM(2), actor.OnFull(actor.Fail))
		if err != nil {
			return err
		}
		fmt.Println(slow.Send(ctx, 1))
		<-begun // it has the first one in its hand, and room for two
		for n := range 3 {
			fmt.Println(slow.Send(ctx, n+2))
		}
		fmt.Println(errors.Is(slow.TrySend(5), actor.ErrFull))
		close(goOn)
		return nil
	})
	fmt.Println(err)
	// Output:
	// <nil>
	// <nil>
	// <nil>
	// send to /actors/slow: actor: mailbox is full
	// true
	// <nil>
}

// One template, many instances: a supervisor starts as many actors as are needed by one
// function, named or not. Each is restarted by itself, and temporary ones are not.
func ExampleStart_many() {
	err := actor.Run(context.Background(), actor.Config{}, func(ctx context.Context, s *actor.Supervisor) error {
		sessions, err := actor.Supervise(s, "sessions", actor.Supervision{Strategy: actor.OneForOne})
		if err != nil {
			return err
		}
		session := func(actor.Ref[actor.ReplyTo[string]]) actor.Actor[actor.ReplyTo[string]] {
			return actor.Func[actor.ReplyTo[string]](func(_ context.Context, r actor.ReplyTo[string]) error { return r.Send("here") })
		}
		for _, user := range []string{"ada", "bob", ""} {
			if _, err := actor.Start(sessions, user, session, actor.Restarts(actor.Temporary)); err != nil {
				return err
			}
		}
		for c := range sessions.Node().Children() {
			fmt.Println(c.Path())
		}
		bob, err := actor.Lookup[actor.ReplyTo[string]](s, "sessions/bob")
		if err != nil {
			return err
		}
		answer, err := actor.Ask(ctx, bob, func(r actor.ReplyTo[string]) actor.ReplyTo[string] { return r })
		fmt.Println("bob is", answer)
		return err
	})
	fmt.Println(err)
	// Output:
	// /actors/sessions/ada
	// /actors/sessions/bob
	// /actors/sessions/~1
	// bob is here
	// <nil>
}
