package proptest

// A pipelineTwin has every message received by one of the peers. It does for
// DEALERs as well, which send both ways.
type pipelineTwin struct{ *twinBase }

func newPipelineTwin(h History, local bool) twin { return &pipelineTwin{newTwinBase(h, local)} }

func (t *pipelineTwin) compose(s Step, n name) []string {
	if t.sockets[s.Who].Kind == "PULL" {
		return nil
	}
	return t.twinBase.compose(s, n)
}
