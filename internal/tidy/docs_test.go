package tidy

import (
	"go/ast"
	"go/token"
	"strings"
)

// selfEvident are methods whose meaning is fixed by the standard library.
var selfEvident = map[string]bool{
	"Error": true, "String": true, "GoString": true, "Unwrap": true, "Timeout": true, "Temporary": true,
	"Len": true, "Less": true, "Swap": true,
	"Helper": true, "Errorf": true, "Fatalf": true, "Skipf": true, "Cleanup": true,
}

// checkDocumentation wants a comment on everything that others can use, and
// on each package. A group of constants or variables may share one.
func checkDocumentation(s *source) (problems []problem) {
	if s.file == nil || s.isTest() {
		return nil
	}
	if s == s.pkg.firstSource() && !s.pkg.isDocumented() {
		problems = append(problems, problem{s.pkg.dir, 1, "", "no file has a comment on the package"})
	}
	if s.file.Name.Name == "main" {
		return problems
	}
	for _, decl := range s.file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && d.Doc == nil && isVisible(d) {
				problems = append(problems, s.at(d.Pos(), d.Name.Name, "%s has no comment", d.Name.Name))
			}
		case *ast.GenDecl:
			problems = append(problems, s.undocumented(d)...)
		}
	}
	return problems
}

// isVisible reports whether the function can be called from elsewhere and does
// not explain itself.
func isVisible(f *ast.FuncDecl) bool {
	if f.Recv == nil {
		return true
	}
	e := f.Recv.List[0].Type
	for {
		switch v := e.(type) {
		case *ast.StarExpr:
			e = v.X
		case *ast.IndexExpr:
			e = v.X
		case *ast.IndexListExpr:
			e = v.X
		case *ast.Ident:
			return v.IsExported() && !selfEvident[f.Name.Name]
		default:
			return true
		}
	}
}

func (s *source) undocumented(d *ast.GenDecl) (problems []problem) {
	missing := func(name *ast.Ident, docs ...*ast.CommentGroup) {
		for _, doc := range docs {
			if doc != nil && strings.TrimSpace(doc.Text()) != "" {
				return
			}
		}
		if name.IsExported() {
			problems = append(problems, s.at(name.Pos(), name.Name, "%s has no comment", name.Name))
		}
	}
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			missing(spec.Name, spec.Doc, d.Doc)
			if i, ok := spec.Type.(*ast.InterfaceType); ok && spec.Name.IsExported() {
				for _, method := range i.Methods.List {
					for _, name := range method.Names {
						if !selfEvident[name.Name] {
							missing(name, method.Doc, method.Comment)
						}
					}
				}
			}
		case *ast.ValueSpec:
			for _, name := range spec.Names {
				if d.Tok == token.CONST || d.Tok == token.VAR {
					missing(name, spec.Doc, spec.Comment, d.Doc)
				}
			}
		}
	}
	return problems
}

// firstSource returns the file that problems of the whole package are told of.
func (p *pkg) firstSource() *source {
	for _, s := range p.sources {
		if !s.isTest() {
			return s
		}
	}
	return nil
}

func (p *pkg) isDocumented() bool {
	for _, s := range p.sources {
		if !s.isTest() && s.file.Doc != nil && strings.TrimSpace(s.file.Doc.Text()) != "" {
			return true
		}
	}
	return false
}
