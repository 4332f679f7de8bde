package simulator

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	. "github.com/onsi/gomega"
)

const priceRuleBody = `{"price_rule":{"title":"SPRING10","value_type":"percentage","value":"-10.0","target_type":"line_item",
	"target_selection":"all","allocation_method":"across","customer_selection":"all","starts_at":"2026-12-01T00:00:00-05:00"}}`

// rest sends a call of the REST API to the maple shop.
func (w *world) rest(method, path, body string) answer {
	return w.do(call{method: method, path: "/admin/api/" + latest + "/" + path, token: "shpat_maple-kids", body: body})
}

// addRule makes a rule with a code and returns the paths of both.
func (w *world) addRule(code string) (rule, discountCode string) {
	a := w.rest("POST", "price_rules.json", priceRuleBody)
	w.Expect(a.status).To(Equal(201), a.text)
	rule = fmt.Sprintf("price_rules/%.0f", a.at("price_rule.id"))
	a = w.rest("POST", rule+"/discount_codes.json", `{"discount_code":{"code":"`+code+`"}}`)
	w.Expect(a.status).To(Equal(201), a.text)
	return rule, fmt.Sprintf("%s/discount_codes/%.0f", rule, a.at("discount_code.id"))
}

func TestPriceRules(t *testing.T) {
	w := newWorld(t)
	a := w.rest("POST", "price_rules.json", priceRuleBody)
	w.Expect(a.status).To(Equal(201), a.text)
	for path, want := range map[string]any{
		"price_rule.value": "-10.0", "price_rule.starts_at": "2026-12-01T00:00:00-05:00",
		"price_rule.once_per_customer": false, "price_rule.entitled_product_ids": []any{},
		"price_rule.created_at": "2026-11-23T09:00:00Z", "price_rule.admin_graphql_api_id": "gid://shopify/PriceRule/1006",
	} {
		w.Expect(a.at(path)).To(Equal(want), path)
	}
	for _, unset := range []string{"ends_at", "usage_limit", "prerequisite_subtotal_range"} {
		w.Expect(a.at("price_rule")).To(HaveKeyWithValue(unset, BeNil()))
	}
	w.Expect(w.rest("GET", "price_rules/1006.json", "").at("price_rule")).To(Equal(a.at("price_rule")))
	w.Expect(w.rest("GET", "price_rules/count.json", "").text).To(Equal(`{"count":1}` + "\n"))

	w.time = w.time.Add(60e9)
	a = w.rest("PUT", "price_rules/1006.json", `{"price_rule":{"id":7,"value":-12.5,"usage_limit":3,"prerequisite_subtotal_range":{"greater_than_or_equal_to":"40"}}}`)
	w.Expect(a.status).To(Equal(200), a.text)
	for path, want := range map[string]any{
		"price_rule.id": 1006.0, "price_rule.title": "SPRING10", "price_rule.value": "-12.5", "price_rule.usage_limit": 3.0,
		"price_rule.prerequisite_subtotal_range.greater_than_or_equal_to": "40.0", "price_rule.updated_at": "2026-11-23T09:01:00Z",
	} {
		w.Expect(a.at(path)).To(Equal(want), path)
	}
	a = w.rest("PUT", "price_rules/1006.json", `{"price_rule":{"usage_limit":null,"prerequisite_subtotal_range":null}}`)
	w.Expect(a.at("price_rule.usage_limit")).To(BeNil(), "null takes away")
	w.Expect(a.at("price_rule.prerequisite_subtotal_range")).To(BeNil())

	code := w.rest("POST", "price_rules/1006/discount_codes.json", `{"discount_code":{"code":"Spring10"}}`)
	w.Expect(code.status).To(Equal(201), code.text)
	w.Expect(code.at("discount_code.price_rule_id")).To(Equal(1006.0))
	w.Expect(code.at("discount_code.usage_count")).To(Equal(0.0))
	w.Expect(w.rest("GET", "price_rules/1006/discount_codes/1007.json", "").at("discount_code")).To(Equal(code.at("discount_code")))
	w.Expect(w.rest("GET", "price_rules/1006/discount_codes.json", "").at("discount_codes.0.code")).To(Equal("Spring10"))
	w.Expect(w.rest("PUT", "price_rules/1006/discount_codes/1007.json", `{"discount_code":{"code":"SPRING10"}}`).at("discount_code.code")).To(Equal("SPRING10"))

	w.Expect(w.rest("DELETE", "price_rules/1006.json", "").status).To(Equal(204))
	w.Expect(w.rest("GET", "price_rules/1006/discount_codes/1007.json", "").status).To(Equal(404), "a rule takes its codes along")
	w.Expect(w.rest("DELETE", "price_rules/1006.json", "").status).To(Equal(404))
	last := w.sim.Calls(CallFilter{Operation: "DELETE /admin/api/" + latest + "/price_rules/1006.json"})
	w.Expect(last).To(HaveLen(2))
	w.Expect(last[0].Mutation).To(BeTrue())
}

