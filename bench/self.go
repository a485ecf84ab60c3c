package main

import (
	"cmp"
	"debug/buildinfo"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/zeroactor/zmq/bench/internal/own"
)

// selfPrefix is before the path of this program built from another commit: what this
// library was then. A ratio to it is what absolute figures are not: good on any machine.
const selfPrefix = "self="

// selfLabel is what its name begins with in results.
const selfLabel = "self "

// anotherSelf returns this library as in the program at path.
func anotherSelf(path string) (contender, error) {
	// What has no slash in it would be looked for among the system's commands.
	full, err := filepath.Abs(path)
	if err == nil {
		_, err = exec.LookPath(full)
	}
	if err != nil {
		return contender{}, fmt.Errorf("%s%s: %w", selfPrefix, path, err)
	}
	return contender{name: selfPrefix + path, label: selfLabel + cmp.Or(revision(full), path),
		command: []string{full, "-peer", own.Name}, equal: true}, nil
}

// revision returns the commit that a program was built from, with "+" if the tree was
// changed then, or nothing if the program does not say.
func revision(path string) string {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return ""
	}
	id, changed := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			id = s.Value[:min(len(s.Value), shortID)]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = "+"
		}
	}
	return id + changed
}

// shortID is how much of a commit's name is shown.
const shortID = 7

// selves returns those of the libraries to compare with that are this program.
func (o options) selves() (names []string) {
	for name := range strings.SplitSeq(o.vs, ",") {
		if strings.HasPrefix(name, selfPrefix) {
			names = append(names, name)
		}
	}
	return names
}

// selvesIn returns those that lines compare with, in their order.
func selvesIn(lines []line) (labels []string) {
	for _, l := range lines {
		if strings.HasPrefix(l.versus, selfLabel) && !slices.Contains(labels, l.versus) {
			labels = append(labels, l.versus)
		}
	}
	return labels
}
