package main

import (
	"regexp"
	"strings"
)

// A verdict is what has caught a mutant; the zero value is nothing.
type verdict struct {
	property string
	over     string // the pattern and the transport, or what else is known of where
	after    string // how much was played by then
}

// survives is the property of what no property catches.
const survives = "SURVIVES"

func (v verdict) String() string {
	s := v.property
	if v.over != "" {
		s += ": " + v.over
	}
	if v.after != "" {
		s += ", after " + v.after
	}
	return s
}

var (
	history  = regexp.MustCompile(`(\w+(?: through a proxy)?) over (\w+), seed (-?\d+), after (\d+) histories: ([^:\n]+)`)
	minimal  = regexp.MustCompile(`--- FAIL: TestMinimalHistories(?:InOrders)?/([^/\n]+)/\w+ `)
	property = regexp.MustCompile(`property "([^"]+)"`)
	inOrder  = regexp.MustCompile(`go test ./proptest .*-order=(\d+)`)
	named    = regexp.MustCompile(`--- FAIL: TestProperties/(\w+)/(\S+)`)
	fatal    = regexp.MustCompile(`(?m)^(?:panic|fatal error): (.*)`)
	begun    = regexp.MustCompile(`(?m)^=== RUN +\w+/(\S+)$`)
	played   = regexp.MustCompile(`(?m)^(\d+) histories of (\w+) over (\w+)$`)
	failed   = regexp.MustCompile(`(?m)^--- FAIL: (\S+)`)
)

// explain says what tests that have failed, with this output, have caught. hang says how
// they hang, if they do.
func explain(out, hang string) verdict {
	where, after := lastBegun(out)
	if hang != "" {
		return verdict{hang, where, after}
	}
	if h := history.FindStringSubmatch(out); h != nil {
		v := verdict{h[5], h[1] + " over " + h[2], h[4] + " histories"}
		if m := minimal.FindStringSubmatch(out); m != nil {
			v.after = "its minimal history, “" + strings.ReplaceAll(m[1], "_", " ") + "”"
		}
		if o := inOrder.FindStringSubmatch(out); o != nil {
			v.after += ", in order " + o[1]
		}
		return v
	}
	if p := property.FindStringSubmatch(out); p != nil {
		v := verdict{property: p[1], after: "its check"}
		if n := named.FindStringSubmatch(out); n != nil {
			v.over = n[1]
		}
		return v
	}
	if f := fatal.FindStringSubmatch(out); f != nil {
		return verdict{strings.TrimSuffix(f[1], " [recovered, repanicked]"), where, after}
	}
	if f := failed.FindStringSubmatch(out); f != nil {
		return verdict{property: f[1], after: "its test"}
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	return verdict{lines[len(lines)-1], where, after}
}

// lastBegun returns which test was begun last, and how much it had played by then.
func lastBegun(out string) (where, after string) {
	all := begun.FindAllStringSubmatchIndex(out, -1)
	if all == nil {
		return "", ""
	}
	last := all[len(all)-1]
	medium, what, _ := strings.Cut(strings.ReplaceAll(out[last[2]:last[3]], "_", " "), "/")
	after = "its check"
	if strings.Contains(out[last[0]:last[1]], "TestHistories") {
		after = "0+ histories"
	}
	if p := played.FindAllStringSubmatch(out[last[1]:], -1); p != nil {
		after = p[len(p)-1][1] + "+ histories"
	}
	return what + " over " + medium, after
}
