package tidy

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/zeroactor/zmq/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// module is the import path of the package at the root.
const module = "github.com/zeroactor/zmq"

// A source is one text file of the tree.
type source struct {
	path string // relative to the root, with slashes
	text string
	// The rest is of Go files only.
	file *ast.File
	fset *token.FileSet
	pkg  *pkg
}

// A pkg is the Go files of one directory, external tests included.
type pkg struct {
	dir     string // relative to the root; "." is the root
	sources []*source
}

// A problem is one breach of a rule.
type problem struct {
	path string // a file, or the directory of a package
	line int
	name string // what is wrong, for exceptions to refer to: an identifier, an import
	text string // why it is
}

// A rule looks at one source, and the package around it.
type rule struct {
	name  string
	check func(s *source) []problem
}

func rules() []rule {
	return []rule{
		{"import", checkImports},
		{"file length", checkFileLength},
		{"function length", checkFunctionLength},
		{"atomic", checkAtomic},
		{"sleep", checkSleep},
		{"init", checkInit},
		{"variable", checkVariables},
		{"unfinished", checkUnfinished},
		{"machine", checkMachine},
		{"documentation", checkDocumentation},
	}
}

// isTest reports whether the file belongs to a test and to no program.
func (s *source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

// forTests reports whether the file is test code: of a test, or of a package
// that only tests import.
func (s *source) forTests() bool { return s.isTest() || isTestPackage(s.pkg.dir) }

// isTestPackage reports whether only tests may import the package: its name, or
// that of a directory above it, says so.
func isTestPackage(dir string) bool {
	return slices.ContainsFunc(strings.Split(dir, "/"), func(name string) bool {
		return len(name) > len("test") && strings.HasSuffix(name, "test")
	})
}

// at makes a problem at a place in a Go file.
func (s *source) at(pos token.Pos, name, format string, args ...any) problem {
	return problem{s.path, s.fset.Position(pos).Line, name, fmt.Sprintf(format, args...)}
}

// lines returns how many lines a node has.
func (s *source) lines(n ast.Node) int {
	return s.fset.Position(n.End()).Line - s.fset.Position(n.Pos()).Line + 1
}

// parse adds what a Go file has more than another one. Its package is that of
// the directory.
func (s *source) parse(packages map[string]*pkg) error {
	s.fset = token.NewFileSet()
	file, err := parser.ParseFile(s.fset, s.path, s.text, parser.ParseComments)
	if err != nil {
		return err
	}
	s.file = file
	dir := path.Dir(s.path)
	if packages[dir] == nil {
		packages[dir] = &pkg{dir: dir}
	}
	s.pkg = packages[dir]
	s.pkg.sources = append(s.pkg.sources, s)
	return nil
}

// load reads all text files below root, except what is generated or not ours.
func load(root fs.FS) ([]*source, error) {
	var sources []*source
	packages := make(map[string]*pkg)
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !entry.IsDir() && entry.Name() == ".git" {
			return nil // a linked work tree's link to its repository
		}
		if entry.IsDir() {
			if slices.Contains(notOurs[:], entry.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if !entry.Type().IsRegular() || slices.Contains(notText[:], path.Ext(name)) {
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err != nil || !utf8.Valid(text) {
			return err
		}
		s := &source{path: name, text: string(text)}
		sources = append(sources, s)
		if path.Ext(name) == ".go" {
			return s.parse(packages)
		}
		return nil
	})
	return sources, err
}

// moduleRoot returns the directory of the module that the test is run in.
func moduleRoot(t *testing.T) string {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(text), "module "+module+"\n") {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatalf("no go.mod of %s above", module)
		}
		dir = filepath.Dir(dir)
	}
}

func TestTree(t *testing.T) {
	sources, err := load(os.DirFS(moduleRoot(t)))
	if err != nil {
		t.Fatal(err)
	}
	if len(sources) < 50 {
		t.Fatalf("only %d files found", len(sources))
	}
	used := make(map[exception]bool)
	for _, r := range rules() {
		t.Run(r.name, func(t *testing.T) {
			for _, s := range sources {
				for _, p := range r.check(s) {
					if e, found := excepted(r.name, p); found {
						used[e] = true
						continue
					}
					t.Errorf("%s:%d: %s", p.path, p.line, p.text)
				}
			}
		})
	}
	if t.Failed() {
		return // an exception may seem unused where a rule has not come to it
	}
	for _, e := range slices.Concat(exceptions, debts) {
		switch file, _, _ := strings.Cut(e.where, ":"); {
		case used[e]:
		case slices.Contains(exceptions, e) && slices.ContainsFunc(sources, func(s *source) bool { return s.path == file }):
			t.Errorf("%s no longer needs its exception from %q: strike that off", e.where, e.rule)
		default:
			t.Logf("%s is gone, or has paid its debt to %q: strike that off", e.where, e.rule)
		}
	}
}

func TestExceptionsHaveReasons(t *testing.T) {
	for _, e := range slices.Concat(exceptions, debts) {
		known := slices.ContainsFunc(rules(), func(r rule) bool { return r.name == e.rule })
		if !known || e.where == "" || e.reason == "" {
			t.Errorf("%+v lacks a reason, or is for no rule", e)
		}
	}
	for _, d := range dependencies {
		if d.reason == "" {
			t.Errorf("%s lacks a reason", d.module)
		}
	}
}

// excepted returns the exception, or the debt, that allows p.
func excepted(rule string, p problem) (exception, bool) {
	for _, e := range slices.Concat(exceptions, debts) {
		if e.rule == rule && (e.where == p.path || e.where == p.path+":"+p.name) {
			return e, true
		}
	}
	return exception{}, false
}
