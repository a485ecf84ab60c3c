// Package snippets holds that the Go code in the documents compiles, and that programs in them
// run.
package snippets

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// root is the module's directory, from here.
const root = "../.."

// A snippet is a block of Go in a document: a whole file, or some declarations. What declarations
// take for granted is said for the compiler alone in a comment of HTML just before them:
//
//	<!-- go:
//	type account struct{}
//	-->
type snippet struct {
	doc  string // path below root
	line int    // of its first line
	text string
	more string // for the compiler
}

// isProgram reports whether it is to be run.
func (s snippet) isProgram() bool { return strings.HasPrefix(s.text, "package main") }

// snippetsOf finds the blocks of a document.
func snippetsOf(doc, text string) (all []snippet) {
	var block, hidden []string
	in, begin, more := "", 0, ""
	for i, line := range strings.Split(text, "\n") {
		switch {
		case in == "" && line == "```go":
			in, begin, block = "code", i+2, nil
		case in == "" && line == "<!-- go:":
			in, hidden = "hidden", nil
		case in == "code" && line == "```":
			all = append(all, snippet{doc, begin, strings.Join(block, "\n"), more})
			in, more = "", ""
		case in == "hidden" && line == "-->":
			in, more = "", strings.Join(hidden, "\n")
		case in == "code":
			block = append(block, line)
		case in == "hidden":
			hidden = append(hidden, line)
		case line != "":
			more = "" // it belongs to the next block only
		}
	}
	return all
}

// packages are those that declarations may use without saying so.
var packages = map[string]string{
	"context": "context", "time": "time", "testing": "testing", "fmt": "fmt", "iter": "iter",
	"zmq": "github.com/zeroactor/zmq", "patterns": "github.com/zeroactor/zmq/patterns",
	"actor": "github.com/zeroactor/zmq/actor", "actortest": "github.com/zeroactor/zmq/actor/actortest",
	"pipeline": "github.com/zeroactor/zmq/actor/pipeline",
}

// file returns the snippet as the file of a package. Its lines are those of the document.
func (s snippet) file() string {
	at := fmt.Sprintf("//line %s:%d\n", s.doc, s.line)
	if strings.HasPrefix(s.text, "package ") {
		return at + s.text + "\n"
	}
	var b strings.Builder
	fmt.Fprintln(&b, "package snippet")
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range packages {
			if strings.Contains(s.text+s.more, name+".") && !yield(name) {
				return
			}
		}
	}) {
		fmt.Fprintf(&b, "import %q\n", packages[name])
	}
	return b.String() + s.more + "\n" + at + s.text + "\n"
}

// An overlay has the snippets as packages of this module, though no such files exist.
type overlay struct {
	path     string
	packages []string
}

func overlayOf(t *testing.T, all []snippet) overlay {
	t.Helper()
	dir := t.TempDir()
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	replace := make(map[string]string)
	var o overlay
	for i, s := range all {
		name := fmt.Sprintf("s%d", i)
		file := filepath.Join(dir, name+".go")
		if err := os.WriteFile(file, []byte(s.file()), 0o600); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(here, name, "snippet.go")] = file
		o.packages = append(o.packages, "./"+name)
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	o.path = filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(o.path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return o
}

// goTool runs the go command, with the snippets in place.
func (o overlay) goTool(t *testing.T, command string, packages ...string) (string, error) {
	out, err := exec.CommandContext(t.Context(), "go", append([]string{command, "-overlay", o.path}, packages...)...).CombinedOutput()
	return string(out), err
}

// documents returns the snippets of all documents.
func documents(t *testing.T) (all []snippet) {
	t.Helper()
	docs, err := filepath.Glob(root + "/docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(docs, root+"/README.md") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			t.Fatal(err)
		}
		found := snippetsOf(filepath.ToSlash(rel), string(text))
		if n := bytes.Count(text, []byte("\n```go\n")); n != len(found) {
			t.Errorf("%s: %d of %d blocks found", rel, len(found), n)
		}
		all = append(all, found...)
	}
	return all
}

// What the documents show compiles, and its programs say hello to the world.
func TestDocuments(t *testing.T) {
	all := documents(t)
	if len(all) < 4 {
		t.Fatalf("only %d snippets", len(all))
	}
	o := overlayOf(t, all)
	if out, err := o.goTool(t, "build", o.packages...); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for i, s := range all {
		if !s.isProgram() {
			continue
		}
		if out, err := o.goTool(t, "run", o.packages[i]); err != nil || out != "hello world\n" {
			t.Errorf("%s:%d: %v, %q", s.doc, s.line, err, out)
		}
	}
}

// A snippet that does not compile is found, at its place in the document.
func TestBadSnippet(t *testing.T) {
	all := snippetsOf("docs/bad.md", "text\n\n<!-- go:\ntype known struct{}\n-->\n```go\nvar a known\nvar b unknown\n```\n\n```go\nvar c known\n```\n")
	if len(all) != 2 || all[0].line != 7 || all[1].more != "" {
		t.Fatalf("%+v", all)
	}
	o := overlayOf(t, all)
	out, err := o.goTool(t, "build", o.packages...)
	for _, want := range []string{"docs/bad.md:8: undefined: unknown", "docs/bad.md:12: undefined: known"} {
		if err == nil || !strings.Contains(out, want) {
			t.Errorf("%v\n%s\nis to say %q", err, out, want)
		}
	}
}
