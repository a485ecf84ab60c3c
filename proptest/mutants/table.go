package main

import (
	"fmt"
	"os"
	"strings"
)

// A row is a line of the table of verdicts: the verdict on a mutant, and of which commit
// its tests were.
type row struct {
	mutant  string
	verdict verdict
	commit  string
}

const tableHead = "| mutant | caught by | where | after | commit |\n|---|---|---|---|---|\n"

func (r row) String() string {
	cells := []string{r.mutant, r.verdict.property, r.verdict.over, r.verdict.after, r.commit}
	for i, c := range cells {
		cells[i] = strings.ReplaceAll(c, "|", "/")
	}
	return "| " + strings.Join(cells, " | ") + " |\n"
}

// parseTable returns the rows of the table in a text, and what is before it.
func parseTable(text string) (before string, rows map[string]row, err error) {
	before, table, ok := strings.Cut(text, tableHead)
	if !ok {
		return "", nil, fmt.Errorf("there is no table of mutants, that begins with %q", tableHead)
	}
	rows = make(map[string]row)
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(line, "| \n"), " | ")
		if len(cells) != 5 {
			return "", nil, fmt.Errorf("%q is no row", line)
		}
		rows[cells[0]] = row{cells[0], verdict{cells[1], strings.TrimSpace(cells[2]), cells[3]}, cells[4]}
	}
	return before, rows, nil
}

// keep puts a row into the table of a file, in the order of the list. Rows of mutants
// that there are no more go.
func keep(file string, young row) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rows, err := parseTable(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	rows[young.mutant] = young
	var b strings.Builder
	b.WriteString(before + tableHead)
	for _, m := range mutants {
		if r, ok := rows[m.name]; ok {
			b.WriteString(r.String())
		}
	}
	return os.WriteFile(file, []byte(b.String()), 0o644)
}
