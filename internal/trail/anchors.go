// Package trail brings into the audit trail what happens outside of the ledger's own
// transactions: what is changed in shops. And it has the form in which the heads of
// audit trails are kept outside of the database.
package trail

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// Anchor is the head of a store's audit trail, kept outside of the database.
type Anchor struct {
	ledger.TrailHead

	// At is when it was kept.
	At time.Time `json:"at"`
}

// Anchors are those of all stores, by their names such as client-maple-kids/maple-kids.
type Anchors map[string]Anchor

// Of is the anchor of a store; zero for none.
func (a Anchors) Of(store ledger.Store) Anchor { return a[store.String()] }

// Parse reads anchors as Format writes them. Nothing is none.
func Parse(text string) (Anchors, error) {
	anchors := Anchors{}
	if text == "" {
		return anchors, nil
	}
	if err := json.Unmarshal([]byte(text), &anchors); err != nil {
		return nil, fmt.Errorf("these are no anchors of audit trails, which begin with {\"namespace/name\": {\"seq\": …: %w", err)
	}
	return anchors, nil
}

// Format writes anchors as JSON.
func Format(a Anchors) (string, error) {
	text, err := json.Marshal(a)
	return string(text), err
}
