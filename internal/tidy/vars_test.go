package tidy

import (
	"go/ast"
	"go/token"
	"strings"
)

// constructors make values that do not change.
var constructors = map[string]bool{"errors.New": true, "fmt.Errorf": true}

// checkVariables forbids state that belongs to a package and so to nobody. A
// variable is taken for a constant, which Go has no words for, if it is
//   - an error, or made by a function Must...;
//   - a literal, as a table is, or an embedded file, or a sync.Pool of memory that
//     nobody misses;
//
// and if nothing in the package assigns to it or a part of it, or takes its
// address. Tests may have what they like.
func checkVariables(s *source) (problems []problem) {
	if s.file == nil || s.isTest() {
		return nil
	}
	for _, decl := range s.file.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.VAR {
			continue
		}
		for _, spec := range group.Specs {
			spec := spec.(*ast.ValueSpec)
			for i, name := range spec.Names {
				var value ast.Expr
				if i < len(spec.Values) {
					value = spec.Values[i]
				}
				embedded := hasDirective(group.Doc, "//go:embed") || hasDirective(spec.Doc, "//go:embed")
				switch {
				case name.Name == "_":
				case !embedded && !isConstant(value):
					problems = append(problems, s.at(name.Pos(), name.Name, "%s is a variable of the package, and may change", name.Name))
				case s.pkg.changes(spec, name.Name):
					problems = append(problems, s.at(name.Pos(), name.Name, "%s is a variable of the package, and is changed", name.Name))
				}
			}
		}
	}
	return problems
}

func hasDirective(doc *ast.CommentGroup, directive string) bool {
	if doc == nil {
		return false
	}
	for _, c := range doc.List {
		if strings.HasPrefix(c.Text, directive) {
			return true
		}
	}
	return false
}

// isConstant reports whether a value is one that need not change.
func isConstant(value ast.Expr) bool {
	switch v := value.(type) {
	case *ast.BasicLit, *ast.CompositeLit:
		return true
	case *ast.BinaryExpr:
		return isConstant(v.X) && isConstant(v.Y)
	case *ast.UnaryExpr:
		return v.Op != token.AND && isConstant(v.X)
	case *ast.CallExpr:
		switch f := v.Fun.(type) {
		case *ast.ArrayType: // a conversion, as []byte("text")
			return true
		case *ast.SelectorExpr:
			if strings.HasPrefix(f.Sel.Name, "Must") {
				return true
			}
			x, ok := f.X.(*ast.Ident)
			return ok && constructors[x.Name+"."+f.Sel.Name]
		}
	}
	return false
}

// changes reports whether the package, its tests included, assigns to a
// variable that spec declares, or to a part of it, or takes its address.
func (p *pkg) changes(spec *ast.ValueSpec, name string) bool {
	// An identifier that the parser has resolved to something else is a local
	// one; one that is not resolved is declared in another file.
	means := func(e ast.Expr) bool {
		id := rootOf(e)
		return id != nil && id.Name == name && (id.Obj == nil || id.Obj.Decl == spec)
	}
	found := false
	for _, s := range p.sources {
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, left := range n.Lhs {
					found = found || n.Tok != token.DEFINE && means(left)
				}
			case *ast.IncDecStmt:
				found = found || means(n.X)
			case *ast.UnaryExpr:
				found = found || n.Op == token.AND && means(n.X)
			case *ast.CallExpr:
				builtin := isName(n.Fun, "delete") || isName(n.Fun, "clear") || isName(n.Fun, "copy")
				found = found || builtin && len(n.Args) > 0 && means(n.Args[0])
			}
			return !found
		})
	}
	return found
}

// rootOf returns the x in x, x.f, x[i], x[i:j], *x and (x).
func rootOf(e ast.Expr) *ast.Ident {
	for {
		switch v := e.(type) {
		case *ast.Ident:
			return v
		case *ast.SelectorExpr:
			e = v.X
		case *ast.IndexExpr:
			e = v.X
		case *ast.SliceExpr:
			e = v.X
		case *ast.StarExpr:
			e = v.X
		case *ast.ParenExpr:
			e = v.X
		default:
			return nil
		}
	}
}
