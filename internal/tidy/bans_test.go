package tidy

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// checkAtomic keeps lock-free code where it is proved. A counter that a test
// shares with the goroutines it starts is not meant.
func checkAtomic(s *source) (problems []problem) {
	if s.file == nil || s.forTests() || slices.Contains(atomicLayers, s.pkg.dir) {
		return nil
	}
	for _, spec := range s.file.Imports {
		if spec.Path.Value == `"sync/atomic"` {
			problems = append(problems, s.at(spec.Pos(), "sync/atomic",
				"sync/atomic is for %s only", strings.Join(atomicLayers, ", ")))
		}
	}
	return problems
}

// checkSleep forbids waiting for time instead of for an event. Tests may, with a
// comment on the line or the one before that says why; and in files that use
// testing/synctest, where the time is not real.
func checkSleep(s *source) (problems []problem) {
	if s.file == nil {
		return nil
	}
	name := imports(s.file, "time")
	if name == "" || s.forTests() && imports(s.file, "testing/synctest") != "" {
		return nil
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != "Sleep" || !isName(sel.X, name) {
			return true
		}
		switch {
		case !s.forTests():
			problems = append(problems, s.at(n.Pos(), "Sleep", "sleeps; wait for an event, or a timer and a context"))
		case !s.hasComment(n.Pos()):
			problems = append(problems, s.at(n.Pos(), "Sleep", "sleeps, and no comment here says why the time must be real"))
		}
		return true
	})
	return problems
}

// hasComment reports whether a comment ends on the line of pos or the one before.
func (s *source) hasComment(pos token.Pos) bool {
	line := s.fset.Position(pos).Line
	return slices.ContainsFunc(s.file.Comments, func(c *ast.CommentGroup) bool {
		end := s.fset.Position(c.End()).Line
		return end == line || end == line-1
	})
}

func isName(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

// checkInit forbids code that runs before main.
func checkInit(s *source) (problems []problem) {
	if s.file == nil {
		return nil
	}
	for _, decl := range s.file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			problems = append(problems, s.at(f.Pos(), "init", "init runs unasked; let the caller call it"))
		}
	}
	return problems
}

var unfinished = regexp.MustCompile(`\b(` + "TO" + `DO|` + "FIX" + `ME|` + "XX" + `X)\b`)

// checkUnfinished forbids notes on what remains to be done: do it, or write an
// issue.
func checkUnfinished(s *source) []problem {
	return s.grep(unfinished, "%s: finish it, or leave it out")
}

// machine finds what is true on one machine only: paths in a home or a
// workspace, and hosts that packages come from. Directories that every system
// has, as those for sockets, are not meant; nor is the actor at the root.
var machine = regexp.MustCompile(`(^|[\s"'` + "`" + `(=:,])/((work|home|Users|mnt|workspace)/[\w.-]+|root/\.\w+)` +
	`|/tmp/house|[A-Z]:\\+Users` +
	`|\b(proxy|sum)\.golang\.org\b|\bGOPROXY=\S+` +
	`|\b(pypi|files\.pythonhosted|registry\.npmjs|deb\.debian|archive\.ubuntu|rubygems)\.(org|com)\b` +
	`|\b(ghcr|docker|quay|crates)\.io\b` +
	`|://[\w.-]*(artifactory|nexus|registry|mirror|proxy)[\w-]*\.[\w.-]+`)

// clues are what a match of machine has in it, to spare most files the search.
var clues = [...]string{
	"work/", "home/", "root/.", "Users", "workspace/", "mnt/", "tmp/house", "golang.org", "GOPROXY=",
	"pypi.", "pythonhosted.", "npmjs.", "debian.", "ubuntu.", "rubygems.", ".io",
	"artifactory", "nexus", "registry", "mirror", "proxy",
}

// checkMachine forbids what ties the tree to the machine it was made on.
func checkMachine(s *source) []problem {
	if !slices.ContainsFunc(clues[:], func(clue string) bool { return strings.Contains(s.text, clue) }) {
		return nil
	}
	return s.grep(machine, "%q is of one machine, or of the place its packages come from")
}

// grep makes a problem of each line with a match.
func (s *source) grep(pattern *regexp.Regexp, format string) (problems []problem) {
	number := 0
	for line := range strings.Lines(s.text) {
		number++
		if found := pattern.FindString(line); found != "" {
			found = strings.TrimSpace(found)
			text := strings.NewReplacer("%s", found, "%q", `"`+found+`"`).Replace(format)
			problems = append(problems, problem{s.path, number, found, text})
		}
	}
	return problems
}
