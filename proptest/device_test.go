package proptest

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// through are the sockets of a history of two publishers, two subscribers and a proxy.
func through() History {
	return History{
		Pattern: "pubsub",
		Sockets: plain("PUB", "SUB", "XPUB", "SUB", "XSUB", "XPUB"),
		Proxy:   [2]int{4, 5},
		Steps: []Step{
			{Do: Bind, Who: 4},
			{Do: Bind, Who: 5},
			{Do: Connect, Who: 0, With: 4},
			{Do: Connect, Who: 1, With: 5},
			{Do: Subscribe, Who: 1, Topic: "a"},
			{Do: Hold, Who: 4},
			{Do: Send, Who: 0, With: 1, N: 1, Topic: "a"},
		},
	}
}

// TestDeviceHasTwoSides holds who may talk to whom with a proxy between them.
func TestDeviceHasTwoSides(t *testing.T) {
	l := newLayout(through())
	for i := range l.sides {
		var talks []int
		for j := range l.sides {
			if l.talk(i, j) {
				talks = append(talks, j)
			}
		}
		want := map[int][]int{0: {4}, 2: {4}, 1: {5}, 3: {5}, 4: {0, 2}, 5: {1, 3}}[i]
		if !slices.Equal(talks, want) {
			t.Errorf("%d talks to %v, want %v", i, talks, want)
		}
	}
	if others := l.opposite(0); !slices.Equal(others, []int{1, 3}) {
		t.Errorf("%v are opposite", others)
	}
}

// TestShrinkProxied holds what simpler histories there are of one with a proxy: with
// fewer sockets at its ends, and without it.
func TestShrinkProxied(t *testing.T) {
	h := through()
	less := h
	less.Sockets = slices.Clone(h.Sockets)
	withoutLast(&less)
	want := h
	want.Sockets, want.Proxy = plain("PUB", "SUB", "XPUB", "XSUB", "XPUB"), [2]int{3, 4}
	want.Steps = []Step{
		{Do: Bind, Who: 3},
		{Do: Bind, Who: 4},
		{Do: Connect, Who: 0, With: 3},
		{Do: Connect, Who: 1, With: 4},
		{Do: Subscribe, Who: 1, Topic: "a"},
		{Do: Hold, Who: 3},
		{Do: Send, Who: 0, With: 1, N: 1, Topic: "a"},
	}
	if !reflect.DeepEqual(less, want) {
		t.Errorf("without its last socket it is\n%+v, want\n%+v", less, want)
	}
	if !strings.Contains(less.Program("sim"), "\n\t\tProxy: [2]int{3, 4},\n") {
		t.Error("the program has no proxy:", less.Program("sim"))
	}
	withoutProxy(&less)
	want.Sockets, want.Proxy = plain("PUB", "SUB", "XPUB"), [2]int{}
	want.Steps = []Step{
		{Do: Bind, Who: 0},
		{Do: Connect, Who: 1, With: 0},
		{Do: Bind, Who: 2},
		{Do: Connect, Who: 1, With: 2},
		{Do: Subscribe, Who: 1, Topic: "a"},
		{Do: Send, Who: 0, With: 1, N: 1, Topic: "a"},
	}
	if !reflect.DeepEqual(less, want) {
		t.Errorf("without the proxy it is\n%+v, want\n%+v", less, want)
	}
}

// TestProxyThatEnds has the sockets of a proxy closed behind its back: that it has ended is
// told.
func TestProxyThatEnds(t *testing.T) {
	h := through()
	m := Inproc()
	m.Virtual = false
	g, err := m.Open(0)
	if err != nil {
		t.Fatal(err)
	}
	p, err := findPattern(h.Pattern)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(m, g, p, h, patience)
	defer w.end()
	if err := w.open(); err != nil {
		t.Fatal(err)
	}
	if err := w.forwards(); err != nil {
		t.Error(err)
	}
	w.places[4].CloseNow()
	<-w.proxy.over
	if v, ok := w.forwards().(*Violation); !ok || v.Property != InvisibleProxy {
		t.Errorf("%v", v)
	}
}
