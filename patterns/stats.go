package patterns

// Stats are the counters of a socket since it was made.
type Stats struct {
	Sent, Received, Dropped int64 // messages
}
