package main

import (
	"strings"
	"testing"
)

func TestLines(t *testing.T) {
	var b strings.Builder
	p := newProgress(&b, false)
	p.show(7, 0) // not planned yet
	for i := range 201 {
		p.show(uint64(i), 200)
	}
	p.done()
	got := strings.Split(strings.TrimSpace(b.String()), "\n")
	if len(got) != steps || got[0] != "20 of 200 files" || got[steps-1] != "200 of 200 files" {
		t.Errorf("%q", got)
	}
	if strings.ContainsAny(b.String(), "\r\x1b") {
		t.Errorf("not plain: %q", b.String())
	}
}

func TestLinesOfShortRuns(t *testing.T) {
	var b strings.Builder
	p := newProgress(&b, false)
	p.show(0, 3)
	p.show(1, 3)
	p.show(3, 3)
	p.done()
	if want := "1 of 3 files\n3 of 3 files\n"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}

func TestBar(t *testing.T) {
	var b strings.Builder
	p := newProgress(&b, true)
	p.show(7, 0) // not planned yet
	if b.Len() > 0 {
		t.Errorf("drawn before the plan is known: %q", b.String())
	}
	for i := range 201 {
		p.show(uint64(i), 200)
	}
	p.show(201, 200) // a stranger's file
	p.done()
	got := b.String()
	if !strings.Contains(got, "\r") || !strings.Contains(got, "100%") || !strings.Contains(got, "(200/200") || !strings.HasSuffix(got, "\n") {
		t.Errorf("%q", got)
	}
}

func TestBarOfNothing(t *testing.T) {
	var b strings.Builder
	p := newProgress(&b, true)
	p.show(0, 0)
	p.done()
	if b.Len() > 0 {
		t.Errorf("%q", b.String())
	}
}
