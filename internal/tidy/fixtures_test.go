package tidy

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// A fixture is a tree with a file for a rule to look at, and what the rule has
// to find there.
type fixture struct {
	rule  string
	path  string
	text  string
	lines []int             // where there is a problem; none: the file is accepted
	more  map[string]string // other files of the tree
}

// with returns Go source that imports something.
func with(imports ...string) string {
	text := "package p\n"
	for _, name := range imports {
		text += fmt.Sprintf("import %q\n", name)
	}
	return text
}

const gopter = "github.com/leanovate/gopter"

var importFixtures = []fixture{
	{rule: "import", path: "a.go", text: with("fmt", module+"/internal/arena")},
	{rule: "import", path: "a.go", text: with("fmt", module+"/ypipe"), lines: []int{3}},
	{rule: "import", path: "example_test.go", text: with(module+"/patterns", module)},
	{rule: "import", path: "mailbox/a.go", text: with(module+"/ypipe", module+"/actor"), lines: []int{3}},
	{rule: "import", path: "engine/a.go", text: with(module+"/transport", module+"/transport/tcp"), lines: []int{2, 3}},
	{rule: "import", path: "transport/tcp/a.go", text: with(module+"/engine", module+"/transport/ipc"), lines: []int{2, 3}},
	{rule: "import", path: "transport/tcp/a.go", text: with(module, module+"/transport", module+"/transport/internal/osopt")},
	{rule: "import", path: "internal/trie/a.go", text: with(module), lines: []int{2}},
	{rule: "import", path: "patterns/a.go", text: with(module+"/engine", module+"/transport/tcp", module+"/actor")},
	{rule: "import", path: "novelty/a.go", text: with(module), lines: []int{2}},
	// The tops.
	{rule: "import", path: "bench/a.go", text: with(module+"/engine", module+"/bench/plot")},
	{rule: "import", path: "patterns/a.go", text: with(module + "/bench"), lines: []int{2}},
	{rule: "import", path: "examples/a.go", text: with(module + "/cmd/zmq"), lines: []int{2}},
	{rule: "import", path: "patterns/a_test.go", text: with(module + "/examples/chat"), lines: []int{2}},
	{rule: "import", path: "patterns/a_test.go", text: with(module + "/proptest")},
	{rule: "import", path: "patterns/a.go", text: with(module + "/proptest"), lines: []int{2}},
	{rule: "import", path: "bench/a.go", text: with(module + "/proptest"), lines: []int{2}},
	{rule: "import", path: "proptest/model/a.go", text: with(module + "/proptest")},
	// Packages for tests.
	{rule: "import", path: "transport/tcp/a_test.go", text: with(module + "/transport/transporttest")},
	{rule: "import", path: "transport/tcp/a.go", text: with(module + "/transport/transporttest"), lines: []int{2}},
	{rule: "import", path: "ypipe/a.go", text: with(module + "/internal/leaktest"), lines: []int{2}},
	{rule: "import", path: "cmd/zmq/a.go", text: with(module + "/internal/leaktest"), lines: []int{2}},
	// Modules of others.
	{rule: "import", path: "transport/tcp/a.go", text: with("golang.org/x/sys/unix", "github.com/puzpuzpuz/xsync/v3")},
	{rule: "import", path: "ypipe/a.go", text: with("github.com/stretchr/testify", "golang.org/x/text"), lines: []int{2, 3}},
	{rule: "import", path: "ypipe/a_test.go", text: with(gopter, gopter+"/gen", "github.com/stretchr/testify"), lines: []int{4}},
	{rule: "import", path: "ypipe/a.go", text: with(gopter), lines: []int{2}},
	{rule: "import", path: "transport/transporttest/a.go", text: with(gopter)},
	{rule: "import", path: "examples/files/a.go", text: with("github.com/schollz/progressbar/v3")},
	{rule: "import", path: "patterns/a.go", text: with("github.com/schollz/progressbar/v3"), lines: []int{2}},
}

// code returns a function with a number of lines.
func code(lines int) string {
	return "package p\nfunc f() {\n" + strings.Repeat("g()\n", lines-2) + "}\n"
}

// flat returns a function that is a switch with a number of clauses.
func flat(clauses, statements int) string {
	clause := "case 1:\n" + strings.Repeat("g()\n", statements)
	return "package p\nfunc f() {\nswitch x {\n" + strings.Repeat(clause, clauses) + "}\n}\n"
}

