package simulator

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/schema"
)

// priceRuleRoutes serve price rules and their codes.
func (s *Simulator) priceRuleRoutes(mux *http.ServeMux) {
	serve := func(method, path string, answer func(*exchange, *Shop) *reply) {
		stages := []stage{s.findShop, s.chooseVersion, s.authenticate}
		scope, act := "read_price_rules", reading(answer)
		if method != http.MethodGet {
			scope, act = "write_price_rules", s.writing(answer)
			stages = append(stages, func(x *exchange) *reply { x.call.Mutation = true; return nil })
		}
		mux.Handle(method+" /admin/api/{version}/"+path, s.handle(KindREST, append(stages, s.misbehave, leak, scoped(scope), act)...))
	}
	const codes = "price_rules/{rule}/discount_codes"
	serve("GET", "price_rules.json", listPriceRules)
	serve("POST", "price_rules.json", createPriceRule)
	serve("GET", "price_rules/count.json", countPriceRules)
	serve("GET", "price_rules/{rule}", getPriceRule)
	serve("PUT", "price_rules/{rule}", updatePriceRule)
	serve("DELETE", "price_rules/{rule}", deletePriceRule)
	serve("GET", codes+".json", listDiscountCodes)
	serve("POST", codes+".json", createDiscountCode)
	serve("GET", codes+"/{code}", getDiscountCode)
	serve("PUT", codes+"/{code}", updateDiscountCode)
	serve("DELETE", codes+"/{code}", deleteDiscountCode)
	serve("GET", "discount_codes/lookup.json", lookUpDiscountCode)
}

// scoped refuses apps that lack a scope, as public records show it.
func scoped(scope string) stage {
	needs := schema.Access{Scopes: [][]string{{scope}}}
	return func(x *exchange) *reply {
		if needs.Allows(granted(x.app.Scopes)) {
			return nil
		}
		return refuse(http.StatusForbidden, "[API] This action requires merchant approval for "+scope+" scope.")
	}
}

// reading is a REST call that sees what has reached readers.
func reading(answer func(*exchange, *Shop) *reply) stage {
	return func(x *exchange) *reply {
		x.store.mu.Lock()
		defer x.store.mu.Unlock()
		return answer(x, x.read())
	}
}

// writing is a REST call that changes the shop, as the fault that strikes it lets it.
func (s *Simulator) writing(answer func(*exchange, *Shop) *reply) stage {
	return func(x *exchange) *reply {
		x.store.mu.Lock()
		defer x.store.mu.Unlock()
		if x.fault != nil && x.fault.Kind == FaultUserErrors {
			wrong := restFaults{}
			for _, e := range x.fault.UserErrors {
				wrong.add(strings.Join(e.Field, "."), e.Message)
			}
			return wrong.refusal()
		}
		if x.fault != nil && x.fault.Kind == FaultStaleReads {
			x.store.keepStale(x.instant, x.fault.until(x.instant))
		}
		return answer(x, &x.store.shop)
	}
}

// pathID is the id in a segment such as 507328175.json; 0, which nothing has,
// where there is none.
func pathID(x *exchange, segment string) uint64 {
	id, _ := strconv.ParseUint(strings.TrimSuffix(x.request.PathValue(segment), ".json"), 10, 64)
	return id
}

