package simulator

import (
	"slices"
	"time"
)

// fact is something to tell apps of.
type fact struct {
	topic   string // a WebhookSubscriptionTopic
	payload any
}

// stockMoves are changes of stock that one act makes.
type stockMoves struct {
	shop  *Shop
	now   time.Time
	moved []stock
	// before is what an item had everywhere, by its id.
	before map[uint64]int
}

// set makes an item's stock at a location something else. The location must be
// one that stocks the item, or else it does from now on.
func (m *stockMoves) set(item *InventoryItem, location uint64, available int) {
	if m.before == nil {
		m.before = map[uint64]int{}
	}
	if _, known := m.before[item.ID]; !known {
		m.before[item.ID] = item.total()
	}
	if item.levelAt(location) == nil {
		item.Levels = append(item.Levels, InventoryLevel{LocationID: location})
	}
	level := item.levelAt(location)
	level.Available, level.UpdatedAt = available, m.now
	moved := stock{item, level}
	if !slices.ContainsFunc(m.moved, func(s stock) bool { return s.item.ID == item.ID && s.level.LocationID == location }) {
		m.moved = append(m.moved, moved)
	}
}

// facts tell of each level, and of each product that the items are of, which has
// changed with its stock (schema, description of Product.updatedAt).
func (m *stockMoves) facts() []fact {
	var facts []fact
	var products []*Product
	for _, s := range m.moved {
		s.level = s.item.levelAt(s.level.LocationID) // it may have moved as others came
		facts = append(facts, fact{"INVENTORY_LEVELS_UPDATE", s.payload(m.shop)})
		if v := variantOfItem(m.shop, s.item.ID); v != nil {
			v.UpdatedAt = m.now
			m.shop.touch(v.product, m.now)
			if !slices.Contains(products, v.product) {
				products = append(products, v.product)
			}
		}
	}
	for _, p := range products {
		facts = append(facts, p.updated(m.shop, m.before))
	}
	return facts
}
