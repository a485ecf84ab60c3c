// Package page makes one self-contained HTML page of plots and tables: the plots
// are inline SVG, and nothing is loaded from anywhere.
package page

import (
	_ "embed"
	"html/template"
	"io"
	"strings"
)

// A Page is what is on it, from the top.
type Page struct {
	Title    string
	Subtitle string
	Notes    []string // paragraphs
	Sections []Section
}

// A Section is a heading, some plots side by side, and a table.
type Section struct {
	Title string
	Text  string
	Plots []Plot
	Table *Table // nil if there is none
}

// A Table is rows of cells; the header is not one of them.
type Table struct {
	Header []string
	Rows   [][]string
}

//go:embed page.html
var source string

// Write writes p as HTML.
func (p Page) Write(w io.Writer) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"svg":  func(p Plot) template.HTML { return template.HTML(p.SVG()) }, // it escapes its texts itself
		"slug": slug,
	}).Parse(source)
	if err != nil {
		return err
	}
	return t.Execute(w, p)
}

// slug makes an anchor of a heading.
func slug(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(s))
}
