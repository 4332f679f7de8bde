package controllers

import (
	"context"
	"slices"
	"sync"
	"time"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/outcome"
	"github.com/shopkeeper-dev/shopkeeper/internal/plan"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// priceRuleLook is what a look at the store's price rules came to.
type priceRuleLook struct {
	// objects are the rules that are ours, and those of others that have our codes.
	objects []plan.Object
	// codes are those of the rules among objects, by the rule's id.
	codes map[string][]shopify.DiscountCode
	// problem says why there is no look.
	problem error
}

// lookAtPriceRules reads the price rules, which only REST has. A store that has
// nothing to do with price rules makes no request for them.
func (r *ShopifyStoreReconciler) lookAtPriceRules(ctx context.Context, run *storeRun) {
	wanted := plan.PriceRules(&run.store.Spec)
	switch {
	case len(wanted) == 0 && len(run.madeCodes()) == 0:
	case !run.scopes.Has("read_price_rules"):
		run.priceRules.problem = outcome.Stall(v1alpha1.ReasonScopeMissing,
			"The app was not granted read_price_rules: grant it in the app's configuration and have the merchant accept it, or remove spec.priceRules")
	default:
		look, err := r.ownPriceRules(ctx, run, wanted)
		if shopify.KindOf(err) == shopify.NotFound {
			err = outcome.Stall(v1alpha1.ReasonNotApplied,
				"Shopify no longer has price rules in the API version in use: remove spec.priceRules, and make the discounts in the store's admin")
		}
		run.priceRules, run.priceRules.problem = look, err
	}
}

// recorded says that the inventory has a thing by its id.
func (run *storeRun) recorded(id string) bool {
	return slices.ContainsFunc(run.store.Status.Inventory, func(e v1alpha1.InventoryEntry) bool {
		return e.ID == id
	})
}

// ownPriceRules finds the rules that are ours, and for each wanted code that none
// of them has the rule of somebody else that has it.
func (r *ShopifyStoreReconciler) ownPriceRules(ctx context.Context, run *storeRun, wanted []plan.PriceRule) (priceRuleLook, error) {
	look := priceRuleLook{codes: map[string][]shopify.DiscountCode{}}
	inventory, adoption := run.store.Status.Inventory, run.store.Spec.AdoptionPolicy
	rules, err := run.client.PriceRules(ctx)
	if err != nil {
		return look, err
	}
	var candidates []plan.PriceRule
	for _, rule := range rules {
		if !plan.MayBeOurs(rule, inventory) {
			continue
		}
		p, err := r.withCodes(ctx, run, &look, rule)
		if err != nil {
			return look, err
		}
		candidates = append(candidates, p)
	}
	own := plan.OwnPriceRules(candidates, inventory, adoption)
	for _, want := range wanted {
		code := want.Codes[0]
		if slices.ContainsFunc(own, func(o plan.Object) bool { return o.HoldsCode(code) }) {
			continue
		}
		id, err := run.client.FindDiscountCode(ctx, code)
		if err != nil {
			return look, err
		}
		i := slices.IndexFunc(rules, func(p shopify.PriceRule) bool { return p.ID == id })
		if i < 0 {
			continue // not there, or no price rule
		}
		p, err := r.withCodes(ctx, run, &look, rules[i])
		if err != nil {
			return look, err
		}
		look.objects = append(look.objects, plan.PriceRuleObject(code, p, adoption))
	}
	// The others come first: a rule of ours that is not complete gives way to them.
	look.objects = append(look.objects, own...)
	return look, nil
}

// withCodes reads the codes of a rule, or remembers them.
func (r *ShopifyStoreReconciler) withCodes(ctx context.Context, run *storeRun, look *priceRuleLook, rule shopify.PriceRule) (plan.PriceRule, error) {
	codes, known := r.codes.get(run.owner(), rule, r.Now())
	if !known || !run.recorded(rule.ID) { // what may come under management is looked at closely
		var err error
		if codes, err = run.client.DiscountCodes(ctx, rule.ID); err != nil {
			return plan.PriceRule{}, err
		}
		r.codes.put(run.owner(), rule, codes, r.Now())
	}
	look.codes[rule.ID] = codes
	p := plan.PriceRule{PriceRule: rule}
	for _, c := range codes {
		p.Codes = append(p.Codes, c.Code)
	}
	return p, nil
}

// priceRuleObjects are what the plan compares, or the records to keep where the
// store was not looked at.
func (run *storeRun) priceRuleObjects() (desired, observed []plan.Object, keep []v1alpha1.InventoryEntry) {
	if run.priceRules.problem != nil {
		keep = slices.DeleteFunc(slices.Clone(run.store.Status.Inventory), func(e v1alpha1.InventoryEntry) bool { return e.Kind != plan.KindPriceRule })
		return nil, nil, keep
	}
	spec := &run.store.Spec
	for _, p := range plan.PriceRules(spec) {
		desired = append(desired, plan.PriceRuleObject(p.Codes[0], p, spec.AdoptionPolicy))
	}
	return desired, run.priceRules.objects, nil
}

// codesLifetime is how long the codes of a rule are taken as read. A change of the
// rule itself ends it earlier; that of a code may not move the rule's time.
const codesLifetime = 6 * time.Hour

// codeCache remembers the codes of stores' price rules, by owner and rule.
type codeCache struct {
	mu      sync.Mutex
	entries map[string]map[string]codeEntry
}

type codeEntry struct {
	codes   []shopify.DiscountCode
	updated time.Time // of the rule
	at      time.Time
}

func (c *codeCache) get(owner string, rule shopify.PriceRule, now time.Time) ([]shopify.DiscountCode, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[owner][rule.ID]
	return e.codes, ok && e.updated.Equal(rule.UpdatedAt) && now.Sub(e.at) < codesLifetime
}

func (c *codeCache) put(owner string, rule shopify.PriceRule, codes []shopify.DiscountCode, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries == nil {
		c.entries = map[string]map[string]codeEntry{}
	}
	if c.entries[owner] == nil {
		c.entries[owner] = map[string]codeEntry{}
	}
	c.entries[owner][rule.ID] = codeEntry{codes, rule.UpdatedAt, now}
}

func (c *codeCache) drop(owner, id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.entries[owner], id)
}

func (c *codeCache) forget(owner string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.entries, owner)
}
