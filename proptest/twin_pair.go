package proptest

// A pairTwin is two sockets with one pipe. What a lost connection has brought
// comes before what the next one brings, so that order holds across them.
type pairTwin struct{ *twinBase }

func newPairTwin(h History, local bool) twin {
	t := &pairTwin{newTwinBase(h, local)}
	t.exclusive = true
	return t
}

// sent excuses what may go to a connection that the peer refuses, because it has
// not seen the end of the last one.
func (t *pairTwin) sent(s Step, n name, frames []string, err error) error {
	result := t.twinBase.sent(s, n, frames, err)
	if err == nil {
		for _, j := range t.peers(s.Who) {
			if t.again(s.Who, j) {
				t.entries[s.Who][n.seq].excused = true
			}
		}
	}
	return result
}
