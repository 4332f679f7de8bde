package api

import (
	"errors"
	"net/http"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// lookup is what was found under an id that something new is to have.
type lookup[T comparable] struct {
	found T
	err   error
}

func absent[T comparable](found T, err error) lookup[T] { return lookup[T]{found, err} }

// or makes what is new, where nothing was found. What was found is left alone where
// it is the same, so that a request may come again without a key; else it is a
// conflict.
func (l lookup[T]) or(wanted T, create func() error) error {
	switch {
	case errors.Is(l.err, ledger.ErrNotFound):
		return create()
	case l.err == nil && l.found != wanted:
		return problemf(http.StatusConflict, "the id is in use for another one: give it another id, or change the one that is there")
	}
	return l.err
}