// priceRule finds the rule that the path names.
func (x *exchange) priceRule(shop *Shop) *PriceRule {
	id := pathID(x, "rule")
	i := slices.IndexFunc(shop.PriceRules, func(p PriceRule) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	return &shop.PriceRules[i]
}

// shown is a rule as the REST API shows it: without its codes.
func (p *PriceRule) shown() PriceRule {
	rule := clone(*p)
	rule.DiscountCodes = nil
	return rule
}

func listPriceRules(x *exchange, shop *Shop) *reply {
	page, wrong := restPage(x, shop.PriceRules, func(p PriceRule) uint64 { return p.ID })
	if wrong != nil {
		return wrong
	}
	rules := []PriceRule{}
	for _, p := range page {
		rules = append(rules, p.shown())
	}
	return &reply{http.StatusOK, map[string]any{"price_rules": rules}}
}

func countPriceRules(_ *exchange, shop *Shop) *reply {
	return &reply{http.StatusOK, map[string]any{"count": len(shop.PriceRules)}}
}

func getPriceRule(x *exchange, shop *Shop) *reply {
	p := x.priceRule(shop)
	if p == nil {
		return notFound()
	}
	return &reply{http.StatusOK, map[string]any{"price_rule": p.shown()}}
}

func createPriceRule(x *exchange, shop *Shop) *reply {
	p, wrong := readPriceRule(x, PriceRule{})
	if wrong != nil {
		return wrong
	}
	p.complete(x.store.nextID, x.now)
	shop.PriceRules = append(shop.PriceRules, p)
	return &reply{http.StatusCreated, map[string]any{"price_rule": p.shown()}}
}

func updatePriceRule(x *exchange, shop *Shop) *reply {
	p := x.priceRule(shop)
	if p == nil {
		return notFound()
	}
	changed, wrong := readPriceRule(x, *p)
	if wrong != nil {
		return wrong
	}
	changed.complete(x.store.nextID, x.now)
	changed.UpdatedAt = x.now
	*p = changed
	return &reply{http.StatusOK, map[string]any{"price_rule": p.shown()}}
}

func deletePriceRule(x *exchange, shop *Shop) *reply {
	p := x.priceRule(shop)
	if p == nil {
		return notFound()
	}
	id := p.ID
	shop.PriceRules = slices.DeleteFunc(shop.PriceRules, func(p PriceRule) bool { return p.ID == id })
	return &reply{status: http.StatusNoContent}
}

// readPriceRule applies the body to a rule: what it does not name stays as it is.
func readPriceRule(x *exchange, p PriceRule) (PriceRule, *reply) {
	change, wrong := restBody(x, "price_rule")
	if wrong != nil {
		return p, wrong
	}
	for _, own := range []string{"id", "created_at", "updated_at", "admin_graphql_api_id"} {
		delete(change, own) // read-only, and passed over
	}
	var known map[string]any
	text, err := json.Marshal(p.shown())
	if err == nil {
		err = json.Unmarshal(text, &known)
	}
	if err != nil {
		panic(fmt.Errorf("simulator: a price rule has no JSON: %w", err))
	}
	faults := restFaults{}
	for _, name := range slices.Sorted(maps.Keys(change)) {
		if _, there := known[name]; !there {
			return p, refuse(http.StatusNotImplemented, fmt.Sprintf("price_rule.%s is not modelled by the simulator", name))
		}
		if text, isText := change[name].(string); isText && (name == "starts_at" || name == "ends_at") {
			if _, err := time.Parse(time.RFC3339, text); err != nil {
				faults.add(name, "is invalid")
				delete(change, name)
			}
		}
	}
	codes := p.DiscountCodes
	if text, err = json.Marshal(merged(known, change)); err == nil {
		p = PriceRule{}
		err = json.Unmarshal(text, &p)
	}
	if err != nil {
		return p, refuse(http.StatusBadRequest, map[string]string{"price_rule": err.Error()})
	}
	p.DiscountCodes = codes
	all := p.faults()
	maps.Copy(all, faults)
	return p, all.refusal()
}

// restBody reads the object that the body holds under a name. Without it, the
// words are Shopify's.
func restBody(x *exchange, name string) (map[string]any, *reply) {
	text, err := io.ReadAll(x.request.Body)
	var body map[string]map[string]any
	if err == nil {
		err = json.Unmarshal(text, &body)
	}
	if err != nil || body[name] == nil {
		return nil, refuse(http.StatusBadRequest, map[string]string{name: "Required parameter missing or invalid"})
	}
	return body[name], nil
}