func TestPriceRuleRefusals(t *testing.T) {
	changed := func(from, to string) string { return strings.Replace(priceRuleBody, from, to, 1) }
	cases := map[string]struct {
		reason, body string
		status       int
		want         string
	}{
		"no root":      {"the body names the resource", `{"title":"A"}`, 400, `{"errors":{"price_rule":"Required parameter missing or invalid"}}`},
		"title":        {"a title must be there", changed("SPRING10", " "), 422, `{"errors":{"title":["can't be blank"]}}`},
		"long title":   {"of 255 characters at most", changed("SPRING10", strings.Repeat("x", 256)), 422, `{"errors":{"title":["is too long (maximum is 255 characters)"]}}`},
		"value":        {"a discount is negative", changed("-10.0", "10.0"), 422, `{"errors":{"value":["must be negative"]}}`},
		"no number":    {"and a number", changed("-10.0", "ten"), 422, `{"errors":{"value":["is not a number"]}}`},
		"percentage":   {"of 100% at most", changed("-10.0", "-100.5"), 422, `{"errors":{"value":["must be between -100 and 0"]}}`},
		"value type":   {"there are two types", changed("percentage", "points"), 422, `{"errors":{"value_type":["is not included in the list"]}}`},
		"target":       {"items or shipping", changed(`"line_item"`, `"order"`), 422, `{"errors":{"target_type":["is not included in the list"]}}`},
		"selection":    {"all or entitled ones", changed(`"target_selection":"all"`, `"target_selection":"some"`), 422, `{"errors":{"target_selection":["is not included in the list"]}}`},
		"allocation":   {"each or across", changed("across", "twice"), 422, `{"errors":{"allocation_method":["is not included in the list"]}}`},
		"customers":    {"all or prerequisite ones", changed(`"customer_selection":"all"`, `"customer_selection":""`), 422, `{"errors":{"customer_selection":["can't be blank"]}}`},
		"start":        {"a start must be there", changed(`"2026-12-01T00:00:00-05:00"`, "null"), 422, `{"errors":{"starts_at":["can't be blank"]}}`},
		"no time":      {"and a time", changed("2026-12-01T00:00:00-05:00", "soon"), 422, `{"errors":{"starts_at":["is invalid"]}}`},
		"end":          {"the end comes after the start", changed(`"starts_at"`, `"ends_at":"2026-12-01T05:00:00Z","starts_at"`), 422, `{"errors":{"ends_at":["must be after starts_at"]}}`},
		"usage":        {"a limit is positive", changed(`"starts_at"`, `"usage_limit":0,"starts_at"`), 422, `{"errors":{"usage_limit":["must be greater than 0"]}}`},
		"minimum":      {"a subtotal is an amount", changed(`"starts_at"`, `"prerequisite_subtotal_range":{"greater_than_or_equal_to":"-1"},"starts_at"`), 422, `{"errors":{"prerequisite_subtotal_range":["is invalid"]}}`},
		"shipping":     {"free shipping is 100% of each", changed(`"line_item"`, `"shipping_line"`), 422, `{"errors":{"allocation_method":["must be each for shipping lines"],"value":["must be -100 for shipping lines"]}}`},
		"not modelled": {"nothing is passed over in silence", changed(`"starts_at"`, `"combines_with":{},"starts_at"`), 501, `{"errors":"price_rule.combines_with is not modelled by the simulator"}`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a := w.rest("POST", "price_rules.json", tc.body)
			w.Expect(a.status).To(Equal(tc.status), tc.reason)
			w.Expect(a.text).To(Equal(tc.want+"\n"), tc.reason)
			w.Expect(w.shop().PriceRules).To(BeEmpty())
		})
	}
}

