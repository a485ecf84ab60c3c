package patterns

type watcher struct{}

func (s *socket) notify() {}
