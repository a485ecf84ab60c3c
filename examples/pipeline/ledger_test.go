package main

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// noted returns a ledger that has heard the reports.
func noted(reports ...report) *ledger {
	l := newLedger()
	for _, r := range reports {
		l.note(r)
	}
	return l
}

// back is the result of a piece that holds the text.
func back(worker, file, piece uint64, text string) result {
	var v vocabulary
	c := count([]byte(text), false, &v)
	return result{worker, file, piece, c, blob{bytes: v.encoded(nil)}}
}

// story is a run of three files, one in two pieces, one unreadable.
var story = [...]report{
	planned{3},
	hello{1, "w1"},
	sent{0, 1, 4, "a"},
	begun{1, 0, 0},
	back(1, 0, 0, "x y\n"),
	begun{1, 1, 0},
	back(1, 1, 0, "x\n"),
	sent{1, 2, 5, "b"},
	begun{1, 1, 1},
	back(1, 1, 1, "z z"),
	unreadable{2, "c", "no"},
	ended{},
}

func TestLedgerCountsWholeFiles(t *testing.T) {
	for i := range story {
		l := noted(story[:i]...)
		wantFiles := map[bool]uint64{true: 1}[i > 4] + map[bool]uint64{true: 1}[i > 9]
		if l.files != wantFiles {
			t.Errorf("after %d reports: %d files, want %d", i, l.files, wantFiles)
		}
		if !summarize(l).deserted {
			t.Errorf("after %d reports: the ventilator has ended", i)
		}
	}
	checkStory(t, noted(story[:]...))
}

func checkStory(t *testing.T, l *ledger) {
	t.Helper()
	if want := (counts{2, 5, 9}); l.totals != want || l.files != 2 {
		t.Errorf("%d files, %+v, want 2, %+v", l.files, l.totals, want)
	}
	if got, want := l.words.top(9), []tally{{"x", 2}, {"z", 2}, {"y", 1}}; !slices.Equal(got, want) {
		t.Errorf("words %v, want %v", got, want)
	}
	if want := []unreadable{{2, "c", "no"}}; !slices.Equal(l.unreadable, want) || l.strange != 0 {
		t.Errorf("unreadable %v, %d strange", l.unreadable, l.strange)
	}
	if s := summarize(l); s.deserted || len(s.lost) > 0 || s.unlisted > 0 {
		t.Errorf("%+v", s)
	}
}

// Between connections there is no order: whatever the ventilator says may
// arrive before or after whatever the worker says.
func TestLedgerNeedsNoOrderBetweenPeers(t *testing.T) {
	var ventilator, worker []report
	for _, r := range story {
		switch r.(type) {
		case planned, sent, unreadable, unsent, ended:
			ventilator = append(ventilator, r)
		default:
			worker = append(worker, r)
		}
	}
	r := newRand(t)
	for range 500 {
		v, w := ventilator, worker
		var mixed []report
		for len(v)+len(w) > 0 {
			if len(w) == 0 || len(v) > 0 && r.IntN(2) == 0 {
				mixed, v = append(mixed, v[0]), v[1:]
			} else {
				mixed, w = append(mixed, w[0]), w[1:]
			}
		}
		if checkStory(t, noted(mixed...)); t.Failed() {
			t.Fatalf("after %+v", mixed)
		}
	}
}

func TestEveryLostReportIsALossOrHarmless(t *testing.T) {
	for i, missing := range story {
		reports := slices.Delete(slices.Clone(story[:]), i, i+1)
		s := summarize(noted(reports...))
		lostFiles, _ := s.missing()
		total := s.files + uint64(len(s.unreadable)) + lostFiles
		switch missing.(type) {
		case result, sent:
			if s.deserted || lostFiles != 1 || total != 3 {
				t.Errorf("without %#v: %d lost, %d in all", missing, lostFiles, total)
			}
		case unreadable:
			if s.deserted || s.unlisted != 1 || total != 3 {
				t.Errorf("without %#v: %d unlisted, %d in all", missing, s.unlisted, total)
			}
		case ended:
			if lostFiles != 0 || !s.deserted {
				t.Errorf("without %#v: %d lost", missing, lostFiles)
			}
		default:
			if s.deserted || lostFiles != 0 || total != 3 {
				t.Errorf("without %#v: %d lost, %d in all", missing, lostFiles, total)
			}
		}
	}
}

