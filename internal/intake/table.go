package intake

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of a file. A sale event has some thousands of items.
const (
	MaxRows  = 50_000
	MaxBytes = 16 << 20
)

// table is a file's rows under the columns that are wanted.
type table struct {
	file    string
	columns []string
	rows    []row
	// whole is false where rows may be missing, because the file cannot be read.
	whole bool
}

// row is a row; its cells are in the order of the columns, without space around
// them.
type row struct {
	line  int
	cells []string
}

// readTable reads a CSV file: UTF-8, with or without byte order mark, the columns
// in any order. What is wrong goes to the problems, and such a row is left out.
func readTable(f File, columns []string, p *problems) table {
	t := table{file: f.Name, columns: columns}
	fail := func(line int, format string, args ...any) table {
		p.addf(f.Name, line, "", format, args...)
		return t
	}
	text := bytes.TrimPrefix(f.Content, []byte("\uFEFF"))
	switch {
	case len(f.Content) > MaxBytes:
		return fail(0, "is larger than %d MiB: split it", MaxBytes>>20)
	case !utf8.Valid(text):
		return fail(lineOfInvalid(text), "is no UTF-8: save the file as CSV UTF-8")
	}
	reader := csv.NewReader(bytes.NewReader(text))
	reader.FieldsPerRecord, reader.ReuseRecord = -1, true
	heading, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return fail(0, "is empty: the first row has to name the columns %s", strings.Join(columns, ", "))
	}
	order, ok := t.order(heading, err, p)
	if !ok {
		return t
	}
	width := len(heading)
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			t.whole = true
			return t
		}
		if err != nil {
			return t.unreadable(err, p)
		}
		line, _ := reader.FieldPos(0)
		switch {
		case !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }):
			// Spreadsheets leave rows of nothing but commas behind.
		case len(t.rows) == MaxRows:
			return fail(line, "is one row more than the %d that a file may have: split it", MaxRows)
		case len(cells) != width:
			p.addf(f.Name, line, "", "has %d cells where the heading has %d: put quotes around a cell that holds a comma", len(cells), width)
		default:
			r := row{line: line}
			for _, i := range order {
				r.cells = append(r.cells, strings.TrimSpace(cells[i]))
			}
			t.rows = append(t.rows, r)
		}
	}
}

// order finds where in a heading each column is.
func (t *table) order(heading []string, err error, p *problems) ([]int, bool) {
	if err != nil {
		t.unreadable(err, p)
		return nil, false
	}
	wanted := "the columns are " + strings.Join(t.columns, ", ") + ", separated by commas"
	names := make([]string, len(heading))
	before := len(p.list)
	for i, name := range heading {
		names[i] = strings.TrimSpace(name)
		switch {
		case !slices.Contains(t.columns, names[i]):
			p.addf(t.file, 1, "", "has an unknown column %s: %s", shown(names[i]), wanted)
		case slices.Contains(names[:i], names[i]):
			p.addf(t.file, 1, "", "has the column %s twice: %s", names[i], wanted)
		}
	}
	var order []int
	for _, column := range t.columns {
		i := slices.Index(names, column)
		if i < 0 {
			p.addf(t.file, 1, "", "lacks the column %s: %s", column, wanted)
		}
		order = append(order, i)
	}
	return order, len(p.list) == before
}

func (t *table) unreadable(err error, p *problems) table {
	line := 0
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		line, err = e.Line, e.Err
	}
	p.addf(t.file, line, "", "cannot be read from here on (%v): within a quoted cell, write a quote twice", err)
	return *t
}

func lineOfInvalid(text []byte) int {
	line := 1
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if r == utf8.RuneError && size == 1 {
			break
		}
		if r == '\n' {
			line++
		}
		text = text[size:]
	}
	return line
}
