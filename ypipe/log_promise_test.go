//go:build !ypipemodel

package ypipe

import (
	"bytes"
	"fmt"
	"testing"
)

// TestPromise: a promised body is no part of the spans, and is accounted for as any other. It
// is consumed with the rest of its message, or redeemed and then read.
func TestPromise(t *testing.T) {
	for _, written := range []string{"whole", "in part", "not, and discarded", "not, and read"} {
		for frames := 1; frames <= 2; frames++ {
			t.Run(fmt.Sprint(written, frames), func(t *testing.T) {
				l := newTestLog(2)
				l.SetByteHWM(1 << 20)
				l.send([]byte("earlier"))
				l.drain()
				if !l.Drained() {
					t.Fatal("there is something")
				}
				lent := bytes.Repeat([]byte("lent"), inlineMax)
				if frames == 2 {
					l.Append(FlagMore, []byte("id"))
				}
				l.Promise(len(lent))
				l.EndMessage()
				l.Flush()
				head := l.weigh() - int64(len(lent)) - 9
				l.send([]byte("later"))
				if !l.Full() || head != 9+4*int64(frames-1) {
					t.Errorf("full %v, %d bytes before the body", l.Full(), head)
				}
				<-l.readable
				spans, n := l.Spans(nil, 1)
				if len(spans) != 2 || spans[1] != nil || n != len(spans[0]) || n != 9+4*(frames-1) {
					t.Fatalf("spans %q of %d bytes", spans, n)
				}
				switch written {
				case "whole":
					l.Commit()
				case "in part":
					l.Redeem(lent)
					if l.CommitTo(n+len(lent)-1) != 0 {
						t.Error("a part is committed")
					}
					copied := bytes.Clone(lent)
					clear(lent)
					spans, n = l.Spans(nil, 1)
					if len(spans) != 2 || !bytes.Equal(spans[1], copied) || l.CommitTo(n) != n {
						t.Error("it is not there as it was sent")
					}
				case "not, and discarded":
					l.Redeem(lent)
					if l.Discard() != 2 {
						t.Error("two messages were there")
					}
				case "not, and read":
					l.Redeem(lent)
					for range frames - 1 {
						l.Next()
					}
					if flags, body, ok := l.Next(); !ok || flags != 0 || !bytes.Equal(body, lent) {
						t.Error("it is not there as it was sent")
					}
				}
				if written != "not, and discarded" {
					if _, body, ok := l.Next(); !ok || string(body) != "later" {
						t.Errorf("then comes %.20q, %v", body, ok)
					}
				}
				if l.drain() != 0 || l.Full() {
					t.Error("it is not empty")
				}
			})
		}
	}
}
