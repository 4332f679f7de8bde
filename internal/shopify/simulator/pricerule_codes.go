package simulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// discountCode finds the rule and the code that the path names; nil where
// either is not there.
func (x *exchange) discountCode(shop *Shop) (*PriceRule, *DiscountCode) {
	p := x.priceRule(shop)
	if p == nil {
		return nil, nil
	}
	id := pathID(x, "code")
	i := slices.IndexFunc(p.DiscountCodes, func(c DiscountCode) bool { return c.ID == id })
	if i < 0 {
		return p, nil
	}
	return p, &p.DiscountCodes[i]
}

// findCode finds a code in the shop, upper and lower case being the same.
func findCode(shop *Shop, code string) *DiscountCode {
	for i := range shop.PriceRules {
		for j := range shop.PriceRules[i].DiscountCodes {
			if c := &shop.PriceRules[i].DiscountCodes[j]; strings.EqualFold(c.Code, code) {
				return c
			}
		}
	}
	return nil
}

func listDiscountCodes(x *exchange, shop *Shop) *reply {
	p := x.priceRule(shop)
	if p == nil {
		return notFound()
	}
	page, wrong := restPage(x, p.DiscountCodes, func(c DiscountCode) uint64 { return c.ID })
	if wrong != nil {
		return wrong
	}
	return &reply{http.StatusOK, map[string]any{"discount_codes": page}}
}

func getDiscountCode(x *exchange, shop *Shop) *reply {
	_, c := x.discountCode(shop)
	if c == nil {
		return notFound()
	}
	return &reply{http.StatusOK, map[string]any{"discount_code": *c}}
}

func createDiscountCode(x *exchange, shop *Shop) *reply {
	p := x.priceRule(shop)
	if p == nil {
		return notFound()
	}
	code, wrong := readCode(x, shop, 0)
	if wrong != nil {
		return wrong
	}
	c := DiscountCode{ID: x.store.nextID(), PriceRuleID: p.ID, Code: code, CreatedAt: x.now, UpdatedAt: x.now}
	p.DiscountCodes = append(p.DiscountCodes, c)
	return &reply{http.StatusCreated, map[string]any{"discount_code": c}}
}

func updateDiscountCode(x *exchange, shop *Shop) *reply {
	_, c := x.discountCode(shop)
	if c == nil {
		return notFound()
	}
	code, wrong := readCode(x, shop, c.ID)
	if wrong != nil {
		return wrong
	}
	c.Code, c.UpdatedAt = code, x.now
	return &reply{http.StatusOK, map[string]any{"discount_code": *c}}
}

func deleteDiscountCode(x *exchange, shop *Shop) *reply {
	p, c := x.discountCode(shop)
	if c == nil {
		return notFound()
	}
	id := c.ID
	p.DiscountCodes = slices.DeleteFunc(p.DiscountCodes, func(c DiscountCode) bool { return c.ID == id })
	return &reply{status: http.StatusNoContent}
}

// lookUpDiscountCode tells where a code is in the Location header
// (https://shopify.dev/docs/api/admin-rest/latest/resources/discountcode).
func lookUpDiscountCode(x *exchange, shop *Shop) *reply {
	c := findCode(shop, x.request.URL.Query().Get("code"))
	if c == nil {
		return notFound()
	}
	x.header.Set("Location", fmt.Sprintf("https://%s/admin/api/%s/price_rules/%d/discount_codes/%d.json", shop.Domain, x.version, c.PriceRuleID, c.ID))
	return &reply{status: http.StatusSeeOther}
}

// readCode reads the code that the body gives to the code with an id, or to a
// new one. No two codes of a shop may be the same.
func readCode(x *exchange, shop *Shop, id uint64) (string, *reply) {
	body, wrong := restBody(x, "discount_code")
	if wrong != nil {
		return "", wrong
	}
	code, _ := body["code"].(string)
	faults := restFaults{}
	faults.text("code", code)
	if taken := findCode(shop, code); taken != nil && taken.ID != id {
		faults.add("code", "must be unique. Please try a different code.")
	}
	return code, faults.refusal()
}
