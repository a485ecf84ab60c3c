package pipeline

import (
	"fmt"
	"slices"
	"strings"
)

// Only leaves of the graph what is for one role ([Role]): the stages of that role, and
// those that are joined with them by edges, directly or not. The rest is not run, as
// if it had not been built. It is for graphs whose parts are joined otherwise, as
// by sockets, and is to be called between building and Run.
//
// The error is an [ErrGraph], if no stage has that role, or if stages of different roles
// are joined, or some with none that has a role.
func (p *Pipeline) Only(role string) error {
	part := p.partOf()
	roles := make(map[*stage]*stage) // of a part, the stage that names its role
	for _, s := range p.stages {
		switch named := roles[part[s]]; {
		case s.role == "":
		case named == nil:
			roles[part[s]] = s
		case named.role != s.role:
			return p.bad("stage %s is for the role %q, and joined with %s, which is for %q", s.name, s.role, named.name, named.role)
		}
	}
	var known []string
	for _, s := range p.stages {
		named := roles[part[s]]
		if named == nil {
			return p.bad("stage %s is for no role, and joined with none that is", s.name)
		}
		known = append(known, named.role)
	}
	if !slices.Contains(known, role) {
		slices.Sort(known)
		return p.bad("no stage is for the role %q; there are %s", role, strings.Join(slices.Compact(known), ", "))
	}
	isOther := func(s *stage) bool { return roles[part[s]].role != role }
	p.mu.Lock()
	defer p.mu.Unlock()
	p.edges = slices.DeleteFunc(slices.Clone(p.edges), func(e joint) bool { from, _ := e.ends(); return isOther(from) })
	p.stages = slices.DeleteFunc(slices.Clone(p.stages), isOther)
	return nil
}

func (p *Pipeline) bad(format string, args ...any) error {
	return fmt.Errorf("pipeline %s: %w: "+format, append([]any{p.cfg.Name, ErrGraph}, args...)...)
}

// partOf finds out which stages are joined: those for which it has the same stage.
func (p *Pipeline) partOf() map[*stage]*stage {
	part := make(map[*stage]*stage)
	for _, s := range p.stages {
		part[s] = s
	}
	join := func(a, b *stage) {
		from, to := part[a], part[b]
		for _, s := range p.stages {
			if part[s] == from {
				part[s] = to
			}
		}
	}
	for _, s := range p.stages {
		if s.before != nil {
			join(s, s.before)
		}
	}
	for _, e := range p.edges {
		join(e.ends())
	}
	return part
}