var sizeFixtures = []fixture{
	{rule: "file length", path: "ypipe/a.go", text: "package p\n" + strings.Repeat("\n", maxFile-1)},
	{rule: "file length", path: "ypipe/a.go", text: "package p\n" + strings.Repeat("\n", maxFile), lines: []int{1}},
	{rule: "file length", path: "ypipe/a_test.go", text: "package p\n" + strings.Repeat("\n", maxTestFile-1)},
	{rule: "file length", path: "ypipe/a_test.go", text: "package p\n" + strings.Repeat("\n", maxTestFile), lines: []int{1}},
	{rule: "file length", path: "docs/a.md", text: strings.Repeat("\n", 2*maxTestFile)},
	{rule: "function length", path: "ypipe/a.go", text: code(maxFunction)},
	{rule: "function length", path: "ypipe/a.go", text: code(maxFunction + 1), lines: []int{2}},
	{rule: "function length", path: "ypipe/a_test.go", text: code(maxFunction + 1), lines: []int{2}},
	{rule: "function length", path: "ypipe/a.go", text: flat(30, 3)},
	{rule: "function length", path: "ypipe/a.go", text: flat(30, maxClause), lines: []int{2}},
	{
		rule: "function length", path: "ypipe/a.go", lines: []int{2}, // much more than a switch
		text: "package p\nfunc f() {\n" + strings.Repeat("g()\n", maxAround) + strings.TrimPrefix(flat(30, 1), "package p\nfunc f() {\n"),
	},
	{
		rule: "function length", path: "ypipe/a_test.go", // a table
		text: "package p\nfunc f() {\nt := []int{\n" + strings.Repeat("1,\n", 100) + "}\n}\n",
	},
	{
		rule: "function length", path: "ypipe/a.go", lines: []int{4}, // code in a table
		text: "package p\nfunc f() {\nt := []func(){\nfunc() {\n" + strings.Repeat("g()\n", maxFunction) + "},\n}\n}\n",
	},
}

var banFixtures = []fixture{
	{rule: "atomic", path: "ypipe/a.go", text: with("sync/atomic")},
	{rule: "atomic", path: "internal/arena/a.go", text: with("sync/atomic")},
	{rule: "atomic", path: "engine/a.go", text: with("sync", "sync/atomic"), lines: []int{3}},
	{rule: "atomic", path: "internal/trie/a.go", text: with("sync/atomic"), lines: []int{2}},
	{rule: "atomic", path: "engine/a_test.go", text: with("sync/atomic")},

	{rule: "sleep", path: "engine/a.go", text: with("time") + "func f() {\n// why\ntime.Sleep(1)\n}\n", lines: []int{5}},
	{rule: "sleep", path: "engine/a.go", text: with("testing/synctest", "time") + "func f() { time.Sleep(1) }\n", lines: []int{4}},
	{rule: "sleep", path: "engine/a.go", text: "package p\nimport t \"time\"\nvar nap = t.Sleep\n", lines: []int{3}},
	{rule: "sleep", path: "engine/a.go", text: "package p\nfunc f(time clock) { time.Sleep(1) }\n"},
	{rule: "sleep", path: "engine/a_test.go", text: with("time") + "func f() {\n\ntime.Sleep(1)\n}\n", lines: []int{5}},
	{rule: "sleep", path: "engine/a_test.go", text: with("time") + "func f() {\n// why\n\ntime.Sleep(1)\n}\n", lines: []int{6}},
	{rule: "sleep", path: "engine/a_test.go", text: with("time") + "func f() {\n// why\ntime.Sleep(1)\n}\n"},
	{rule: "sleep", path: "engine/a_test.go", text: with("time") + "func f() {\ntime.Sleep(1) // why\n}\n"},
	{rule: "sleep", path: "engine/a_test.go", text: with("testing/synctest", "time") + "func f() {\ntime.Sleep(1)\n}\n"},
	{rule: "sleep", path: "transport/transporttest/a.go", text: with("time") + "// why\nfunc f() { time.Sleep(1) }\n"},

	{rule: "init", path: "engine/a.go", text: "package p\nfunc init() {}\n", lines: []int{2}},
	{rule: "init", path: "engine/a_test.go", text: "package p\nfunc init() {}\n", lines: []int{2}},
	{rule: "init", path: "engine/a.go", text: "package p\nfunc (t T) init() {}\nfunc initialise() {}\n"},

	{rule: "unfinished", path: "engine/a.go", text: "package p\n// TO" + "DO: more\n", lines: []int{2}},
	{rule: "unfinished", path: "docs/a.md", text: "# FIX" + "ME\n\nand X" + "XX.\n", lines: []int{1, 3}},
	{rule: "unfinished", path: "docs/a.md", text: "A TO" + "DOS list, mkstemp(\"" + strings.Repeat("X", 6) + "\") and what to do.\n"},

	{rule: "machine", path: "docs/a.md", text: "see `/home/ann/zmq`\n", lines: []int{1}},
	{rule: "machine", path: "bench/a.go", text: "package p\nconst dir = \"/wor" + "k/main\"\n", lines: []int{2}},
	{rule: "machine", path: "docs/a.md", text: "in (/Users/ann/src)\nC:\\Users\\ann\n/ro" + "ot/.cache\n", lines: []int{1, 2, 3}},
	{rule: "machine", path: "docs/a.md", text: "C:\\Users\\ann\n", lines: []int{1}},
	{rule: "machine", path: ".ci/run", text: "GOPROXY=https://goproxy.example.com go test\n", lines: []int{1}},
	{rule: "machine", path: "go.env", text: "from https://arti" + "factory.example.com/go\nfrom proxy.go" + "lang.org\n", lines: []int{1, 2}},
	{
		rule: "machine", path: "docs/a.md",
		text: "ipc:///run/app.sock and /t" + "mp/x.sock, /ro" + "ot/group, https://rfc.zeromq.org/spec/37/, net/wor" + "k/x, tcp://host:1\n",
	},
}

