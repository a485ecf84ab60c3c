package actortop

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/zeroactor/zmq/actor"
)

// A row is a node as it is shown.
type row struct {
	text string
	full bool // its mailbox is
	idle bool // nothing has gone through it since the last look, and nothing waits
}

// A look is what was seen at one time.
type look struct {
	at        time.Time
	mailboxes map[string]*actor.MailboxSnapshot // by path
	rows      []row
}

// columns are the heading of all rows.
const columns = "  %-40s %-22s %9s %9s %22s %8s %5s %8s %8s %6s"

// heading is that.
func heading() string {
	return fmt.Sprintf(columns, "actor", "doing", "in/s", "taken/s", "waiting", "oldest", "busy", "restarts", "failures", "lost")
}

// newLook turns a snapshot into rows, with the rates since the look before, if there was one.
func newLook(at time.Time, s *actor.Snapshot, before *look) *look {
	l := &look{at: at, mailboxes: make(map[string]*actor.MailboxSnapshot)}
	l.add(s, s.Name, 0, before)
	return l
}

// maxIndent is the depth from which rows are indented no further.
const maxIndent = 12

func (l *look) add(s *actor.Snapshot, path string, depth int, before *look) {
	indent := strings.Repeat("  ", min(depth, maxIndent))
	r := row{text: fmt.Sprintf(columns, fit(indent+s.Name, 40), fit(s.Activity, 22), "", "", "", "", "", count(s.Restarts), "", "")}
	if m := s.Mailbox; m != nil {
		var then *actor.MailboxSnapshot
		seconds := 0.0
		if before != nil {
			then, seconds = before.mailboxes[path], l.at.Sub(before.at).Seconds()
		}
		l.mailboxes[path] = m
		r.full = m.Full
		r.idle = m.Depth() == 0 && !m.Working && then != nil && then.In == m.In
		in, taken := "", ""
		if then != nil && seconds > 0 {
			in, taken = rate(m.In-then.In, seconds), rate(m.Taken-then.Taken, seconds)
		}
		age := ""
		if m.Age > 0 {
			age = m.Age.Round(100 * time.Millisecond).String()
		}
		r.text = fmt.Sprintf(columns, fit(indent+s.Name, 40), fit(s.Activity, 22), in, taken, waiting(m), age,
			fmt.Sprintf("%.0f%%", 100*m.Load(then)), count(s.Restarts), count(m.Failures), count(m.Lost))
	}
	if r.full {
		r.text = "!" + r.text[1:]
	}
	l.rows = append(l.rows, r)
	seen := make(map[string]int) // names need not be unique
	for i := range s.Children {
		c := &s.Children[i]
		l.add(c, fmt.Sprintf("%s/%s#%d", path, c.Name, seen[c.Name]), depth+1, before)
		seen[c.Name]++
	}
	if s.Omitted > 0 {
		l.rows = append(l.rows, row{text: fmt.Sprintf("  %s  … %d more", indent, s.Omitted)})
	}
}

// waiting draws how full a mailbox is.
func waiting(m *actor.MailboxSnapshot) string {
	const cells = 8
	filled := 0
	if m.HWM > 0 {
		filled = int(min(max((m.Depth()*cells+int64(m.HWM)-1)/int64(m.HWM), 0), cells))
	}
	return fmt.Sprintf("%d/%d %s%s", m.Depth(), m.HWM, strings.Repeat("█", filled), strings.Repeat("░", cells-filled))
}

func rate(n int64, seconds float64) string { return fmt.Sprintf("%.0f", float64(max(n, 0))/seconds) }

func count(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// fit cuts a text to so many runes. What a terminal would obey is shown as what it is not.
func fit(text string, runes int) string {
	clean := []rune(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text))
	if len(clean) > runes {
		return string(clean[:runes-1]) + "…"
	}
	return string(clean)
}
