package mailbox

// A ring is where the items of a queue are, or those from a certain number on: each has its number, and the
// place of that. One that is too small is followed by one of twice the size.
type ring[T any] struct {
	// Set at birth.
	places []place[T] // a power of two
	limit  uint64     // items that there may be in the queue while the ring is in use, at most as many as places
	first  uint64     // number of the first item; where there was another ring before, that is empty then
	single bool       // see Limits

	next atomicPointer[ring[T]] // what follows it, or nil
}

// A place is one of an item.
type place[T any] struct {
	told released // the number of the item that is in it, or was, plus one
	v    T
}

// newRing returns a ring for items from the one numbered first on.
func newRing[T any](size int, first uint64, limits *Limits) *ring[T] {
	return &ring[T]{
		places: make([]place[T], size),
		limit:  uint64(min(size, limits.hwm())),
		first:  first,
		single: limits.Single,
	}
}

func (r *ring[T]) at(number uint64) *place[T] {
	return &r.places[number&uint64(len(r.places)-1)]
}

// put fills the place, which is that of the number. The caller has been given that.
func (p *place[T]) put(number uint64, v T) {
	p.v = v
	p.told.Store(number + 1)
}

// take empties the place.
func (p *place[T]) take() (v T) {
	v, p.v = p.v, v // keep nothing alive
	return v
}
