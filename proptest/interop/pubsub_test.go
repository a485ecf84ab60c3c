//go:build unix

package interop

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// topicSizes are at the limits of what older and newer forms of a subscription
// can say: its length in one byte, with and without the byte before the topic.
var topicSizes = []int{1, 7, 253, 254, 255, 256, 257, 1000, 70000}

// brokenTopic reports whether libzmq 4.3.4 writes the subscription to a topic of
// that size in a way that nobody can read: it says that a length in one byte
// follows, since the topic is short, and gives it in eight, since the command
// is long. The sizes are up to 255, the longest that the flag thinks short.
func brokenTopic(size int) bool { return size+len("\x09SUBSCRIBE") > 255 && size <= 255 }

// newTopics makes a publisher that tells of subscriptions, and a subscriber.
func newTopics(t testing.TB, p *peer, transport string, oursPublishes bool) (publisher, subscriber end) {
	t.Helper()
	publisher = side{typ: "XPUB"}.newEnd(t, p, oursPublishes)
	if oursPublishes {
		// A SUB of libzmq loses subscriptions that do not fit into its queue.
		subscriber = newTheirs(t, p, "SUB", options{"SNDHWM": 0})
	} else {
		subscriber = newOurs(t, "SUB")
	}
	join(t, publisher, subscriber, transport)
	return publisher, subscriber
}

// eachWay runs a test over both transports, with the publisher ours and theirs.
func eachWay(t *testing.T, test func(t *testing.T, p *peer, transport string, oursPublishes bool)) {
	peer := startPeer(t)
	for _, transport := range transports {
		for _, oursPublishes := range []bool{true, false} {
			name := transport + "/our=SUB"
			if oursPublishes {
				name = transport + "/our=XPUB"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t, peer, transport, oursPublishes)
			})
		}
	}
}

// TestSubscriptions subscribes to topics of all sizes, and ends that: the
// publisher is told, and sends what matches and nothing else.
func TestSubscriptions(t *testing.T) {
	eachWay(t, func(t *testing.T, p *peer, transport string, oursPublishes bool) {
		publisher, subscriber := newTopics(t, p, transport, oursPublishes)
		subscriber.subscribe("end")
		expect(t, publisher.recv(), texts("\x01end"))
		for i, size := range topicSizes {
			if oursPublishes && brokenTopic(size) {
				continue
			}
			topic := strings.Repeat(string(rune('A'+i)), size)
			subscriber.subscribe(topic)
			expect(t, publisher.recv(), texts("\x01"+topic))
			publisher.send(texts(topic[1:]+"other", "no"))
			publisher.send(texts(topic, "exactly"))
			publisher.send(texts(topic+"and more", "longer"))
			expect(t, subscriber.recv(), texts(topic, "exactly"))
			expect(t, subscriber.recv(), texts(topic+"and more", "longer"))
			subscriber.unsubscribe(topic)
			expect(t, publisher.recv(), texts("\x00"+topic))
			publisher.send(texts(topic, "no more"))
			publisher.send(texts("end", "of round"))
			expect(t, subscriber.recv(), texts("end", "of round"))
		}
	})
}

// TestSubscribeToEverything subscribes to the empty prefix, once more than it
// unsubscribes.
func TestSubscribeToEverything(t *testing.T) {
	eachWay(t, func(t *testing.T, p *peer, transport string, oursPublishes bool) {
		publisher, subscriber := newTopics(t, p, transport, oursPublishes)
		subscriber.subscribe("")
		expect(t, publisher.recv(), texts("\x01"))
		subscriber.subscribe("", "x")
		expect(t, publisher.recv(), texts("\x01x"))
		subscriber.unsubscribe("", "x")
		expect(t, publisher.recv(), texts("\x00x"))
		for _, m := range []message{texts(""), texts("x"), texts("y", "z")} {
			publisher.send(m)
			expect(t, subscriber.recv(), m)
		}
		subscriber.unsubscribe("")
		expect(t, publisher.recv(), texts("\x00"))
		subscriber.subscribe("end")
		expect(t, publisher.recv(), texts("\x01end"))
		publisher.send(texts("lost"))
		publisher.send(texts("end"))
		expect(t, subscriber.recv(), texts("end"))
	})
}

// TestThousandsOfTopics subscribes to some before the connection is there, and
// to the others after that.
func TestThousandsOfTopics(t *testing.T) {
	eachWay(t, func(t *testing.T, p *peer, transport string, oursPublishes bool) {
		const topics, every = 4000, 40
		topic := func(i int) string { return fmt.Sprintf("%05d.topic.", i) }
		publisher := side{typ: "PUB"}.newEnd(t, p, oursPublishes)
		var subscriber end
		if oursPublishes {
			subscriber = newTheirs(t, p, "SUB", options{"SNDHWM": 0})
		} else {
			subscriber = newOurs(t, "SUB")
		}
		var all []string
		for i := range topics {
			all = append(all, topic(i))
		}
		subscriber.subscribe(all[:topics/2]...)
		join(t, publisher, subscriber, transport)
		subscriber.subscribe(all[topics/2:]...)
		subscriber.subscribe("ready")
		settle(t, publisher, subscriber, "ready")
		for i := 0; i < topics; i += every {
			publisher.send(texts(topic(topics+i), "nobody's"))
			publisher.send(texts(topic(i)+"sub", fmt.Sprint(i)))
		}
		for i := 0; i < topics; i += every {
			expect(t, subscriber.recv(), texts(topic(i)+"sub", fmt.Sprint(i)))
		}
		subscriber.unsubscribe(all[1:]...)
		subscriber.subscribe("done")
		settle(t, publisher, subscriber, "done")
		for i := every; i < topics; i += every {
			publisher.send(texts(topic(i), "no more"))
		}
		publisher.send(texts(topic(0), "still"))
		expect(t, subscriber.recv(), texts(topic(0), "still"))
	})
}

// TestMessagesToPublishers sends, from XSUB to XPUB, what is no subscription.
func TestMessagesToPublishers(t *testing.T) {
	eachWay(t, func(t *testing.T, p *peer, transport string, oursPublishes bool) {
		publisher := side{typ: "XPUB"}.newEnd(t, p, oursPublishes)
		subscriber := side{typ: "XSUB"}.newEnd(t, p, !oursPublishes)
		join(t, publisher, subscriber, transport)
		subscriber.subscribe("topic")
		expect(t, publisher.recv(), texts("\x01topic"))
		for _, m := range []message{texts("up"), texts("\x02"), {patterned(300, 5)}} {
			subscriber.send(m)
			expect(t, publisher.recv(), m)
		}
	})
}

// TestBrokenSubscription has libzmq write a subscription that nobody can read.
// The connection ends and says why, and no other one notices.
func TestBrokenSubscription(t *testing.T) {
	peer := startPeer(t)
	publisher := newOurs(t, "XPUB")
	bystander, subscriber := newTheirs(t, peer, "SUB", nil), newTheirs(t, peer, "SUB", options{"RECONNECT_IVL": -1})
	bystander.connect(join(t, publisher, subscriber, "tcp"))
	bystander.subscribe("fine")
	expect(t, publisher.recv(), texts("\x01fine"))
	subscriber.subscribe(strings.Repeat("x", 255))
	ev := publisher.event(patterns.Disconnected)
	if _, ok := errors.AsType[*zmq.ProtocolError](ev.Err); !ok {
		t.Errorf("disconnected because of %v", ev.Err)
	}
	publisher.send(texts("fine", "still"))
	expect(t, bystander.recv(), texts("fine", "still"))
}
