package catalog

import "github.com/shopkeeper-dev/shopkeeper/internal/ledger"

// Withdraw takes an item out of its event on behalf of a person, for good. A *TransitionError
// where it stands where it cannot be, and ErrNotFound where the ledger has no such
// item. Its product has to follow.
func Withdraw(tx *ledger.Tx, id string, by By) (ledger.Item, error) {
	item, err := tx.Item(id)
	if err != nil {
		return item, err
	}
	if err := Check(State(item.State), Withdrawn); err != nil || State(item.State) == Withdrawn {
		return item, err
	}
	if err := tx.SetItemState(id, string(Withdrawn)); err != nil {
		return item, err
	}
	err = tx.Record(ledger.TrailEntry{Actor: by.Actor, Action: "item state", Subject: "item/" + id, Before: item.State, After: string(Withdrawn), Reason: by.Reason})
	if err != nil {
		return item, err
	}
	item.State = string(Withdrawn)
	return item, tx.Resolve(FindingProductDeleted, "item/"+id)
}
