package api

import (
	"encoding/base64"
	"net/http"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// Paging asks for a part of a list.
type Paging struct {
	Limit  int    `query:"limit" doc:"How many at most" default:"50" minimum:"1" maximum:"250"`
	Cursor string `query:"cursor" maxLength:"255" doc:"nextCursor of the page before; none for the first"`
}

// List is a page of a list, in the order of ids.
type List[T any] struct {
	Items []T `json:"items" nullable:"false" doc:"This page, in the order of ids"`
	// NextCursor is empty on the last page.
	NextCursor string `json:"nextCursor,omitempty" doc:"The cursor of the next page; none on the last one"`
}

// list reads a page: one more than is wanted tells whether there is another.
func list[T, R any](p Paging, read func(ledger.Page) ([]R, error), id func(R) string, show func(R) T) (List[T], error) {
	after, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err != nil || !plain(string(after)) {
		problem := problemf(http.StatusUnprocessableEntity, correct)
		problem.Errors = []Fault{{Field: "cursor", Message: "is no cursor: give nextCursor of the page before, or none"}}
		return List[T]{}, problem
	}
	rows, err := read(ledger.Page{After: string(after), Limit: p.Limit + 1})
	if err != nil {
		return List[T]{}, err
	}
	out := List[T]{Items: []T{}}
	if len(rows) > p.Limit {
		rows = rows[:p.Limit]
		out.NextCursor = base64.RawURLEncoding.EncodeToString([]byte(id(rows[p.Limit-1])))
	}
	for _, r := range rows {
		out.Items = append(out.Items, show(r))
	}
	return out, nil
}