func TestDiscountCodeRefusals(t *testing.T) {
	cases := map[string]struct {
		reason, method, path, body string
		status                     int
		want                       string
	}{
		"blank":     {"a code must be there", "POST", "{rule}/discount_codes.json", `{"discount_code":{"code":""}}`, 422, `{"errors":{"code":["can't be blank"]}}`},
		"long":      {"of 255 characters at most", "POST", "{rule}/discount_codes.json", `{"discount_code":{"code":"` + strings.Repeat("x", 256) + `"}}`, 422, `{"errors":{"code":["is too long (maximum is 255 characters)"]}}`},
		"taken":     {"codes are unique whatever the case", "POST", "{rule}/discount_codes.json", `{"discount_code":{"code":"spring10"}}`, 422, `{"errors":{"code":["must be unique. Please try a different code."]}}`},
		"renamed":   {"after a change too", "PUT", "{code}.json", `{"discount_code":{"code":"other"}}`, 422, `{"errors":{"code":["must be unique. Please try a different code."]}}`},
		"own":       {"a code may keep its name", "PUT", "{code}.json", `{"discount_code":{"code":"spring10"}}`, 200, ""},
		"no root":   {"the body names the resource", "POST", "{rule}/discount_codes.json", `{}`, 400, `{"errors":{"discount_code":"Required parameter missing or invalid"}}`},
		"no rule":   {"a rule that is not there", "POST", "price_rules/9/discount_codes.json", `{"discount_code":{"code":"A"}}`, 404, `{"errors":"Not Found"}`},
		"no code":   {"a code that is not there", "DELETE", "{rule}/discount_codes/9.json", "", 404, `{"errors":"Not Found"}`},
		"no number": {"an id that is none", "GET", "price_rules/x.json", "", 404, `{"errors":"Not Found"}`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.addRule("OTHER")
			rule, code := w.addRule("SPRING10")
			a := w.rest(tc.method, strings.NewReplacer("{rule}", rule, "{code}", code).Replace(tc.path), tc.body)
			w.Expect(a.status).To(Equal(tc.status), tc.reason+": "+a.text)
			if tc.want != "" {
				w.Expect(a.text).To(Equal(tc.want+"\n"), tc.reason)
			}
		})
	}
}

func TestDiscountCodeLookup(t *testing.T) {
	w := newWorld(t)
	_, code := w.addRule("Spring10")
	w.server.Client().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	a := w.rest("GET", "discount_codes/lookup.json?code=SPRING10", "")
	w.Expect(a.status).To(Equal(303))
	w.Expect(a.header.Get("Location")).To(Equal("https://" + maple + "/admin/api/" + latest + "/" + code + ".json"))
	w.Expect(w.rest("GET", "discount_codes/lookup.json?code=SPRING11", "").status).To(Equal(404))
}

func TestPriceRulePages(t *testing.T) {
	w := newWorld(t)
	w.update(func(s *Shop) {
		for i := range 7 {
			p := PriceRule{Title: fmt.Sprint("rule ", i), Value: "-1.0"}
			priceRuleDefaults(s, &p)
			s.PriceRules = append(s.PriceRules, p)
		}
	})
	titles := func(a answer) (list []string) {
		w.Expect(a.status).To(Equal(200), a.text)
		for _, p := range a.at("price_rules").([]any) {
			list = append(list, strings.TrimPrefix(p.(map[string]any)["title"].(string), "rule "))
		}
		return list
	}
	// beside follows the Link header.
	beside := func(a answer, rel string) string {
		for link := range strings.SplitSeq(a.header.Get("Link"), ", ") {
			address, is, _ := strings.Cut(link, "; ")
			if is == `rel="`+rel+`"` {
				u, err := url.Parse(strings.Trim(address, "<>"))
				w.Expect(err).NotTo(HaveOccurred())
				w.Expect(u.Host).To(Equal(maple))
				return "price_rules.json?" + u.RawQuery
			}
		}
		return ""
	}
	first := w.rest("GET", "price_rules.json?limit=3", "")
	w.Expect(titles(first)).To(Equal([]string{"0", "1", "2"}))
	w.Expect(beside(first, "previous")).To(BeEmpty())
	second := w.rest("GET", beside(first, "next"), "")
	w.Expect(titles(second)).To(Equal([]string{"3", "4", "5"}))
	third := w.rest("GET", beside(second, "next"), "")
	w.Expect(titles(third)).To(Equal([]string{"6"}))
	w.Expect(beside(third, "next")).To(BeEmpty())
	w.Expect(titles(w.rest("GET", beside(third, "previous"), ""))).To(Equal([]string{"3", "4", "5"}))
	w.Expect(titles(w.rest("GET", beside(second, "previous"), ""))).To(Equal([]string{"0", "1", "2"}))

	ids := w.shop().PriceRules
	w.Expect(titles(w.rest("GET", fmt.Sprintf("price_rules.json?since_id=%d", ids[4].ID), ""))).To(Equal([]string{"5", "6"}))
	w.Expect(titles(w.rest("GET", "price_rules.json", ""))).To(HaveLen(7))

	for query, want := range map[string]int{"page_info=x": 400, "since_id=1&" + strings.SplitN(beside(first, "next"), "?", 2)[1]: 400, "times_used=1": 501} {
		w.Expect(w.rest("GET", "price_rules.json?"+query, "").status).To(Equal(want), query)
	}
}

