package simulator

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// productRoutes serve what is still done with products over REST: to publish them by
// the right to write products alone.
func (s *Simulator) productRoutes(mux *http.ServeMux) {
	mutation := func(x *exchange) *reply { x.call.Mutation = true; return nil }
	mux.Handle("PUT /admin/api/{version}/products/{product}", s.handle(KindREST,
		s.findShop, s.chooseVersion, s.authenticate, mutation, s.misbehave, leak, scoped("write_products"), s.writing(s.putProduct)))
}

// putProduct changes a product's status and whether it is on the online store. That it
// does both at once, and draws no line at drafts, is not on record (?).
func (s *Simulator) putProduct(x *exchange, shop *Shop) *reply {
	p := productByID(shop, pathID(x, "product"))
	if p == nil {
		return notFound()
	}
	change, wrong := restBody(x, "product")
	if wrong != nil {
		return wrong
	}
	status, published, faults := p.Status, !p.publishedAt(shop).IsZero(), restFaults{}
	for _, name := range slices.Sorted(maps.Keys(change)) {
		switch name {
		case "id":
		case "status":
			text, _ := change[name].(string)
			if status = strings.ToUpper(text); !slices.Contains(productStatuses, status) {
				faults.add(name, "is not included in the list") // (?)
			}
		case "published":
			var isBool bool
			if published, isBool = change[name].(bool); !isBool {
				faults.add(name, "is invalid") // (?)
			}
		default:
			return refuse(http.StatusNotImplemented, fmt.Sprintf("product.%s is not modelled by the simulator", name))
		}
	}
	if refusal := faults.refusal(); refusal != nil {
		return refusal
	}
	changed := status != p.Status
	p.Status = status
	for _, place := range shop.Publications {
		switch {
		case !place.OnlineStore:
		case published:
			changed = p.publish(place.ID, x.now, x.now) || changed
		default:
			changed = p.unpublish(place.ID, x.now, x.now) || changed
		}
	}
	if changed {
		shop.touch(p, x.now)
		s.tell(x.store, []fact{p.updated(shop, nil)})
	}
	return &reply{http.StatusOK, map[string]any{"product": ProductPayload(*shop, p.event(shop, nil))}}
}
