package remote

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/zeroactor/zmq/patterns"
)

// A part of a pipeline that comes when all is over must be told, or it waits for somebody who has been and
// gone, and those behind it wait for it. Who could tell it what it waits for is gone; but who takes what it gives knows:
// if another one of its kind has ended because there was no more, then there is no more for it either. That end
// says so in the handshake, of the streams that the edge joins, to those that come from then on. A part
// that does not meet the one before it looks there, now and then.

// overProperty is the property of the handshake: the streams that are over, by their numbers, parted by spaces.
const overProperty = "X-Edge-Over"

// overs are the streams of an edge that are over, as far as its end that takes knows.
type overs []int

// add adds a stream, and returns whether it is new.
func (o *overs) add(stream int) bool {
	if slices.Contains(*o, stream) {
		return false
	}
	*o = append(*o, stream)
	return true
}

func (o overs) String() string {
	var b strings.Builder
	for i, stream := range o {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.Itoa(stream))
	}
	return b.String()
}

// An exit is an end that gives and connects, by which this part's results leave it.
type exit struct {
	*crossing
	stream int // its number among those that the edge joins
}

// isOver asks the other side, by a connection of its own, whether the exit's stream is over. It is
// false if nobody answers soon.
func (x exit) isOver(ctx context.Context) bool {
	s, err := x.newSender()
	if err != nil {
		return false
	}
	s.SetLinger(0)
	defer s.CloseNow()
	within, cancel := context.WithTimeout(ctx, x.site.quiet()/signsPerQuiet)
	defer cancel()
	events := s.Monitor(within)
	if s.Connect(x.endpoint()) != nil {
		return false
	}
	for e := range events {
		if e.Kind == patterns.HandshakeSucceeded {
			v, _ := e.Peer.Property(overProperty)
			return slices.Contains(strings.Fields(string(v)), strconv.Itoa(x.stream))
		}
	}
	return false
}

// A lateness is how an end that takes, and has not met the other side, finds out that it never will. The zero
// lateness is ready.
type lateness struct {
	next time.Time // when to look; zero: not yet known
}

// look reports, now and then, whether the part that the site plays has come too late.
func (l *lateness) look(ctx context.Context, site *Site) bool {
	switch now := time.Now(); {
	case l.next.IsZero():
		l.next = now.Add(glance)
		return false
	case now.Before(l.next):
		return false
	}
	over := slices.ContainsFunc(site.exits, func(x exit) bool { return x.isOver(ctx) })
	l.next = time.Now().Add(site.quiet() / signsPerQuiet)
	return over
}
