package simulator

import (
	"reflect"
	"slices"
	"time"
)

// notice tells the apps of a shop what a change of its state means to them:
// app/uninstalled, app/scopes_update and shop/update. Other events are emitted
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
	if s.changedShop(before, &st.shop, now) {
		_, _ = s.emit(st, st.shop.WebhookSubscriptions, event{topic: "SHOP_UPDATE", payload: ShopPayload(st.shop)})
	}
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