func TestLossesSayWhatIsKnown(t *testing.T) {
	l := noted(
		planned{7},
		hello{1, "dead"}, hello{2, "alive"}, hello{3, "left"},
		sent{0, 2, 700, "half"}, begun{2, 0, 1}, back(2, 0, 1, "x"), begun{1, 0, 0},
		sent{1, 1, 100, "queued"},
		begun{2, 2, 0}, back(2, 2, 0, "y"), // its entry is lost
		unsent{3, 900, "left over"},
		sent{4, 1, 1, "good"}, back(2, 4, 0, "z"),
		sent{5, 2, 500, "not to the end"}, unsent{5, 499, "not to the end"}, back(2, 5, 0, "z"),
		ended{}, bye{3}, bye{2},
	)
	s := summarize(l)
	want := []loss{
		{0, "half", 700, 2, 1, false, "dead"},
		{1, "queued", 100, 1, 0, false, ""},
		{2, "", 0, 0, 1, false, ""},
		{3, "left over", 900, 0, 0, true, ""},
		{5, "not to the end", 500, 2, 1, true, ""},
	}
	if !reflect.DeepEqual(s.lost, want) {
		t.Errorf("lost %+v\nwant %+v", s.lost, want)
	}
	if len(s.silent) != 1 || s.silent[0].name != "dead" {
		t.Errorf("silent: %+v", s.silent)
	}
	if l.strange != 0 {
		t.Errorf("%d reports made no sense", l.strange)
	}
	if files, bytes := s.missing(); files != 6 || bytes != 2200 || s.files != 1 {
		t.Errorf("%d files and %d bytes missing, %d counted", files, bytes, s.files)
	}
}

func TestStrangeReportsAreCountedAndChangeNothing(t *testing.T) {
	for _, r := range []report{
		planned{1}, sent{0, 1, 4, "a"}, sent{0, 7, 4, "a"}, unsent{1, 1, "b"}, unreadable{2, "c", "no"}, sent{9, 0, 0, "none"},
	} {
		l := noted(slices.Concat(story[:], []report{r})...)
		if l.strange != 1 {
			t.Errorf("%#v: %d strange", r, l.strange)
		}
		l.strange = 0
		checkStory(t, l)
	}
	l := noted(unsent{1, 1, "b"}, unsent{1, 1, "b"})
	if l.strange != 1 {
		t.Errorf("unsent twice: %d strange", l.strange)
	}
	for _, r := range []result{back(1, 0, 0, "again"), back(1, 1, 0, "again")} {
		l := noted(slices.Concat(story[:], []report{r})...)
		checkStory(t, l) // twice is once
	}
	bad := back(1, 1, 1, "z z")
	bad.words.bytes = bad.words.bytes[1:]
	noSuchPiece := back(1, 1, 2, "z z")
	for _, r := range []report{bad, noSuchPiece} {
		l := noted(slices.Concat(story[:9], []report{r}, story[10:])...)
		if s := summarize(l); len(s.lost) != 1 || l.strange != 1 || l.files != 1 {
			t.Errorf("%#v: %d lost, %d strange, %d files", r, len(s.lost), l.strange, l.files)
		}
	}
}

func TestSummaryText(t *testing.T) {
	s := &summary{
		totals:     counts{12, 34, 567},
		files:      3,
		top:        []tally{{"the", 20}, {"a\x1b[31m", 1}},
		unreadable: []unreadable{{1, "no\nsuch", "not there"}},
		lost: []loss{
			{4, "half", 700, 2, 1, false, "worker 7/1"},
			{5, "rest", 9, 0, 0, true, ""},
			{6, "", 0, 0, 1, false, ""},
		},
		unlisted: 2,
		silent:   []workerState{{name: "worker 7/1", done: 8}},
		remarks:  []string{"remark"},
	}
	var b strings.Builder
	if err := s.writeTo(&b); err != nil {
		t.Fatal(err)
	}
	want := `unreadable "no\nsuch": not there
lost half: 700 bytes, 1 of 2 pieces came back, begun by worker 7/1
lost rest: 9 bytes, not handed out
lost a file without a name, number 6: 1 pieces came back, of how many is not known
lost 2 files whose names never came
silent worker 7/1, after 8 pieces
remark
        20 the
         1 "a\x1b[31m"
unreadable=1 lost=5 lost-bytes=709
files=3 lines=12 words=34 bytes=567
`
	if b.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), want)
	}
	if err := s.writeTo(fullDisk{}); err == nil {
		t.Error("a failed write went unnoticed")
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, fmt.Errorf("disk full") }
