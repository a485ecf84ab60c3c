package actortop

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/zeroactor/zmq/actor"
)

// A row is a node, or one of its pipes, as it is shown.
type row struct {
	text string
	full bool // its mailbox is, or the pipe
	idle bool // nothing has gone through it since the last look, and nothing waits
}

// A look is what was seen at one time.
type look struct {
	at        time.Time
	mailboxes map[string]*actor.MailboxSnapshot // by path
	pipes     map[string]*actor.PipeSnapshot    // likewise
	nodes     int                               // those of the rows that are
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
	l := &look{at: at, mailboxes: make(map[string]*actor.MailboxSnapshot), pipes: make(map[string]*actor.PipeSnapshot)}
	l.add(s, s.Name, 0, before)
	return l
}

// maxIndent is the depth from which rows are indented no further.
const maxIndent = 12

func (l *look) add(s *actor.Snapshot, path string, depth int, before *look) {
	indent := strings.Repeat("  ", min(depth, maxIndent))
	r := row{text: fmt.Sprintf(columns, fit(indent+s.Name, 40), fit(s.Activity, 22), "", "", "", "", "", count(s.Restarts), count(s.Failures), count(s.Lost))}
	if m := s.Mailbox; m != nil {
		var then *actor.MailboxSnapshot
		in, taken := "", ""
		if before != nil {
			if then = before.mailboxes[path]; then != nil {
				seconds := l.at.Sub(before.at).Seconds()
				in, taken = rate(m.In-then.In, seconds), rate(m.Taken-then.Taken, seconds)
			}
		}
		l.mailboxes[path] = m
		r.full = m.Full
		r.idle = m.Depth() == 0 && !m.Working && then != nil && then.In == m.In
		r.text = fmt.Sprintf(columns, fit(indent+s.Name, 40), fit(s.Activity, 22), in, taken, waiting(m.Depth(), m.HWM), age(m.Age),
			fmt.Sprintf("%.0f%%", 100*m.Load(then)), count(s.Restarts), count(m.Failures), count(m.Lost))
	}
	l.nodes++
	l.append(r)
	seen := make(map[string]int) // names need not be unique
	for i := range s.Pipes {
		p := &s.Pipes[i]
		l.addPipe(p, fmt.Sprintf("%s|%s#%d", path, p.Name, seen[p.Name]), indent, before)
		seen[p.Name]++
	}
	clear(seen)
	for i := range s.Children {
		c := &s.Children[i]
		l.add(c, fmt.Sprintf("%s/%s#%d", path, c.Name, seen[c.Name]), depth+1, before)
		seen[c.Name]++
	}
	if s.Omitted > 0 {
		l.nodes++
		l.rows = append(l.rows, row{text: fmt.Sprintf("  %s  … %d more", indent, s.Omitted)})
	}
}

// addPipe adds the row of a pipe.
func (l *look) addPipe(p *actor.PipeSnapshot, path, indent string, before *look) {
	r := row{full: p.Full}
	in, taken, doing := "", "", "pipe"
	if before != nil {
		if then := before.pipes[path]; then != nil {
			seconds := l.at.Sub(before.at).Seconds()
			in, taken = rate(p.In-then.In, seconds), rate(p.Taken-then.Taken, seconds)
			r.idle = p.Depth() == 0 && then.In == p.In
		}
	}
	l.pipes[path] = p
	if p.Waited > 0 {
		doing = fmt.Sprintf("held up %d times", p.Waited)
	}
	r.text = fmt.Sprintf(columns, fit(indent+"  ↤ "+p.Name, 40), fit(doing, 22), in, taken, waiting(p.Depth(), p.HWM), age(p.Age), "", "", "", "")
	l.append(r)
}

// append adds a row, marked if somebody is held up by it.
func (l *look) append(r row) {
	if r.full {
		r.text = "!" + r.text[1:]
	}
	l.rows = append(l.rows, r)
}

// age is for how long messages wait.
func age(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return d.Round(100 * time.Millisecond).String()
}

// waiting draws how full a mailbox or a pipe is. One without a limit is never full.
func waiting(depth int64, hwm int) string {
	const cells = 8
	if hwm <= 0 {
		return fmt.Sprint(depth, " ", strings.Repeat(" ", cells))
	}
	filled := int(min(max((depth*cells+int64(hwm)-1)/int64(hwm), 0), cells))
	return fmt.Sprintf("%d/%d %s%s", depth, hwm, strings.Repeat("█", filled), strings.Repeat("░", cells-filled))
}

func rate(n int64, seconds float64) string {
	if seconds <= 0 {
		return ""
	}
	return fmt.Sprintf("%.0f", float64(max(n, 0))/seconds)
}

func count[N int | int64](n N) string {
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