var variableFixtures = []fixture{
	{rule: "variable", path: "engine/a.go", text: "package p\nvar count int\n", lines: []int{2}},
	{rule: "variable", path: "engine/a.go", text: "package p\nvar cache = make(map[string]int)\n", lines: []int{2}},
	{rule: "variable", path: "engine/a.go", text: "package p\nvar shared = &T{}\n", lines: []int{2}},
	{rule: "variable", path: "engine/a.go", text: "package p\nvar (\n\ta = 1\n\tmu sync.Mutex\n)\n", lines: []int{4}},
	{rule: "variable", path: "engine/a.go", text: "package p\nvar now = time.Now\n", lines: []int{2}},
	{rule: "variable", path: "engine/a.go", text: "package p\nvar hook = func() {}\n", lines: []int{2}},
	{
		rule: "variable", path: "engine/a.go",
		text: "package p\nvar ErrX = errors.New(\"x\")\nvar errY = fmt.Errorf(\"y: %w\", ErrX)\nvar _ I = (*T)(nil)\n" +
			"var re = regexp.MustCompile(`x`)\nvar table = [...]int{1, 2}\nvar names = map[int]string{1: \"a\"}\nvar magic = []byte(\"m\")\n" +
			"//go:embed a.txt\nvar text string\nvar greeting = \"a\" + \"b\"\n",
	},
	{rule: "variable", path: "engine/a.go", text: "package p\nvar table = []int{1}\nfunc f() { table[0] = 2 }\n", lines: []int{2}},
	{rule: "variable", path: "engine/a.go", text: "package p\nvar n = 1\nfunc f() { n++ }\n", lines: []int{2}},
	{rule: "variable", path: "engine/a.go", text: "package p\nvar n = 1\nvar q = T{}\nfunc f() { g(&n); q.x.y = 1 }\n", lines: []int{2, 3}},
	{rule: "variable", path: "engine/a.go", text: "package p\nvar m = map[int]int{}\nfunc f() { delete(m, 1) }\n", lines: []int{2}},
	{
		rule: "variable", path: "engine/a.go", text: "package p\nvar limit = 1\n", lines: []int{2},
		more: map[string]string{"engine/b.go": "package p\nfunc f() { limit = 2 }\n"},
	},
	{
		rule: "variable", path: "engine/a.go", text: "package p\nvar limit = 1\n", // others of that name
		more: map[string]string{
			"engine/b.go":  "package p\nfunc f() { limit := 2; limit = 3; x.limit = 4 }\n",
			"mailbox/b.go": "package p\nvar limit = 1\nfunc f() { limit = 2 }\n",
		},
	},
	{rule: "variable", path: "engine/a_test.go", text: "package p\nvar count int\n"},
}

