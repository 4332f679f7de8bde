package simulator

import (
	"reflect"
	"slices"
	"time"
)

// notice tells the apps of a shop what a change of its state means to them:
// app/uninstalled, app/scopes_update, inventory_levels/update and shop/update. Other events are emitted
// by who makes them happen. What cannot be delivered is in the log of
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
	s.tell(st, "INVENTORY_LEVELS_UPDATE", changedLevels(before, &st.shop, now))
	if s.changedShop(before, &st.shop, now) {
		_, _ = s.emit(st, st.shop.WebhookSubscriptions, event{topic: "SHOP_UPDATE", payload: ShopPayload(st.shop)})
	}
}

// tell tells apps of one act, with an event for each payload. The shop's lock is held.
func (s *Simulator) tell(st *store, topic string, payloads []any) {
	act := EventOptions{}
	for _, payload := range payloads {
		told, _ := s.emit(st, st.shop.WebhookSubscriptions, event{topic: topic, payload: payload, options: act}) // as in notice
		act.ID = told.ID
	}
}

// changedLevels are the payloads of the levels whose stock has changed, and dates
// the change. A level that comes or goes is told by other topics.
func changedLevels(before Shop, after *Shop, now time.Time) []any {
	type place struct{ item, location uint64 }
	levels := map[place]InventoryLevel{}
	for _, item := range before.InventoryItems {
		for _, level := range item.Levels {
			levels[place{item.ID, level.LocationID}] = level
		}
	}
	var payloads []any
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
			payloads = append(payloads, stock{item, level}.payload(after))
		}
	}
	return payloads
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
