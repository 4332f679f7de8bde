package simulator

import (
	"encoding/json"
	"fmt"
	"testing"

	. "github.com/onsi/gomega"
)

func (w *world) control(method, path, body string) answer {
	return w.do(call{method: method, host: "127.0.0.1", path: "/__sim" + path, body: body})
}

func TestControlShops(t *testing.T) {
	w := newWorld(t)
	w.Expect(w.control("GET", "/healthz", "").at("status")).To(Equal("ok"))

	a := w.control("POST", "/shops", `{"domain": "oak-kids.myshopify.com", "name": "Oak Kids", "passwordEnabled": false}`)
	w.Expect(a.status).To(Equal(201), a.text)
	w.Expect(a.at("passwordEnabled")).To(Equal(false))
	w.Expect(a.at("locations.0.name")).To(Equal("Warehouse"), "what is left out is as NewShop has it")
	shop, there := w.sim.Shop("oak-kids.myshopify.com")
	w.Expect(there).To(BeTrue())
	text, err := json.Marshal(shop)
	w.Expect(err).NotTo(HaveOccurred())
	w.Expect(a.text).To(MatchJSON(text), "the JSON is that of the Go structs")
	w.Expect(w.control("GET", "/shops/oak-kids.myshopify.com", "").text).To(MatchJSON(text))
	w.Expect(w.control("GET", "/shops", "").at("shops")).To(HaveLen(2))

	a = w.control("PATCH", "/shops/"+maple, `{"currency": "USD", "address": {"city": "Elora", "zip": null}, "locations": []}`)
	w.Expect(a.status).To(Equal(200), a.text)
	changed := w.shop()
	w.Expect([]any{changed.Currency, changed.Address.City, changed.Address.Zip, changed.Address.Address1, len(changed.Locations), changed.Name}).To(
		Equal([]any{"USD", "Elora", "", "12 Maple Street", 0, "Maple Kids"}), "a merge patch: objects merge, null takes away, lists are replaced")

	a = w.control("PATCH", "/shops/"+maple+"/apps/maple-kids-app", `{"scopes": ["read_products"], "uninstalled": true}`)
	w.Expect(a.at("scopes")).To(Equal([]any{"read_products"}), a.text)
	w.Expect(w.shop().Apps[0].Uninstalled).To(BeTrue())

	w.Expect(w.control("DELETE", "/shops/oak-kids.myshopify.com", "").status).To(Equal(204))
	w.Expect(w.sim.Shops()).To(Equal([]string{maple}))
}

func TestControlLists(t *testing.T) {
	cases := map[string]struct{ reason, list, item, patch, member string }{
		"subscriptions": {"what an operator must find out by itself", "webhook_subscriptions", `{"topic": "SHOP_UPDATE", "uri": "https://a.example"}`, `{"uri": "https://b.example"}`, "uri"},
		"definitions":   {"and what a merchant may change", "metafield_definitions", `{"ownerType": "PRODUCT", "namespace": "abc", "key": "ab", "type": "boolean", "name": "a"}`, `{"name": "b"}`, "name"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			list := "/shops/" + maple + "/" + tc.list
			a := w.control("POST", list, tc.item)
			w.Expect(a.status).To(Equal(201), tc.reason+a.text)
			one := fmt.Sprintf("%s/%.0f", list, a.at("id"))
			a = w.control("PATCH", one, tc.patch)
			w.Expect(a.status).To(Equal(200), a.text)
			w.Expect(w.control("GET", one, "").at(tc.member)).To(Equal(a.at(tc.member)))
			w.Expect(w.control("GET", list, "").at(tc.list)).To(HaveLen(1))
			w.Expect(w.control("PATCH", one, `{"id": 5}`).status).To(Equal(422))
			w.Expect(w.control("DELETE", one, "").status).To(Equal(204))
			w.Expect(w.control("DELETE", one, "").status).To(Equal(404))
			w.Expect(w.control("GET", one, "").status).To(Equal(404))
			w.Expect(w.control("GET", list, "").at(tc.list)).To(BeEmpty())
		})
	}
}

