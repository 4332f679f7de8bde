package simulator

import (
	"reflect"
	"slices"
	"time"
)

// notice tells the apps of a shop what a change of its state means to them:
// app/uninstalled, app/scopes_update, inventory_levels/update, products/create, products/update,
// products/delete and shop/update. Other events are emitted by who makes them happen. What cannot be delivered is in the log of
// deliveries; a merchant hears nothing of it. The shop's lock is held.
func (s *Simulator) notice(st *store, before Shop) {
	now := s.clock()
	for _, old := range before.Apps {
		app := appByClientID(&st.shop, old.ClientID)
		switch {
		case app == nil || old.Uninstalled:
		case app.Uninstalled:
			// Sent although the app is gone, for it is how the app learns of it
			// (https://shopify.dev/docs/api/webhooks/latest?topic=app/uninstalled).
			_, _ = s.emit(st, before.WebhookSubscriptions, event{
				topic: "APP_UNINSTALLED", payload: ShopPayload(st.shop), app: app.ClientID, farewell: true,
			})
		case !slices.Equal(slices.Sorted(slices.Values(old.Scopes)), slices.Sorted(slices.Values(app.Scopes))):
			_, _ = s.emit(st, st.shop.WebhookSubscriptions, event{
				topic: "APP_SCOPES_UPDATE", payload: ScopesPayload(st.shop, *app, old.Scopes, now), app: app.ClientID,
			})
		}
	}
	s.tell(st, append(changedLevels(before, &st.shop, now), changedProducts(&before, &st.shop, now)...))
	if s.changedShop(before, &st.shop, now) {
		_, _ = s.emit(st, st.shop.WebhookSubscriptions, event{topic: "SHOP_UPDATE", payload: ShopPayload(st.shop)})
	}
}

// tell tells apps of one act, with an event for each fact. The shop's lock is held.
func (s *Simulator) tell(st *store, facts []fact) {
	act := EventOptions{}
	for _, f := range facts {
		act.Metafields = f.metafields(&st.shop)
		told, _ := s.emit(st, st.shop.WebhookSubscriptions, event{topic: f.topic, payload: f.payload, options: act}) // as in notice
		act.ID = told.ID
	}
}

// tellLater tells apps after some time on the clock. The shop's lock is held.
func (s *Simulator) tellLater(st *store, wait time.Duration, facts []fact) {
	if wait <= 0 {
		s.tell(st, facts)
		return
	}
	s.deliveries.after(wait, func() {
		st.mu.Lock()
		defer st.mu.Unlock()
		s.tell(st, facts)
	})
}

// changedLevels tell of the levels whose stock has changed, and dates
// the change. A level that comes or goes is told by other topics.
func changedLevels(before Shop, after *Shop, now time.Time) []fact {
	type place struct{ item, location uint64 }
	levels := map[place]InventoryLevel{}
	for _, item := range before.InventoryItems {
		for _, level := range item.Levels {
			levels[place{item.ID, level.LocationID}] = level
		}
	}
	var facts []fact
	for i := range after.InventoryItems {
		item := &after.InventoryItems[i]
		for j := range item.Levels {
			level := &item.Levels[j]
			old, there := levels[place{item.ID, level.LocationID}]
			if !there || old.Available == level.Available {
				continue
			}
			if level.UpdatedAt.Equal(old.UpdatedAt) {
				level.UpdatedAt = now
			}
			facts = append(facts, fact{"INVENTORY_LEVELS_UPDATE", stock{item, level}.payload(after)})
		}
	}
	return facts
}

// changedProducts tell of the products that came, changed or went, and date the
// changes. A product changes with its stock.
func changedProducts(before, after *Shop, now time.Time) []fact {
	var facts []fact
	for _, p := range pointers(after.Products) {
		switch old := productByID(before, p.ID); {
		case old == nil:
			facts = append(facts, fact{"PRODUCTS_CREATE", ProductPayload(*after, p.event(after, nil))})
		case !reflect.DeepEqual(old.undated(before), p.undated(after)):
			if p.UpdatedAt.Equal(old.UpdatedAt) {
				after.touch(p, now)
			}
			had := map[uint64]int{}
			for _, v := range variantsOf(before, old) {
				had[v.item.ID] = v.item.total()
			}
			facts = append(facts, p.updated(after, had))
		}
	}
	for _, old := range before.Products {
		if productByID(after, old.ID) == nil {
			facts = append(facts, fact{"PRODUCTS_DELETE", ProductDeletePayload(old.ID)})
		}
	}
	return facts
}

// undated is all of a product but when it came and changed.
func (p *Product) undated(shop *Shop) EventProduct {
	e := p.event(shop, nil)
	e.CreatedAt, e.UpdatedAt = time.Time{}, time.Time{}
	for i := range e.Variants {
		e.Variants[i].UpdatedAt = time.Time{}
	}
	return e
}

// changedShop says whether what shop/update tells of a shop has changed, and
// dates the change.
func (s *Simulator) changedShop(before Shop, after *Shop, now time.Time) bool {
	old, current := ShopPayload(before), ShopPayload(*after)
	delete(old, "updated_at")
	delete(current, "updated_at")
	if reflect.DeepEqual(old, current) {
		return false
	}
	if after.UpdatedAt.Equal(before.UpdatedAt) {
		after.UpdatedAt = now
	}
	return true
}
