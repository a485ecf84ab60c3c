package tidy

import (
	"go/ast"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// leastCorpus is how many inputs a fuzz target has with it at least, so that the tests
// try what matters without fuzzing.
const leastCorpus = 5

// largestInput is what one of them may have, in bytes: what matters is small.
const largestInput = 8 << 10

// TestCorpora holds that each fuzz target has its corpus, and each corpus its target.
func TestCorpora(t *testing.T) {
	root := os.DirFS(moduleRoot(t))
	sources, err := load(root)
	if err != nil {
		t.Fatal(err)
	}
	targets, wrong := checkCorpora(root, sources)
	for _, w := range wrong {
		t.Error(w)
	}
	if len(targets) < 17 {
		t.Errorf("only %d fuzz targets: %q", len(targets), targets)
	}
}

// checkCorpora returns the directories in which the corpora of all fuzz targets are, and
// what is wrong with these.
func checkCorpora(root fs.FS, sources []*source) (targets, wrong []string) {
	for _, s := range sources {
		if s.file == nil || !s.isTest() {
			continue
		}
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Fuzz") {
				targets = append(targets, path.Join(s.pkg.dir, "testdata", "fuzz", f.Name.Name))
			}
		}
	}
	for _, dir := range targets {
		inputs, err := fs.ReadDir(root, dir)
		if err != nil || len(inputs) < leastCorpus {
			wrong = append(wrong, dir+" has too few inputs")
		}
		for _, in := range inputs {
			if info, err := in.Info(); err != nil || info.Size() > largestInput {
				wrong = append(wrong, path.Join(dir, in.Name())+" is too large")
			}
		}
	}
	err := fs.WalkDir(root, ".", func(dir string, entry fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path.Dir(dir), "testdata/fuzz") && entry.IsDir() && !slices.Contains(targets, dir) {
			wrong = append(wrong, dir+" is of no fuzz target")
		}
		return err
	})
	if err != nil {
		wrong = append(wrong, err.Error())
	}
	return targets, wrong
}

// The check must be able to fail.
func TestCorporaRejects(t *testing.T) {
	tree := func(inputs ...string) fstest.MapFS {
		files := fstest.MapFS{"engine/a_test.go": {Data: []byte("package engine\n\nfunc FuzzA(f *testing.F) {}\n")}}
		for _, name := range inputs {
			files["engine/testdata/fuzz/"+name] = &fstest.MapFile{Data: []byte("go test fuzz v1\n")}
		}
		return files
	}
	enough := []string{"FuzzA/1", "FuzzA/2", "FuzzA/3", "FuzzA/4", "FuzzA/5"}
	large := tree(enough...)
	large["engine/testdata/fuzz/FuzzA/6"] = &fstest.MapFile{Data: make([]byte, largestInput+1)}
	for name, c := range map[string]struct {
		files fstest.MapFS
		want  int
	}{
		"good":     {tree(enough...), 0},
		"none":     {tree(), 1},
		"too few":  {tree(enough[1:]...), 1},
		"a relict": {tree(append(enough, "FuzzB/1")...), 1},
		"large":    {large, 1},
	} {
		sources, err := load(c.files)
		if err != nil {
			t.Fatal(err)
		}
		if _, wrong := checkCorpora(c.files, sources); len(wrong) != c.want {
			t.Errorf("%s: %q", name, wrong)
		}
	}
}
