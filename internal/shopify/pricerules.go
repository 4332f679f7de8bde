package shopify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	goshopify "github.com/bold-commerce/go-shopify/v4"
)

// PriceRule says what a discount is worth, when and how often. The codes that
// give it are things of their own; see DiscountCode.
type PriceRule struct {
	// ID is Shopify's global id, such as gid://shopify/PriceRule/1.
	ID    string
	Title string
	// ValueType says which of the two values counts.
	ValueType PriceRuleValueType
	// PercentOff is a decimal in percent without needless zeros, such as 10 or 12.5.
	PercentOff string
	// AmountOffCents is in cents of the shop's currency.
	AmountOffCents int64
	StartsAt       time.Time // UTC, to the second
	// EndsAt is zero where there is no end.
	EndsAt time.Time
	// MinimumSubtotalCents is the least subtotal of an order; 0 for none.
	MinimumSubtotalCents int64
	// UsageLimit is how often it works in all; 0 for no limit.
	UsageLimit int
	Usage      PriceRuleUsage
	Reach      PriceRuleReach
	// UpdatedAt is when the rule was last changed; that it also moves with the
	// rule's codes is not certain.
	UpdatedAt time.Time
}

// PriceRuleValueType says how the worth of a discount is told.
type PriceRuleValueType string

const (
	// ValuePercentage: PercentOff of each item's price.
	ValuePercentage PriceRuleValueType = "Percentage"
	// ValueFixedAmount: AmountOffCents of an order.
	ValueFixedAmount PriceRuleValueType = "FixedAmount"
	// ValueOther: worth something that this package does not write, such as a
	// fraction of a cent or free shipping.
	ValueOther PriceRuleValueType = "Other"
)

// PriceRuleUsage says how often one customer may use a discount.
type PriceRuleUsage string

// The kinds of usage of a discount.
const (
	UsageUnlimited       PriceRuleUsage = "Unlimited"
	UsageOncePerCustomer PriceRuleUsage = "OncePerCustomer"
)

// PriceRuleReach says which orders a discount is for.
type PriceRuleReach string

const (
	// ReachAll: every item of every customer's order.
	ReachAll PriceRuleReach = "All"
	// ReachLimited: some only, by item, customer, quantity or shipping.
	ReachLimited PriceRuleReach = "Limited"
)

// DiscountCode is what a customer types to get a discount. Upper and lower case
// are the same, and a code is there once in a shop.
type DiscountCode struct {
	// ID is the number by which REST knows the code.
	ID   uint64
	Code string
}

// maxPage is the largest page of a list over REST.
const maxPage = 250

// PriceRules reads the shop's price rules, without their codes: one request for
// each 250. It needs read_price_rules.
func (c *Client) PriceRules(ctx context.Context) ([]PriceRule, error) {
	var rules []PriceRule
	err := readPages(ctx, c, "PriceRules", "price_rules.json", func(page struct {
		PriceRules []restPriceRule `json:"price_rules"`
	}) {
		for _, p := range page.PriceRules {
			rules = append(rules, p.rule())
		}
	})
	return rules, err
}

// DiscountCodes reads the codes of a rule. Where the rule is gone, the error says
// so; see Error.Gone.
func (c *Client) DiscountCodes(ctx context.Context, ruleID string) ([]DiscountCode, error) {
	var codes []DiscountCode
	err := readPages(ctx, c, "DiscountCodes", rulePath(ruleID, "/discount_codes.json"), func(page goshopify.DiscountCodesResource) {
		for _, d := range page.DiscountCodes {
			codes = append(codes, DiscountCode{ID: d.Id, Code: d.Code})
		}
	})
	return codes, gone(err, "the price rule")
}

// readPages reads a list over REST page by page, by the Link header.
func readPages[P any](ctx context.Context, c *Client, operation, path string, add func(P)) error {
	options := &goshopify.ListOptions{Limit: maxPage}
	for options != nil {
		info := &call{operation: operation, repeatable: true}
		base := c.base // a copy, see caller.MakeRequest
		var page P
		beside, err := base.ListWithPagination(withCall(ctx, info), path, &page, options)
		if err != nil {
			return asError(info, err)
		}
		add(page)
		options = beside.NextPageOptions
	}
	return nil
}