func TestPriceRuleScopes(t *testing.T) {
	w := newWorld(t)
	scopes := func(scopes ...string) { w.update(func(s *Shop) { s.Apps[0].Scopes = scopes }) }
	scopes("read_products")
	a := w.rest("GET", "price_rules.json", "")
	w.Expect(a.status).To(Equal(403))
	w.Expect(a.at("errors")).To(Equal("[API] This action requires merchant approval for read_price_rules scope."))
	scopes("read_price_rules")
	w.Expect(w.rest("GET", "price_rules.json", "").status).To(Equal(200))
	w.Expect(w.rest("POST", "price_rules.json", priceRuleBody).at("errors")).To(Equal("[API] This action requires merchant approval for write_price_rules scope."))
	scopes("write_price_rules")
	w.Expect(w.rest("GET", "price_rules.json", "").status).To(Equal(200), "who may write may read")
	w.addRule("A")
}

func TestPriceRulesInTheState(t *testing.T) {
	w := newWorld(t)
	w.addRule("SPRING10")
	before := w.shop().PriceRules
	var text bytes.Buffer
	w.Expect(w.sim.Snapshot(&text)).To(Succeed())
	w.Expect(w.sim.Update(maple, func(s *Shop) { s.PriceRules = nil })).To(Succeed())
	w.Expect(w.sim.Restore(&text)).To(Succeed())
	w.Expect(w.shop().PriceRules).To(Equal(before), "a snapshot holds rules and codes")

	control := func(method, path, body string) answer {
		return w.do(call{method: method, host: "sim", path: "/__sim/shops/" + maple + path, body: body})
	}
	a := control("POST", "/price_rules", `{"title":"FALL","value":"-5","discount_codes":[{"code":"FALL"}]}`)
	w.Expect(a.status).To(Equal(201), a.text)
	w.Expect(a.at("discount_codes.0.code")).To(Equal("FALL"))
	w.Expect(control("PATCH", fmt.Sprintf("/price_rules/%.0f", a.at("id")), `{"value":"-6.0"}`).at("value")).To(Equal("-6.0"))
	for body, want := range map[string]string{
		`{"priceRules":[{"title":"A","value":"-5","value_type":"points"}]}`:                              `value_type:[is not included in the list]`,
		`{"title":"A","value":"-5","discount_codes":[{"code":"Fall"}]}`:                                  `is empty or there twice`,
		`{"title":"A","value":"-5","starts_at":"2026-12-01T00:00:00Z","ends_at":"2026-12-01T00:00:00Z"}`: `ends_at:[must be after starts_at]`,
	} {
		refused := control("POST", "/price_rules", body)
		if strings.HasPrefix(body, `{"priceRules"`) {
			refused = control("PATCH", "", body)
		}
		w.Expect(refused.status).To(Equal(422), body)
		w.Expect(refused.text).To(ContainSubstring(want))
	}
	w.Expect(w.shop().PriceRules).To(HaveLen(2))
}

func TestPriceRuleFaults(t *testing.T) {
	w := newWorld(t)
	add := func(f Fault) {
		w.sim.ClearFaults()
		_, err := w.sim.AddFault(f)
		w.Expect(err).NotTo(HaveOccurred())
	}
	add(Fault{Kind: FaultUserErrors, UserErrors: []FaultUserError{{Field: []string{"code"}, Message: "must be unique. Please try a different code."}}})
	a := w.rest("POST", "price_rules.json", priceRuleBody)
	w.Expect(a.status).To(Equal(422))
	w.Expect(a.text).To(Equal(`{"errors":{"code":["must be unique. Please try a different code."]}}` + "\n"))
	w.Expect(w.rest("GET", "price_rules.json", "").status).To(Equal(200), "reads have no such errors")
	add(Fault{Kind: FaultStaleReads, Seconds: 10, First: 1})
	w.addRule("A")
	w.Expect(w.rest("GET", "price_rules.json", "").at("price_rules")).To(BeEmpty(), "a replica lags behind")
	w.time = w.time.Add(11e9)
	w.Expect(w.rest("GET", "price_rules.json", "").at("price_rules")).To(HaveLen(1))

	w.sim.ClearFaults()
	w.update(func(s *Shop) { s.RateLimit.RESTBucket = 1 })
	w.time = w.time.Add(60e9)
	w.Expect(w.rest("GET", "price_rules.json", "").status).To(Equal(200))
	w.Expect(w.rest("DELETE", "price_rules/1.json", "").status).To(Equal(429), "the bucket counts all calls")
}
