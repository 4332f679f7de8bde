package simulator

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
)

// stateList is a list of a shop's state that the control API serves item by item.
type stateList[T any] struct {
	name string // in the path and as the member of a reply
	of   func(*Shop) *[]T
	id   func(*T) *uint64
	// fresh completes a new item from what the shop suggests.
	fresh func(*Shop, *T)
}

var subscriptionList = stateList[WebhookSubscription]{
	name: "webhook_subscriptions",
	of:   func(s *Shop) *[]WebhookSubscription { return &s.WebhookSubscriptions },
	id:   func(w *WebhookSubscription) *uint64 { return &w.ID },
	fresh: func(s *Shop, w *WebhookSubscription) {
		if w.App == "" && len(s.Apps) == 1 {
			w.App = s.Apps[0].ClientID
		}
	},
}

var definitionList = stateList[MetafieldDefinition]{
	name:  "metafield_definitions",
	of:    func(s *Shop) *[]MetafieldDefinition { return &s.MetafieldDefinitions },
	id:    func(d *MetafieldDefinition) *uint64 { return &d.ID },
	fresh: func(*Shop, *MetafieldDefinition) {},
}

var inventoryList = stateList[InventoryItem]{
	name:  "inventory_items",
	of:    func(s *Shop) *[]InventoryItem { return &s.InventoryItems },
	id:    func(i *InventoryItem) *uint64 { return &i.ID },
	fresh: func(*Shop, *InventoryItem) {},
}

var priceRuleList = stateList[PriceRule]{
	name:  "price_rules",
	of:    func(s *Shop) *[]PriceRule { return &s.PriceRules },
	id:    func(p *PriceRule) *uint64 { return &p.ID },
	fresh: priceRuleDefaults,
}

func (l stateList[T]) routes(s *Simulator, handle func(string, func(*http.Request) (*reply, error))) {
	l.readRoutes(s, handle)
	list := l.path()
	handle("POST "+list, func(r *http.Request) (*reply, error) { return l.add(s, r) })
	handle("PATCH "+list+"/{id}", func(r *http.Request) (*reply, error) { return l.patch(s, r) })
	handle("DELETE "+list+"/{id}", func(r *http.Request) (*reply, error) {
		err := s.update(r.PathValue("domain"), func(shop *Shop) error {
			i, err := l.find(shop, r)
			if err == nil {
				items := l.of(shop)
				*items = slices.Delete(*items, i, i+1)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		return &reply{status: http.StatusNoContent}, nil
	})
}

func (l stateList[T]) path() string { return "/__sim/shops/{domain}/" + l.name }

// readRoutes serve the list and its items, to read.
func (l stateList[T]) readRoutes(s *Simulator, handle func(string, func(*http.Request) (*reply, error))) {
	handle("GET "+l.path(), func(r *http.Request) (*reply, error) {
		shop, there := s.Shop(r.PathValue("domain"))
		if !there {
			return nil, noShopError(r.PathValue("domain"))
		}
		return &reply{http.StatusOK, map[string]any{l.name: *l.of(&shop)}}, nil
	})
	handle("GET "+l.path()+"/{id}", func(r *http.Request) (*reply, error) {
		shop, there := s.Shop(r.PathValue("domain"))
		if !there {
			return nil, noShopError(r.PathValue("domain"))
		}
		i, err := l.find(&shop, r)
		if err != nil {
			return nil, err
		}
		return &reply{http.StatusOK, (*l.of(&shop))[i]}, nil
	})
}

// find is the index of the item that the path names.
func (l stateList[T]) find(shop *Shop, r *http.Request) (int, error) {
	id, err := numberInPath(r)
	if err != nil {
		return 0, err
	}
	i := slices.IndexFunc(*l.of(shop), func(item T) bool { return *l.id(&item) == id })
	if i < 0 {
		return 0, notThereError(fmt.Sprintf("%s has no id %d", l.name, id))
	}
	return i, nil
}

// numberInPath is the number of a thing that the path names.
func numberInPath(r *http.Request) (uint64, error) {
	id, err := strconv.ParseUint(r.PathValue("id"), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("id %q: want the number at the end of the global id", r.PathValue("id"))
	}
	return id, nil
}

func (l stateList[T]) add(s *Simulator, r *http.Request) (*reply, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var zero T
	item, err := patched(zero, body)
	if err != nil {
		return nil, err
	}
	*l.id(&item) = 0 // the shop counts its ids itself
	at := 0
	after, err := s.updated(r.PathValue("domain"), func(shop *Shop) error {
		l.fresh(shop, &item)
		items := l.of(shop)
		at = len(*items)
		*items = append(*items, item)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return l.show(http.StatusCreated, &after, at)
}

// show answers with the item at an index, where the shop has kept it.
func (l stateList[T]) show(status int, shop *Shop, at int) (*reply, error) {
	items := *l.of(shop)
	if at >= len(items) {
		return nil, fmt.Errorf("the shop does not keep the item, for its app is uninstalled")
	}
	return &reply{status, items[at]}, nil
}

func (l stateList[T]) patch(s *Simulator, r *http.Request) (*reply, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	at := 0
	after, err := s.updated(r.PathValue("domain"), func(shop *Shop) (err error) {
		if at, err = l.find(shop, r); err != nil {
			return err
		}
		item := &(*l.of(shop))[at]
		id := *l.id(item)
		if *item, err = patched(*item, body); err == nil && *l.id(item) != id {
			return fmt.Errorf("an id cannot change")
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return l.show(http.StatusOK, &after, at)
}
