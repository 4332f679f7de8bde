package intake

import "github.com/shopkeeper-dev/shopkeeper/internal/ledger"

// The columns of the files. All have to be there: a file from which one was left
// out would set what it holds back to the default.
var (
	consignorColumns = []string{"consignor_id", "name", "class"}
	shiftColumns     = []string{"shift_id", "event_id", "consignor_id"}
	itemColumns      = []string{"item_id", "consignor_id", "event_id", "title", "price", "markdown_eligible"}
)

// parsed is what a row says, and where it stands.
type parsed[T any] struct {
	value T
	file  string
	line  int
}

// batch is what the files say.
type batch struct {
	consignors []parsed[ledger.Consignor]
	shifts     []parsed[ledger.Shift]
	items      []parsed[ledger.Item]
	// named are the consignors that have a row, be it a wrong one; allNamed is false
	// where there may be more.
	named    map[string]bool
	allNamed bool
}

func parse(files Files, p *problems) batch {
	b := batch{named: map[string]bool{}, allNamed: true}
	if files.Consignors != nil {
		t := readTable(*files.Consignors, consignorColumns, p)
		b.consignors, b.allNamed = parseRows(t, p, b.consignor), t.whole
	}
	if files.Shifts != nil {
		b.shifts = parseRows(readTable(*files.Shifts, shiftColumns, p), p, parseShift)
	}
	if files.Items != nil {
		b.items = parseRows(readTable(*files.Items, itemColumns, p), p, parseItem)
	}
	return b
}

// parseRows reads the rows of a table. One with a problem, or with an id that was
// there before, is left out.
func parseRows[T any](t table, p *problems, read func(*cells) T) []parsed[T] {
	var list []parsed[T]
	first := map[string]int{}
	for _, r := range t.rows {
		before := len(p.list)
		value := read(&cells{table: &t, row: r, problems: p})
		id := r.cells[0]
		if line, again := first[id]; again {
			p.addf(t.file, r.line, t.columns[0], "%s is on line %d already: remove one of the two", shown(id), line)
		}
		if len(p.list) == before {
			first[id] = r.line
			list = append(list, parsed[T]{value: value, file: t.file, line: r.line})
		}
	}
	return list
}

// cells reads the cells of a row by column.
type cells struct {
	*table
	row
	*problems
}

// cell reads one; what is wrong with it goes to the problems.
func cell[T any](c *cells, column int, read func(string) (T, error)) T {
	value, err := read(c.cells[column])
	if err != nil {
		c.addf(c.file, c.line, c.columns[column], "%v", err)
	}
	return value
}

func (b *batch) consignor(c *cells) ledger.Consignor {
	b.named[c.cells[0]] = true
	return ledger.Consignor{ID: cell(c, 0, parseID), Name: cell(c, 1, parseText), Class: cell(c, 2, parseClass)}
}

func parseShift(c *cells) ledger.Shift {
	return ledger.Shift{ID: cell(c, 0, parseID), EventID: cell(c, 1, parseID), ConsignorID: cell(c, 2, parseID)}
}

func parseItem(c *cells) ledger.Item {
	return ledger.Item{
		ID: cell(c, 0, parseID), ConsignorID: cell(c, 1, parseID), EventID: cell(c, 2, parseID), Title: cell(c, 3, parseText),
		PriceCents: cell(c, 4, parsePrice), MarkdownEligible: cell(c, 5, parseTruth), State: newItem,
	}
}
