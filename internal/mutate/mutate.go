// Package mutate plants bugs into the sources of a package: it finds the place by
// what stands there, in whichever file that is, so that code can be moved within its
// package.
package mutate

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Change is a bug that is planted: in the sources of a package one text becomes
// another one.
type Change struct {
	// Dir is the directory of the package.
	Dir string

	// In is the function or type in which Old stands, as "send", or the method, as
	// "Log.Append". "" is anywhere in the package, if Old is only once in there.
	In string

	// Old is the text, which must occur exactly once, and New is what it becomes.
	Old, New string

	// Every says that Old may be there more often, in one file, and is changed everywhere.
	Every bool
}

// Apply returns the file that is changed, and its new text. Tests are no part of the
// package, nor is what is not built with the given tags.
func (c Change) Apply(tags ...string) (file string, text []byte, err error) {
	return c.apply(nil, tags)
}

// apply is Apply to sources of which some have been replaced.
func (c Change) apply(replaced map[string]string, tags []string) (file string, text []byte, err error) {
	if c.Old == c.New || c.Old == "" {
		return "", nil, errors.New("it changes nothing")
	}
	sources, err := readSources(c.Dir, c.Old, replaced, tags)
	if err != nil {
		return "", nil, err
	}
	var in source
	var at []int
	var places []string
	files := 0
	for _, s := range sources {
		was := len(at)
		for i := range s.find(c.Old) {
			if d := s.around(i); c.In == "" || d == c.In {
				in, at, places = s, append(at, i), append(places, strings.TrimSpace(filepath.Base(s.name)+" "+d))
			}
		}
		if len(at) > was {
			files++
		}
	}
	if len(places) != 1 && !(c.Every && files == 1) {
		where := c.Dir
		if c.In != "" {
			where += ", in " + c.In
		}
		return "", nil, fmt.Errorf("%s has the text %q %d times, and should have it once: %q", where, c.Old, len(places), places)
	}
	from := 0
	for _, i := range at {
		text = slices.Concat(text, in.text[from:i], []byte(c.New))
		from = i + len(c.Old)
	}
	return in.name, append(text, in.text[from:]...), nil
}

// Overlay applies the change and writes what the go command is to be told of it, with
// "-overlay", into a directory. It returns the name of that file.
func (c Change) Overlay(dir string, tags ...string) (name string, err error) {
	return Overlay(dir, []Change{c}, tags...)
}

// Overlay is [Change.Overlay] for several changes, one after another. Files of one name are in one
// package.
func Overlay(dir string, changes []Change, tags ...string) (name string, err error) {
	replace := make(map[string]string)
	for _, c := range changes {
		if c.Dir, err = filepath.Abs(c.Dir); err != nil {
			return "", err
		}
		file, text, err := c.apply(replace, tags)
		if err != nil {
			return "", err
		}
		replace[file] = filepath.Join(dir, filepath.Base(file))
		if err := os.WriteFile(replace[file], text, 0o600); err != nil {
			return "", err
		}
	}
	told, err := json.Marshal(map[string]map[string]string{"Replace": replace})
	if err != nil {
		return "", err
	}
	name = filepath.Join(dir, "overlay.json")
	return name, os.WriteFile(name, told, 0o600)
}

// A source is one file.
type source struct {
	name  string
	text  []byte
	decls []decl
}

// A decl is a piece of a file that has a name.
type decl struct {
	name     string
	from, to int
}

// readSources reads the files of a package, in the order of their names. Those that are replaced it
// reads from where the map says. It looks closer at those that have a text, only.
func readSources(dir, old string, replaced map[string]string, tags []string) (sources []source, err error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	ctx := build.Default
	ctx.BuildTags = tags
	for _, name := range names {
		built, err := ctx.MatchFile(dir, filepath.Base(name))
		if err != nil {
			return nil, err
		}
		if !built || strings.HasSuffix(name, "_test.go") {
			continue
		}
		s, err := readSource(name, cmp.Or(replaced[name], name), old)
		if err != nil {
			return nil, err
		}
		sources = append(sources, s)
	}
	if len(sources) == 0 {
		return nil, fmt.Errorf("%s has no Go files", dir)
	}
	return sources, nil
}

func readSource(name, from, old string) (s source, err error) {
	s.name = name
	if s.text, err = os.ReadFile(from); err != nil {
		return s, err
	}
	if !bytes.Contains(s.text, []byte(old)) {
		return s, nil
	}
	files := token.NewFileSet()
	f, err := parser.ParseFile(files, name, s.text, parser.SkipObjectResolution)
	if err != nil {
		return s, err
	}
	for _, d := range f.Decls {
		s.decls = append(s.decls, decl{nameOf(d), files.Position(d.Pos()).Offset, files.Position(d.End()).Offset})
	}
	return s, nil
}

// nameOf returns what a declaration is called: several types or variables in one are
// called as the first.
func nameOf(d ast.Decl) string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			return d.Name.Name
		}
		t := d.Recv.List[0].Type
		if star, ok := t.(*ast.StarExpr); ok {
			t = star.X
		}
		switch generic := t.(type) {
		case *ast.IndexExpr:
			t = generic.X
		case *ast.IndexListExpr:
			t = generic.X
		}
		return fmt.Sprint(t, ".", d.Name.Name)
	case *ast.GenDecl:
		switch s := d.Specs[0].(type) {
		case *ast.TypeSpec:
			return s.Name.Name
		case *ast.ValueSpec:
			return s.Names[0].Name
		}
	}
	return ""
}

// find yields where a text is in the file.
func (s source) find(old string) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for at := 0; ; {
			i := bytes.Index(s.text[at:], []byte(old))
			if i < 0 || !yield(at+i) {
				return
			}
			at += i + len(old)
		}
	}
}

// around returns the name of the declaration at an offset.
func (s source) around(i int) string {
	for _, d := range s.decls {
		if d.from <= i && i < d.to {
			return d.name
		}
	}
	return ""
}