// FindDiscountCode returns the id of the rule that a code belongs to, or "" where
// the shop has no such code.
func (c *Client) FindDiscountCode(ctx context.Context, code string) (ruleID string, err error) {
	info := &call{operation: "FindDiscountCode", repeatable: true}
	base := c.base
	err = base.Get(withCall(ctx, info), "discount_codes/lookup.json?code="+url.QueryEscape(code), nil, nil)
	if place := codePlace.FindStringSubmatch(info.location); place != nil {
		return priceRuleGID(place[1]), nil // the answer is a redirect, which is not followed
	}
	if e, ok := errors.AsType[*Error](err); ok && e.status == http.StatusNotFound {
		return "", nil
	}
	if err == nil {
		err = missing(info.operation, "place of the code")
	}
	return "", asError(info, err)
}

var codePlace = regexp.MustCompile(`/price_rules/([0-9]+)/discount_codes/[0-9]+`)

// CreatePriceRule makes a rule, which has no code yet, and returns its id.
func (c *Client) CreatePriceRule(ctx context.Context, p PriceRule) (id string, err error) {
	info := &call{operation: "CreatePriceRule"}
	base := c.base
	var reply restPriceRuleBody
	if err := base.Post(withCall(ctx, info), "price_rules.json", restPriceRuleBody{p.rest()}, &reply); err != nil {
		return "", asError(info, err)
	}
	if reply.PriceRule.ID == 0 {
		return "", missing(info.operation, "price_rule")
	}
	return reply.PriceRule.rule().ID, nil
}

// UpdatePriceRule brings everything about a rule in line but its codes. What a
// PriceRule does not tell, such as a choice of items, is taken away.
func (c *Client) UpdatePriceRule(ctx context.Context, p PriceRule) error {
	info := &call{operation: "UpdatePriceRule"}
	base := c.base
	var reply restPriceRuleBody
	err := base.Put(withCall(ctx, info), rulePath(p.ID, ".json"), restPriceRuleBody{p.rest()}, &reply)
	if err != nil {
		return gone(asError(info, err), "the price rule")
	}
	return nil
}

// DeletePriceRule removes a rule and its codes.
func (c *Client) DeletePriceRule(ctx context.Context, id string) error {
	return c.deleteREST(ctx, "DeletePriceRule", rulePath(id, ".json"), "the price rule")
}

// CreateDiscountCode gives a rule a code. One that the shop has already makes it
// fail; see Error.Taken.
func (c *Client) CreateDiscountCode(ctx context.Context, ruleID, code string) error {
	info := &call{operation: "CreateDiscountCode"}
	base := c.base
	var reply goshopify.DiscountCodeResource
	input := goshopify.DiscountCodeResource{PriceRuleDiscountCode: &goshopify.PriceRuleDiscountCode{Code: code}}
	if err := base.Post(withCall(ctx, info), rulePath(ruleID, "/discount_codes.json"), input, &reply); err != nil {
		return gone(asError(info, err), "the price rule")
	}
	return nil
}

// DeleteDiscountCode takes a code from a rule.
func (c *Client) DeleteDiscountCode(ctx context.Context, ruleID string, codeID uint64) error {
	return c.deleteREST(ctx, "DeleteDiscountCode", rulePath(ruleID, fmt.Sprintf("/discount_codes/%d.json", codeID)), "the discount code")
}

func (c *Client) deleteREST(ctx context.Context, operation, path, thing string) error {
	info := &call{operation: operation}
	base := c.base
	if err := base.Delete(withCall(ctx, info), path); err != nil {
		return gone(asError(info, err), thing)
	}
	return nil
}

// gone tells a thing that is not there from a shop that is not there, which the
// status of REST does not: the shop has just answered.
func gone(err error, thing string) error {
	e, ok := errors.AsType[*Error](err)
	if !ok || e.status != http.StatusNotFound {
		return err
	}
	f := FieldError{Code: "NOT_FOUND", Message: thing + " does not exist any more"}
	return &Error{Kind: Conflict, Operation: e.Operation, Message: f.Message, Fields: []FieldError{f}, RequestID: e.RequestID, cause: e}
}

const priceRulePrefix = "gid://shopify/PriceRule/"

func priceRuleGID(number string) string { return priceRulePrefix + number }

// rulePath is a path below a rule's own. An id that is none leads to no rule.
func rulePath(id, rest string) string {
	number, err := strconv.ParseUint(strings.TrimPrefix(id, priceRulePrefix), 10, 64)
	if err != nil {
		number = 0
	}
	return fmt.Sprintf("price_rules/%d%s", number, rest)
}
