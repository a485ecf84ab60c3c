package tidy

import (
	"go/ast"
	"strings"
)

// Limits of length, in lines.
const (
	maxFile     = 800  // 500 is a question already
	maxTestFile = 1200 // tables are long
	maxFunction = 70   // a screen
	maxClause   = 8    // of a flat switch
	maxAround   = 12   // of a flat switch's function, without the switch
)

func checkFileLength(s *source) []problem {
	if s.file == nil {
		return nil
	}
	limit := maxFile
	if s.isTest() {
		limit = maxTestFile
	}
	if n := strings.Count(s.text, "\n"); n > limit {
		return []problem{s.at(s.file.Package, "", "%d lines; %d are too many for one concern", n, limit)}
	}
	return nil
}

// checkFunctionLength looks at declared functions and at those that stand in
// tables; a function within a function counts for both.
func checkFunctionLength(s *source) (problems []problem) {
	if s.file == nil {
		return nil
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		name, body := "func", (*ast.BlockStmt)(nil)
		switch n := n.(type) {
		case *ast.FuncDecl:
			name, body = n.Name.Name, n.Body
		case *ast.FuncLit:
			body = n.Body
		}
		if body == nil {
			return true
		}
		if length := s.lines(n) - s.tableLines(body); length > maxFunction && !s.isFlatSwitch(body) {
			problems = append(problems, s.at(n.Pos(), name, "%s has %d lines, more than the %d of a screen", name, length, maxFunction))
			return false
		}
		return true
	})
	return problems
}

// tableLines returns how many lines of a function are inside of composite
// literals: data, not code. Functions in them are looked at by themselves.
func (s *source) tableLines(body *ast.BlockStmt) (lines int) {
	ast.Inspect(body, func(n ast.Node) bool {
		table, found := n.(*ast.CompositeLit)
		if found {
			lines += s.lines(table) - 1
		}
		return !found
	})
	return lines
}

// isFlatSwitch reports whether a function is little else than a switch with many
// short clauses.
func (s *source) isFlatSwitch(body *ast.BlockStmt) bool {
	for _, stmt := range body.List {
		var clauses *ast.BlockStmt
		switch stmt := stmt.(type) {
		case *ast.SwitchStmt:
			clauses = stmt.Body
		case *ast.TypeSwitchStmt:
			clauses = stmt.Body
		case *ast.SelectStmt:
			clauses = stmt.Body
		default:
			continue
		}
		if s.lines(body)-s.lines(clauses) > maxAround {
			return false
		}
		for _, clause := range clauses.List {
			if s.lines(clause) > maxClause {
				return false
			}
		}
		return true
	}
	return false
}
