package main

import (
	"errors"
	"iter"
	"reflect"
	"testing"
)

// given yields tasks as a pipeline does; the last of them with the error, if there is one.
func given(err error, tasks ...task) iter.Seq2[task, error] {
	return func(yield func(task, error) bool) {
		for _, t := range tasks {
			if !yield(t, nil) {
				return
			}
		}
		if err != nil {
			yield(task{}, err)
		}
	}
}

func taskOf(file, piece uint64, continues bool, content string) task {
	return task{file, piece, continues, blob{bytes: []byte(content)}}
}

func newTestWorker() *worker { return &worker{number: 7, name: "w", begun: func(int) {}} }

func TestWorkerCountsAndReports(t *testing.T) {
	w := newTestWorker()
	begun7 := 0
	w.begun = func(pieces int) {
		if begun7++; pieces != begun7 {
			t.Errorf("begun %d, want %d", pieces, begun7)
		}
	}
	words := func(w ...tally) blob {
		b := []byte{}
		for _, x := range w {
			b = appendText(appendUint(b, x.n), x.word)
		}
		return blob{bytes: b}
	}
	want := []report{
		hello{7, "w"},
		begun{7, 3, 0}, result{7, 3, 0, counts{1, 3, 6}, words(tally{"b", 2}, tally{"a", 1})},
		begun{7, 3, 1}, result{7, 3, 1, counts{0, 1, 5}, words(tally{"b", 1})},
		begun{7, 4, 0}, result{7, 4, 0, counts{}, words()},
		bye{7},
	}
	var got []report
	tasks := given(nil, taskOf(3, 0, false, "b a b\n"), taskOf(3, 1, true, "ail b"), taskOf(4, 0, false, ""))
	for r, err := range w.reports(tasks) {
		if err != nil {
			t.Fatal(err)
		}
		if res, ok := r.(result); ok {
			res.words = blob{bytes: res.words.bytes} // whose they are is not the point
			r = res
		}
		got = append(got, r)
	}
	if !reflect.DeepEqual(got, want) || w.pieces != 3 {
		t.Errorf("got  %+v\nwant %+v\nof %d pieces", got, want, w.pieces)
	}
}

// A worker that is killed says no good-bye, and one whose reports nobody wants counts no more.
func TestWorkerCutShort(t *testing.T) {
	over := errors.New("over")
	var last report
	var failed error
	for r, err := range newTestWorker().reports(given(over, taskOf(1, 0, false, "x"))) {
		last, failed = r, err
	}
	if last != nil || !errors.Is(failed, over) {
		t.Errorf("the last is %v, %v", last, failed)
	}
	w := newTestWorker()
	for r := range w.reports(given(nil, taskOf(1, 0, false, "x"), taskOf(2, 0, false, "x"))) {
		if _, done := r.(result); done {
			break
		}
	}
	if w.pieces != 1 {
		t.Errorf("%d pieces", w.pieces)
	}
}
