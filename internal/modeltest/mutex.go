package modeltest

// A Mutex is a lock between the threads of a World. Its zero value is unlocked.
type Mutex struct{ locked bool }

// Lock waits for the lock.
func (m *Mutex) Lock(w *World) {
	w.Step()
	w.Block(func() bool { return !m.locked })
	m.locked = true
}

// TryLock takes the lock if it is free.
func (m *Mutex) TryLock(w *World) bool {
	w.Step()
	if m.locked {
		return false
	}
	m.locked = true
	return true
}

// Unlock gives the lock back.
func (m *Mutex) Unlock(w *World) {
	w.Step()
	if !m.locked {
		w.Failf("unlock of an unlocked mutex")
	}
	m.locked = false
}
