package peer

import "testing"

// Messages go to all topics, to the k-th about 1/k as often as to the first, and the first of them to the first.
func TestZipf(t *testing.T) {
	const n = 10
	topics := Zipf(n)
	counts := make([]int, n)
	for _, topic := range topics {
		counts[topic]++
	}
	for k, got := range counts {
		want := float64(zipfLength) / 2.9290 / float64(k+1) // the sum of 1/1 to 1/10
		if float64(got) < 0.9*want || float64(got) > 1.1*want {
			t.Errorf("topic %d has %d messages of %d, want %.0f", k, got, zipfLength, want)
		}
	}
	if topics[0] != 0 || len(topics) != zipfLength {
		t.Errorf("%d topics, the first is %d", len(topics), topics[0])
	}
}

func TestWanted(t *testing.T) {
	topics := Zipf(100)
	for _, count := range []int{1, 1000, zipfLength, 3*zipfLength + 17} {
		want := 0
		for i := range count {
			if topics[i%zipfLength] < 5 {
				want++
			}
		}
		if got := Wanted(count, 100, 5); got != want || want == 0 {
			t.Errorf("of %d messages %d are wanted, want %d", count, got, want)
		}
		if got := Wanted(count, 100, 100); got != count {
			t.Errorf("of %d messages %d are wanted by who wants all", count, got)
		}
	}
}
