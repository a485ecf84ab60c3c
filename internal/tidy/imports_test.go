package tidy

import (
	"go/ast"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// checkImports holds the direction of imports, and the list of the modules that
// may be used.
func checkImports(s *source) (problems []problem) {
	if s.file == nil {
		return nil
	}
	for _, spec := range s.file.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		why := ""
		if name == module || strings.HasPrefix(name, module+"/") {
			why = refuseOurs(s, strings.TrimPrefix(strings.TrimPrefix(name, module), "/"))
		} else if first, _, _ := strings.Cut(name, "/"); strings.Contains(first, ".") {
			why = refuseOthers(s, name)
		}
		if why != "" {
			problems = append(problems, s.at(spec.Pos(), name, "%s must not import %s: %s", s.pkg.dir, name, why))
		}
	}
	return problems
}

// refuseOurs returns why a source must not import a package of the module, or "".
func refuseOurs(s *source, target string) string {
	from := s.pkg.dir
	if target == "" {
		target = "."
	}
	if target == from {
		return "" // an external test
	}
	if isTestPackage(target) && !s.forTests() && !within(target, parentOf(from)) {
		return "it is for tests only"
	}
	for _, top := range tops {
		if within(target, top+"/...") && !within(from, top+"/...") && !(isTestPackage(target) && s.isTest()) {
			return "nobody imports what is at the top"
		}
	}
	i := slices.IndexFunc(layers, func(l layer) bool { return within(from, l.dir) })
	if i < 0 {
		return "the directory is in no layer; see policy_test.go"
	}
	may := append([]string{"internal/...", path.Join(from, "internal") + "/..."}, layers[i].may...)
	if s.isTest() {
		may = append(may, layers[i].tests...)
	}
	if isTestPackage(target) && s.forTests() {
		return ""
	}
	if !slices.ContainsFunc(may, func(pattern string) bool { return within(target, pattern) }) {
		return "that is not below it; see the layers in policy_test.go"
	}
	return ""
}

// refuseOthers returns why a source must not import a package of another
// module, or "". A module that is for several directories is listed as often.
func refuseOthers(s *source, name string) string {
	why := "it is not on the list of dependencies"
	for _, d := range dependencies {
		if !within(name, d.module+"/...") {
			continue
		}
		switch {
		case !within(s.pkg.dir, d.where):
			why = "it is for " + d.where
		case d.tests && !s.forTests():
			why = "it is for tests only"
		default:
			return ""
		}
	}
	return why
}

// parentOf returns the pattern of the package that dir is a part of, so that
// the parts of a package for tests may import each other.
func parentOf(dir string) string {
	if !isTestPackage(dir) {
		return dir
	}
	for !isTestPackage(path.Base(dir)) {
		dir = path.Dir(dir)
	}
	return dir + "/..."
}

// within reports whether a directory or an import path is meant by a pattern.
func within(name, pattern string) bool {
	if pattern == "..." {
		return true
	}
	above, deep := strings.CutSuffix(pattern, "/...")
	return name == above || deep && strings.HasPrefix(name, above+"/")
}

func TestWithin(t *testing.T) {
	tests := []struct {
		name, pattern string
		want          bool
	}{
		{"engine", "engine", true},
		{"engine/x", "engine", false},
		{"engine/x", "engine/...", true},
		{"engine", "engine/...", true},
		{"engines", "engine/...", false},
		{".", ".", true},
		{"engine", ".", false},
		{"engine/x", "...", true},
		{".", "...", true},
	}
	for _, tt := range tests {
		if got := within(tt.name, tt.pattern); got != tt.want {
			t.Errorf("within(%q, %q) = %v, want %v", tt.name, tt.pattern, got, tt.want)
		}
	}
}

// imports returns the name by which a file knows a package, or "".
func imports(f *ast.File, target string) string {
	for _, spec := range f.Imports {
		if name, _ := strconv.Unquote(spec.Path.Value); name == target {
			if spec.Name != nil {
				return spec.Name.Name
			}
			return path.Base(target)
		}
	}
	return ""
}