func TestControlRefusals(t *testing.T) {
	cases := map[string]struct {
		reason, method, path, body string
		status                     int
		want                       string
	}{
		"unknown field":   {"a misspelt field would do nothing", "PATCH", "/shops/" + maple, `{"colour": "red"}`, 422, "colour"},
		"deep":            {"at any depth", "PATCH", "/shops/" + maple, `{"address": {"colour": "red"}}`, 422, "colour"},
		"wrong type":      {"values have their types", "PATCH", "/shops/" + maple, `{"passwordEnabled": "yes"}`, 422, "passwordEnabled"},
		"no json":         {"a body is JSON", "PATCH", "/shops/" + maple, `{`, 422, "JSON"},
		"impossible":      {"a shop is one that can be", "PATCH", "/shops/" + maple, `{"currency": ""}`, 422, "ISO 4217"},
		"domain":          {"a domain stays", "PATCH", "/shops/" + maple, `{"domain": "b.myshopify.com"}`, 422, "cannot change"},
		"no shop":         {"a shop is there", "GET", "/shops/x.myshopify.com", ``, 404, "no shop"},
		"no shop's list":  {"for its lists too", "GET", "/shops/x.myshopify.com/webhook_subscriptions", ``, 404, "no shop"},
		"no shop to go":   {"and to remove", "DELETE", "/shops/x.myshopify.com", ``, 404, "no shop"},
		"twin":            {"a domain is one shop's", "POST", "/shops", `{"domain": "` + maple + `", "name": "x"}`, 422, "taken"},
		"nameless":        {"a shop has a name", "POST", "/shops", `{"domain": "b.myshopify.com"}`, 422, "name"},
		"new and unknown": {"a new shop has the fields that shops have", "POST", "/shops", `{"domain": "b.myshopify.com", "name": "x", "colour": "red"}`, 422, "colour"},
		"no app":          {"an app is there", "PATCH", "/shops/" + maple + "/apps/x", `{}`, 404, "client id"},
		"list's field":    {"items have their fields", "POST", "/shops/" + maple + "/webhook_subscriptions", `{"colour": "red"}`, 422, "colour"},
		"no topic":        {"and need some", "POST", "/shops/" + maple + "/webhook_subscriptions", `{"uri": "https://a.example"}`, 422, "topic"},
		"bad id":          {"an id is a number", "GET", "/shops/" + maple + "/webhook_subscriptions/x", ``, 422, "number"},
		"after":           {"so is a place in the log", "GET", "/calls?after=x", ``, 422, "sequence"},
		"path":            {"the API has its paths", "GET", "/colours", ``, 404, "/__sim/colours"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			before := w.shop()
			a := w.control(tc.method, tc.path, tc.body)
			w.Expect(a.status).To(Equal(tc.status), tc.reason+a.text)
			w.Expect(a.at("error")).To(ContainSubstring(tc.want))
			w.Expect(w.shop()).To(Equal(before))
		})
	}
	w := newWorld(t)
	w.update(func(s *Shop) { s.Apps[0].Uninstalled = true })
	a := w.control("POST", "/shops/"+maple+"/webhook_subscriptions", `{"topic": "SHOP_UPDATE", "uri": "https://a.example"}`)
	w.Expect(a.at("error")).To(ContainSubstring("uninstalled"))
}

func TestControlCalls(t *testing.T) {
	w := newWorld(t)
	w.ask(`query A { shop { id } }`, nil)
	w.ask(`query B { shop { id } }`, nil)
	a := w.control("GET", "/calls?shop="+maple+"&after=1", "")
	w.Expect(a.at("total")).To(Equal(2.0), "the control API is not among them")
	w.Expect(a.at("calls.0.operation")).To(Equal("B"))
	w.Expect(w.control("GET", "/calls?operation=A", "").at("calls")).To(HaveLen(1))
	w.Expect(w.control("DELETE", "/calls", "").status).To(Equal(204))
	w.Expect(w.control("GET", "/calls", "").at("calls")).To(BeEmpty())
}
