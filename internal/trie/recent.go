package trie

const (
	// recentLook is how many bytes of a message a search may have looked at for its answer to be remembered.
	recentLook = 32

	// recentMost is how many hits an answer may have. With more of them the search is less of the work.
	recentMost = 8

	// recentCost is how many answers that were asked for again are to pay for another one to be remembered; recentCredit how many
	// count at most, so that the first message of another topic is remembered at once after many of one. Where
	// none is asked for again it is tried once in recentRest searches: who sends of many topics has little to pay.
	recentCost   = 2
	recentCredit = 16
	recentRest   = 256
)

// A recent knows for which messages the answer to an earlier search holds, which is kept beside it: those that begin with
// the bytes that the search has looked at. Publishers send several messages of one topic in turn, and those who have one topic
// no others. A search goes through a few nodes, and each may have to be fetched to the processor's cache.
type recent struct {
	looked [recentLook]byte
	size   int  // of that
	ends   bool // the search looked where the message ended: the answer is not that for longer ones
	known  bool // there is an answer
	credit int  // see recentCost; negative if others are to pay first
	rest   int  // searches until they need not
}

// answers reports whether the answer is the one for b.
func (r *recent) answers(b []byte) bool {
	if !r.known || len(b) < r.size || r.ends && len(b) > r.size || string(b[:r.size]) != string(r.looked[:r.size]) {
		return false
	}
	r.credit = min(r.credit+1, recentCredit)
	return true
}

// due counts a search that was not answered, and reports whether its answer is to be kept.
func (r *recent) due() bool {
	if r.credit < 0 && r.rest > 0 {
		r.rest--
		return false
	}
	r.credit, r.rest = max(r.credit, 0)-recentCost, recentRest
	return true
}

// keep notes that there is an answer for b, and for what begins as it does, up to left, which the search has not looked at.
// It reports false, and there is none, if that is too much to be noted.
func (r *recent) keep(b, left []byte) bool {
	r.size, r.ends = len(b)-len(left), len(left) == 0
	if r.known = r.size <= recentLook; r.known {
		copy(r.looked[:], b[:r.size])
	}
	return r.known
}

// drop says that there is no answer.
func (r *recent) drop() { r.known = false }

// forget is drop when the topics change: the next search is to be remembered.
func (r *recent) forget() { r.known, r.credit = false, 0 }

// recentHits is a recent whose answers are those hits, in their order.
type recentHits[S any] struct {
	recent
	hits  [recentMost]S
	count int // if that is more there is no answer
}

func (r *recentHits[S]) add(s S) {
	if r.count < len(r.hits) {
		r.hits[r.count] = s
	}
	r.count++
}

// drop and forget are those of the recent, and also keep no hit alive.
func (r *recentHits[S]) drop() {
	r.recent.drop()
	clear(r.hits[:])
}

func (r *recentHits[S]) forget() {
	r.recent.forget()
	clear(r.hits[:])
}
