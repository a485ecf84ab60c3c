package actor

import (
	"fmt"
	"log/slog"
	"runtime/debug"
)

// A Reason says why a message was not handled.
type Reason uint8

const (
	Unhandled    Reason = iota + 1 // the actor failed while it handled the message
	Stopped                        // the actor ended while the message waited
	Killed                         // the actor was killed while the message waited
	DroppedOld                     // it had to make room for a newer one
	DroppedNew                     // there was no room for it
	NobodyWaited                   // the answer came when the question had been given up
)

var reasons = [...]string{"?", "unhandled", "stopped", "killed", "dropped as the oldest", "dropped as the newest", "nobody waited"}

func (r Reason) String() string {
	if int(r) < len(reasons) {
		return reasons[r]
	}
	return fmt.Sprintf("Reason(%d)", uint8(r))
}

// A DeadLetter is a message that was accepted for an actor, so that its sender
// knows of no error, and was not handled.
type DeadLetter struct {
	To      string // the path of the actor; for an answer, of who was asked, behind "who asked "
	Message any    // as it was sent, of type M; it is the receiver's now
	Reason  Reason
	Err     error // what the actor failed or ended with, if it did
}

// dead hands a letter to the system's function.
func (y *system) dead(letter DeadLetter) {
	y.mu.Lock()
	y.letters++
	n := y.letters
	y.mu.Unlock()
	if y.cfg.DeadLetters == nil {
		if n&(n-1) == 0 {
			y.log().Warn("actor: dead letter", "to", letter.To, "reason", letter.Reason.String(), "err", letter.Err, "soFar", n)
		}
		return
	}
	defer func() {
		if v := recover(); v != nil {
			y.report(letter.To, &PanicError{Value: v, Stack: debug.Stack()})
		}
	}()
	y.cfg.DeadLetters(letter)
}

// report tells the system's owner of a failure.
func (y *system) report(path string, err error) {
	if y.cfg.OnFailure == nil {
		y.log().Error("actor: failure", "actor", path, "err", err)
		return
	}
	defer func() { _ = recover() }()
	y.cfg.OnFailure(path, err)
}

func (y *system) log() *slog.Logger {
	if y.cfg.Logger != nil {
		return y.cfg.Logger
	}
	return slog.Default()
}
