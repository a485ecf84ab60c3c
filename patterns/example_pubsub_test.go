package patterns_test

import (
	"context"
	"fmt"
	"log"

	"github.com/zeroactor/zmq/patterns"
)

// A subscriber that comes late has missed what was sent before. The publisher
// can wait for it, and tell it that it is connected.
func ExamplePub() {
	ctx := context.Background()
	pub, err := patterns.NewPub(patterns.WelcomeMessage([]byte("welcome")))
	if err != nil {
		log.Fatal(err)
	}
	defer pub.Close()
	ep, err := pub.Bind("tcp://127.0.0.1:*")
	if err != nil {
		log.Fatal(err)
	}
	sub, err := patterns.NewSub(patterns.Subscribe("weather."), patterns.Subscribe("welcome"))
	if err != nil {
		log.Fatal(err)
	}
	defer sub.Close()
	if err := sub.Connect(ep.String()); err != nil {
		log.Fatal(err)
	}
	for pub.Topics() < 2 { // nobody listens yet
		if err := pub.SendBytes(ctx, []byte("sports."), []byte("1:0")); err != nil {
			log.Fatal(err)
		}
	}
	if err := pub.SendBytes(ctx, []byte("weather.berlin"), []byte("rain")); err != nil {
		log.Fatal(err)
	}
	for range 2 {
		m, err := sub.Recv(ctx)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s\n", m.Frame(0))
	}
	// Output:
	// welcome
	// weather.berlin
}

func ExampleSub() {
	ctx := context.Background()
	pub, err := patterns.NewXPub()
	if err != nil {
		log.Fatal(err)
	}
	defer pub.Close()
	if _, err := pub.Bind("inproc://example-sub"); err != nil {
		log.Fatal(err)
	}
	sub, err := patterns.NewSub(patterns.Subscribe("weather."))
	if err != nil {
		log.Fatal(err)
	}
	defer sub.Close()
	if err := sub.Connect("inproc://example-sub"); err != nil {
		log.Fatal(err)
	}
	if _, err := pub.Recv(ctx); err != nil { // the subscription has come
		log.Fatal(err)
	}
	for _, topic := range []string{"sports.", "weather.", "weather.berlin"} {
		if err := pub.SendBytes(ctx, []byte(topic), []byte("news")); err != nil {
			log.Fatal(err)
		}
	}
	for range 2 {
		m, err := sub.Recv(ctx)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s %s\n", m.Frame(0), m.Frame(1))
	}
	// Output:
	// weather. news
	// weather.berlin news
}

// An XPUB can keep the last value of each topic for those who come late.
func ExampleXPub() {
	ctx := context.Background()
	pub, err := patterns.NewXPub(patterns.XPubManualLastValue(true))
	if err != nil {
		log.Fatal(err)
	}
	defer pub.Close()
	if _, err := pub.Bind("inproc://example-xpub"); err != nil {
		log.Fatal(err)
	}
	cache := map[string]string{"weather": "rain", "sports": "1:0"}

	sub, err := patterns.NewSub(patterns.Subscribe("weather"))
	if err != nil {
		log.Fatal(err)
	}
	defer sub.Close()
	if err := sub.Connect("inproc://example-xpub"); err != nil {
		log.Fatal(err)
	}
	m, err := pub.Recv(ctx)
	if err != nil {
		log.Fatal(err)
	}
	if topic := string(m.Frame(0)[1:]); m.Frame(0)[0] == 1 { // a subscription
		if err := pub.Subscribe(topic); err != nil {
			log.Fatal(err)
		}
		if err := pub.SendBytes(ctx, []byte(topic), []byte(cache[topic])); err != nil { // for the newcomer alone
			log.Fatal(err)
		}
	}
	if m, err = sub.Recv(ctx); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: %s\n", m.Frame(0), m.Frame(1))
	// Output: weather: rain
}

// An XSUB and an XPUB are the two sides of a forwarder: subscriptions go one
// way, messages the other.
func ExampleXSub() {
	ctx := context.Background()
	xsub, err := patterns.NewXSub()
	if err != nil {
		log.Fatal(err)
	}
	defer xsub.Close()
	xpub, err := patterns.NewXPub()
	if err != nil {
		log.Fatal(err)
	}
	defer xpub.Close()
	pub, err := patterns.NewPub()
	if err != nil {
		log.Fatal(err)
	}
	defer pub.Close()
	sub, err := patterns.NewSub(patterns.Subscribe("a"))
	if err != nil {
		log.Fatal(err)
	}
	defer sub.Close()

	if _, err := xsub.Bind("inproc://example-publishers"); err != nil {
		log.Fatal(err)
	}
	if _, err := xpub.Bind("inproc://example-subscribers"); err != nil {
		log.Fatal(err)
	}
	if err := pub.Connect("inproc://example-publishers"); err != nil {
		log.Fatal(err)
	}
	if err := sub.Connect("inproc://example-subscribers"); err != nil {
		log.Fatal(err)
	}
	subscription, err := xpub.Recv(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("subscription: %q\n", subscription.Frame(0))
	if err := xsub.Send(ctx, subscription); err != nil {
		log.Fatal(err)
	}
	if err := pub.SendBytes(ctx, []byte("a message")); err != nil {
		log.Fatal(err)
	}
	message, err := xsub.Recv(ctx)
	if err != nil {
		log.Fatal(err)
	}
	if err := xpub.Send(ctx, message); err != nil {
		log.Fatal(err)
	}
	m, err := sub.Recv(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", m.Frame(0))
	// Output:
	// subscription: "\x01a"
	// a message
}