var documentationFixtures = []fixture{
	{rule: "documentation", path: "engine/a.go", text: "package p\n", lines: []int{1}},
	{rule: "documentation", path: "engine/a.go", text: "package p\n", more: map[string]string{"engine/b.go": "// Package p is.\npackage p\n"}},
	{rule: "documentation", path: "examples/a.go", text: "package main\nfunc F() {}\n", lines: []int{1}},
	{rule: "documentation", path: "engine/a_test.go", text: "package p\nfunc TestF() {}\n"},
	{rule: "documentation", path: "engine/a.go", text: "// Package p is.\npackage p\nfunc F() {}\ntype T int\nfunc (T) M() {}\n", lines: []int{3, 4, 5}},
	{rule: "documentation", path: "engine/a.go", text: "// Package p is.\npackage p\nconst C = 1\nvar (\n\tV = 1\n)\n", lines: []int{3, 5}},
	{rule: "documentation", path: "engine/a.go", text: "// Package p is.\npackage p\n// I is.\ntype I interface {\n\tM()\n\tString() string\n}\n", lines: []int{5}},
	{rule: "documentation", path: "engine/a.go", text: "// Package p is.\npackage p\n// G is.\ntype G[T any] int\nfunc (g *G[T]) M() {}\n", lines: []int{5}},
	{
		rule: "documentation", path: "engine/a.go",
		text: "// Package p is.\npackage p\n// F does.\nfunc F() {}\nfunc f() {}\ntype t int\nfunc (t) M() {}\n" +
			"// E is.\ntype E int\nfunc (E) Error() string { return \"\" }\n// All are.\nconst (\n\tA = 1\n\tB = 2\n)\nconst (\n\tC = 1 // is\n)\n",
	},
}

func fixtures() []fixture {
	return slices.Concat(importFixtures, sizeFixtures, banFixtures, variableFixtures, documentationFixtures)
}

// run returns the lines that the fixture's rule complains of.
func (f *fixture) run(t *testing.T) (lines []int) {
	t.Helper()
	tree := fstest.MapFS{f.path: {Data: []byte(f.text)}}
	for name, text := range f.more {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	sources, err := load(tree)
	if err != nil {
		t.Fatalf("the fixture %s %s: %v", f.rule, f.path, err)
	}
	i := slices.IndexFunc(rules(), func(r rule) bool { return r.name == f.rule })
	if i < 0 {
		t.Fatalf("the fixture %s is for no rule", f.rule)
	}
	for _, s := range sources {
		if s.path != f.path {
			continue
		}
		for _, p := range rules()[i].check(s) {
			lines = append(lines, p.line)
		}
	}
	return lines
}

// Each rule rejects what it is there to reject, and nothing else.
func TestFixtures(t *testing.T) {
	rejected, accepted := make(map[string]bool), make(map[string]bool)
	for _, f := range fixtures() {
		if got := f.run(t); !slices.Equal(got, f.lines) {
			t.Errorf("%s: problems in lines %v, want %v, of %s:\n%.300s", f.rule, got, f.lines, f.path, f.text)
		}
		if f.lines == nil {
			accepted[f.rule] = true
		} else {
			rejected[f.rule] = true
		}
	}
	for _, r := range rules() {
		if !rejected[r.name] || !accepted[r.name] {
			t.Errorf("the rule %q needs a fixture that it rejects, and one that it accepts", r.name)
		}
	}
}

// An exception is for its rule and place only.
func TestExcepted(t *testing.T) {
	e := exceptions[0]
	if _, found := excepted(e.rule, problem{path: e.where}); !found {
		t.Errorf("%v does not hold", e)
	}
	for _, p := range []problem{{path: e.where + "x"}, {path: "x/" + e.where}, {path: "x.go", name: e.where}} {
		if _, found := excepted(e.rule, p); found {
			t.Errorf("%v allows %+v", e, p)
		}
	}
	if _, found := excepted("no rule", problem{path: e.where}); found {
		t.Errorf("%v holds for another rule", e)
	}
}

func TestBrokenFileIsReported(t *testing.T) {
	if _, err := load(fstest.MapFS{"a.go": {Data: []byte("package\n")}}); err == nil {
		t.Error("a file that does not parse is passed over")
	}
}
