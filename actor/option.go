package actor

import (
	"fmt"

	"github.com/zeroactor/zmq/mailbox"
)

// DefaultHWM is the high-water mark, in messages, of an actor that names none. It
// is that of sockets.
const DefaultHWM = 1000

// A Policy says what becomes of a message for a mailbox that is full.
type Policy uint8

const (
	Wait       Policy = iota // Send waits until the mailbox has drained to its low-water mark: the default
	Fail                     // Send returns ErrFull
	DropOldest               // the oldest message in the mailbox makes room, as a dead letter
	DropNewest               // the message itself becomes a dead letter
)

func (p Policy) String() string {
	switch p {
	case Wait:
		return "wait"
	case Fail:
		return "fail"
	case DropOldest:
		return "drop oldest"
	case DropNewest:
		return "drop newest"
	}
	return fmt.Sprintf("Policy(%d)", uint8(p))
}

// options are those of one actor, or of all that were started without any.
type options struct {
	mailbox.Limits
	lwmSet  bool
	policy  Policy
	restart Restart
	err     error // the first option that makes no sense
}

// An Option changes how an actor is run. See [Start].
type Option func(*options)

func (o *options) refuse(format string, args ...any) {
	if o.err == nil {
		o.err = fmt.Errorf("%w: "+format, append([]any{ErrSpec}, args...)...)
	}
}

// HWM sets how many messages may wait in the mailbox, without the one that is
// being handled; at least 1, and at most [mailbox.MaxHWM], for which more is taken. Of these, up to a
// quarter may have been handled already, as room is told of in steps. The room is made as it is needed: it takes
// memory only where so many have waited.
func HWM(messages int) Option {
	return func(o *options) {
		if messages < 1 {
			o.refuse("a high-water mark of %d", messages)
		}
		o.HWM = min(messages, mailbox.MaxHWM)
	}
}

// LWM sets how many messages are left in the mailbox when senders that wait for
// room go on: at least 0, and less than the high-water mark. The default is half
// of that.
func LWM(messages int) Option {
	return func(o *options) {
		if messages < 0 {
			o.refuse("a low-water mark of %d", messages)
		}
		o.LWM = messages
		o.lwmSet = true
	}
}

// OnFull sets what becomes of a message for a full mailbox.
func OnFull(p Policy) Option {
	return func(o *options) {
		if p > DropNewest {
			o.refuse("unknown %v", p)
		}
		o.policy = p
		o.Single = p == DropOldest
	}
}

// Restarts sets after which ends the actor is built anew. The default is
// [Transient]. A [Permanent] one is also after [ErrDone].
func Restarts(r Restart) Option {
	return func(o *options) {
		if r > Permanent {
			o.refuse("unknown %v", r)
		}
		o.restart = r
	}
}

func defaultOptions() *options {
	return &options{Limits: mailbox.Limits{HWM: DefaultHWM, LWM: DefaultHWM / 2}, restart: Transient}
}

// with returns o changed by opts.
func (o *options) with(opts []Option) (*options, error) {
	if len(opts) == 0 {
		return o, nil
	}
	changed := *o
	for _, option := range opts {
		if option == nil {
			changed.refuse("a nil Option")
			continue
		}
		option(&changed)
	}
	switch {
	case !changed.lwmSet:
		changed.LWM = changed.HWM / 2
	case changed.err == nil && changed.LWM >= changed.HWM:
		changed.refuse("a low-water mark of %d with a high-water mark of %d", changed.LWM, changed.HWM)
	}
	return &changed, changed.err
}
