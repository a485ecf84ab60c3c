package patterns

// Stats are the counters of a socket since it was made, in messages.
type Stats struct {
	Sent     int64 // taken by Send and its like
	Received int64 // given by Recv and its like
	Dropped  int64 // taken by Send, and not handed over
	Pipes    int   // peers that the socket has a pipe to now
}

// Stats returns the socket's counters.
func (s *socket) Stats() Stats {
	s.turn.Lock()
	defer s.turn.Unlock()
	stats := s.stats
	stats.Pipes = len(s.pipes)
	return stats
}
