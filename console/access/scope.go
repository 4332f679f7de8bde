package access

import (
	"context"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// Scope is a store that somebody was let into. There is no other than those which
// Guard.Enter returns.
type Scope struct {
	ledger *ledger.Ledger
	store  ledger.Store
	person string
}

// Person is who was let in, as Kubernetes names them.
func (s *Scope) Person() string { return s.person }

// Store is the one that they were let into.
func (s *Scope) Store() ledger.Store { return s.store }

// View reads from the store's part of the ledger, as Ledger.View does.
func (s *Scope) View(ctx context.Context, f func(*ledger.Tx) error) error {
	return s.ledger.View(ctx, s.store, f)
}

// Update changes the store's part of the ledger, as Ledger.Update does.
func (s *Scope) Update(ctx context.Context, f func(*ledger.Tx) error) error {
	return s.ledger.Update(ctx, s.store, f)
}
