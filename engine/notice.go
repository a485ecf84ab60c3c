package engine

// A notice is given once, and can be waited for. It is guarded by the connection's mu.
type notice struct {
	given bool
	told  chan struct{} // closed when it is given; nil until somebody waits, as few ever do
}

func (n *notice) give() {
	if !n.given && n.told != nil {
		close(n.told)
	}
	n.given = true
}

// await returns a channel that is closed when n is given.
func (c *Conn) await(n *notice) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n.told == nil {
		n.told = make(chan struct{})
		if n.given {
			close(n.told)
		}
	}
	return n.told
}
