package proptest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var writeFlag = flag.Bool("write", false, "have TestTable write docs/PROPERTIES.md anew")

// special are the properties of histories that some patterns have and others do not.
// All others hold for all patterns.
var special = map[string][]string{
	Order:         {"pair", "pipeline", "conflate", "dealer", "router", "pubsub"},
	NoDuplication: {"pair", "pipeline", "conflate", "dealer", "router", "pubsub", "reqrep"},
	Addressing:    {"router", "stream"},
	Subscriptions: {"pubsub"},
	LockStep:      {"reqrep"},
	Correlation:   {"reqrep"},
	LastValue:     {"conflate"},
	ByteStream:    {"stream"},

	InvisibleProxy: {"pipeline", "dealer", "router", "reqrep", "pubsub"},
}

// TestTable holds that docs/PROPERTIES.md is what the code says.
//
//	go test ./proptest -run 'TestTable$' -write
func TestTable(t *testing.T) {
	file := filepath.Join("..", "docs", "PROPERTIES.md")
	want := tables()
	if *writeFlag {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not up to date: go test ./proptest -run 'TestTable$' -write", file)
	}
	for property, of := range special {
		if Promise(property) == "no promise" || slices.ContainsFunc(of, func(p string) bool { return !slices.Contains(Patterns(), p) }) {
			t.Errorf("%q of %q: unknown", property, of)
		}
	}
}

// TestReliability holds that the properties that docs/RELIABILITY.md names, in the last column
// of its tables of promises, are some.
func TestReliability(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "docs", "RELIABILITY.md"))
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	asked := false
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(line, "| \n"), " | ")
		last := cells[len(cells)-1]
		switch {
		case !strings.HasPrefix(line, "|"):
			asked = false
		case last == "property":
			asked = true
		case asked && !strings.HasPrefix(line, "|--"):
			for name := range strings.SplitSeq(last, ", ") {
				named++
				if Promise(name) == "no promise" && !slices.ContainsFunc(Properties(), func(p Property) bool { return p.Name == name }) {
					t.Errorf("no property %q", name)
				}
			}
		}
	}
	if named < 20 {
		t.Errorf("only %d properties are named", named)
	}
}

func tables() string {
	var b strings.Builder
	var n notes
	b.WriteString(`# Properties

What is checked, of which pattern, over which transport, and with which way of connecting. Written by ` + "`go test ./proptest -run 'TestTable$' -write`" + `, from what the tests
know; they fail when a cell that has no reason to be empty is, or when this page is not what they know.

## What histories hold

Each is of a pattern, over a transport, and holds all of the pattern's properties at once.

`)
	writeHistoryProperties(&b)
	b.WriteString(`
## How histories connect

Of the first hundred histories of each pattern that belong to each change (over ipc and tcp there are 25), in how many which side binds, or both do; and in how many some socket connects to one
that is bound only afterwards. The sides are as the sockets of the pattern are named, the sender first. In some there is a proxy between the sides, of the sockets that stand in for each: they bind and connect as
others do, lose connections, are held, and go; and the rest is as it is without, but for what more queues make of it.

`)
	n.writeWays(&b)
	b.WriteString(`
## What has a check of its own

Bounds and times. ✓ is checked with all three ways of connecting: when the first one binds, when the second one does, and when it is connected before the other end is bound; but for what the notes say.
proptest/real checks all but the memory baseline once more, over tcp between two systems, on a line that loses, doubles, delays, cuts and resets; and it plays histories of each pattern there, half of which have it cut or reset.

`)
	n.writeChecks(&b)
	b.WriteString("\n")
	for i, why := range n {
		fmt.Fprintf(&b, "%d. %s\n", i+1, why)
	}
	return b.String()
}

// notes are reasons, that cells refer to.
type notes []string

func (n *notes) ref(why string) string {
	i := slices.Index(*n, why)
	if i < 0 {
		i = len(*n)
		*n = append(*n, why)
	}
	return fmt.Sprintf("(%d)", i+1)
}

func writeRow(b *strings.Builder, cells ...string) {
	fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | "))
}

func writeHead(b *strings.Builder, cells ...string) {
	writeRow(b, cells...)
	b.WriteString(strings.Repeat("|---", len(cells)) + "|\n")
}

func writeHistoryProperties(b *strings.Builder) {
	writeHead(b, append(append([]string{"property"}, Patterns()...), "what is promised")...)
	for _, p := range promises {
		cells := []string{p.property}
		for _, pattern := range Patterns() {
			of, some := special[p.property]
			cells = append(cells, map[bool]string{true: "✓"}[!some || slices.Contains(of, pattern)])
		}
		writeRow(b, append(cells, Promise(p.property))...)
	}
}

func (n *notes) writeWays(b *strings.Builder) {
	head := []string{"pattern", "transport"}
	for _, w := range allWays {
		head = append(head, string(w))
	}
	head = append(head, "through a proxy")
	writeHead(b, head...)
	for _, p := range allPatterns() {
		name := fmt.Sprintf("%s (%s – %s)", p.name, strings.Join(p.sides[0], "/"), strings.Join(p.sides[1], "/"))
		for _, m := range Media() {
			counts, proxied := wayCounts(p.name, fullShare(m))
			cells := []string{name, m.Name}
			why := patternHoles[p.name][m.Name]
			for _, w := range allWays {
				cell := fmt.Sprint(counts[w])
				if why != "" {
					cell = "– " + n.ref(why)
				}
				cells = append(cells, cell)
			}
			switch {
			case why != "":
				cells = append(cells, "– "+n.ref(why))
			case p.gates[0] == "":
				cells = append(cells, "– "+n.ref(proxyHoles[p.name]))
			default:
				cells = append(cells, fmt.Sprintf("%d (%s, %s)", proxied, p.gates[0], p.gates[1]))
			}
			writeRow(b, cells...)
		}
	}
}

func (n *notes) writeChecks(b *strings.Builder) {
	head := []string{"property", "sockets"}
	for _, m := range Media() {
		head = append(head, m.Name)
	}
	writeHead(b, append(head, "what is promised")...)
	for _, p := range Properties() {
		cells := []string{p.Name, p.Sockets}
		for _, m := range Media() {
			cells = append(cells, n.checkCell(p.Name, m.Name))
		}
		writeRow(b, append(cells, p.Promise)...)
	}
}

// checkCell says how a property is checked over a medium.
func (n *notes) checkCell(property, medium string) string {
	over := propertyHoles[property]
	switch {
	case over[medium] != "":
		return "– " + n.ref(over[medium])
	case over[everywhere] != "":
		return "✓ " + n.ref(over[everywhere])
	}
	cell := "✓"
	for _, w := range ways {
		if why := wayHoles[property][w]; why != "" {
			cell += " " + n.ref(fmt.Sprintf("Not when %s: %s", w, why))
		}
	}
	return cell
}
