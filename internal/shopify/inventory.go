package shopify

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/admin"
)

// QuantityChange moves the available stock of an item at a location.
type QuantityChange struct {
	InventoryItemID string
	LocationID      string
	// From is what the stock must be for the change to take place, To what it
	// becomes, in pieces.
	From, To int
}

// MaxQuantityChanges is how many changes one call may carry.
const MaxQuantityChanges = 250

const (
	// quantityReason tells people in the admin why stock changed; it is one of
	// Shopify's.
	quantityReason = "correction"
	// renewals bounds how often a key is renewed within one call.
	renewals = 3
)

// SetQuantities changes stock by compare-and-set: all of the changes take place
// or none. Where the stock is not what From says, the error is a Conflict, to be
// resolved and never overwritten.
//
// The key names the changes. Who comes again with the same changes, whatever
// happened in between, comes with the same key, and they take place once. Other
// changes need another key.
func (c *Client) SetQuantities(ctx context.Context, key string, changes []QuantityChange) error {
	const operation = "SetQuantities"
	if len(changes) == 0 || len(changes) > MaxQuantityChanges {
		return &Error{Kind: Invalid, Operation: operation, Message: fmt.Sprintf("%d changes: give 1 to %d", len(changes), MaxQuantityChanges)}
	}
	input := &admin.InventorySetQuantitiesInput{Name: "available", Reason: quantityReason}
	for _, change := range changes {
		input.Quantities = append(input.Quantities, &admin.InventoryQuantityInput{
			InventoryItemId: change.InventoryItemID, LocationId: change.LocationID, ChangeFromQuantity: &change.From, Quantity: change.To,
		})
	}
	var err error
	for renewal := range renewals {
		err = c.setQuantities(ctx, operation, renewed(key, renewal), input)
		if !hasCode(err, "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED") {
			return err
		}
	}
	return err
}

func (c *Client) setQuantities(ctx context.Context, operation, key string, input *admin.InventorySetQuantitiesInput) error {
	// With its key the mutation may be sent again like a read.
	reply, err := admin.SetQuantities(ctx, c.graphQL(&call{repeatable: true}), input, key)
	if err != nil {
		return err
	}
	if reply.InventorySetQuantities == nil {
		return missing(operation, "payload")
	}
	return refusedWithCode(operation, reply.InventorySetQuantities.UserErrors)
}

// renewed derives the key to use after an attempt with the former one failed for
// good: Shopify answers that key with the failure for ever. It is the same
// sequence in every process.
func renewed(key string, renewal int) string {
	if renewal == 0 {
		return key
	}
	return fmt.Sprintf("%s-%d", key, renewal)
}

func hasCode(err error, code string) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && slices.ContainsFunc(e.Fields, func(f FieldError) bool { return f.Code == code })
}
