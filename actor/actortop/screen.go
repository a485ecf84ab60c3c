package actortop

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/zeroactor/zmq/actor"
)

// The size of a terminal that does not tell.
const (
	usualWidth  = 80
	usualHeight = 24
)

// A screen is the state of the view. It is a value that each message replaces.
type screen struct {
	ctx    context.Context
	from   Source
	period time.Duration

	width, height int
	look          *look // nil before the first
	err           error // of the last time that the source was asked
	top           int   // first row that is shown
	still         bool  // no new figures
	hide          bool  // what is idle
}

// figures are what the source has given.
type figures struct {
	at   time.Time
	tree actor.Snapshot
	err  error
}

// again says that it is time to ask.
type again struct{}

// ask has the source asked.
func (s screen) ask() tea.Msg {
	tree, err := s.from(s.ctx)
	return figures{time.Now(), tree, err}
}

// Init implements tea.Model.
func (s screen) Init() tea.Cmd { return s.ask }

// Update implements tea.Model.
func (s screen) Update(m tea.Msg) (tea.Model, tea.Cmd) {
	switch m := m.(type) {
	case tea.WindowSizeMsg:
		s.width, s.height = m.Width, m.Height
	case figures:
		s.err = m.err
		if m.err == nil && !s.still {
			s.look = newLook(m.at, &m.tree, s.look)
		}
		return s.within(), tea.Tick(s.period, func(time.Time) tea.Msg { return again{} })
	case again:
		return s, s.ask
	case tea.KeyPressMsg:
		return s.press(m.String())
	}
	return s.within(), nil
}

// press does what a key is for.
func (s screen) press(key string) (tea.Model, tea.Cmd) {
	switch key {
	case "q", "esc", "ctrl+c":
		return s, tea.Quit
	case "up", "k":
		s.top--
	case "down", "j":
		s.top++
	case "pgup":
		s.top -= s.room()
	case "pgdown":
		s.top += s.room()
	case "home", "g":
		s.top = 0
	case "end", "G":
		s.top = len(s.rows())
	case "space", " ":
		s.still = !s.still
	case "i":
		s.hide = !s.hide
	}
	return s.within(), nil
}

// rows are those that may be shown.
func (s screen) rows() (all []row) {
	if s.look == nil {
		return nil
	}
	if !s.hide {
		return s.look.rows
	}
	for _, r := range s.look.rows {
		if !r.idle {
			all = append(all, r)
		}
	}
	return all
}

// room is how many rows there is room for, beside the two lines above and the one below.
func (s screen) room() int {
	height := s.height
	if height == 0 {
		height = usualHeight
	}
	return max(height-3, 1)
}

// within returns s with a first row that there is.
func (s screen) within() screen {
	s.top = max(min(s.top, len(s.rows())-s.room()), 0)
	return s
}

// View implements tea.Model.
func (s screen) View() tea.View {
	v := tea.NewView(s.text())
	v.AltScreen = true
	v.WindowTitle = "actors"
	return v
}

func (s screen) text() string {
	width := s.width
	if width == 0 {
		width = usualWidth
	}
	bold, pressed, faint := lipgloss.NewStyle().Bold(true), lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Color("1")), lipgloss.NewStyle().Faint(true)
	rows := s.rows()
	lines := []string{s.state(), bold.Render(ansi.Truncate(heading(), width, "…"))}
	for _, r := range rows[min(s.top, len(rows)):min(s.top+s.room(), len(rows))] {
		text := ansi.Truncate(r.text, width, "…")
		if r.full {
			text = pressed.Render(text)
		}
		lines = append(lines, text)
	}
	lines = append(lines, faint.Render(ansi.Truncate("arrows: move   space: stand still   i: hide idle   q: quit", width, "…")))
	return strings.Join(lines, "\n")
}

// state is the first line.
func (s screen) state() string {
	switch {
	case s.err != nil:
		return "no answer: " + fit(s.err.Error(), usualWidth)
	case s.look == nil:
		return "asking …"
	}
	full := 0
	for _, r := range s.look.rows {
		if r.full {
			full++
		}
	}
	text := fmt.Sprintf("%d nodes, %d full, as of %s", s.look.nodes, full, s.look.at.Format(time.TimeOnly))
	if s.still {
		text += ", standing still"
	}
	if s.hide {
		text += ", without the idle"
	}
	return text
}
