package simulator

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

const (
	maple  = "maple-kids.myshopify.com"
	latest = "2026-10"
)

// patience is how long anything may take on a machine that has much else to do.
const patience = time.Minute

func TestMain(m *testing.M) {
	SetDefaultEventuallyTimeout(patience)
	os.Exit(m.Run())
}

// world is a simulator behind a real server, on a clock that stands still until
// it is moved.
type world struct {
	*WithT
	sim    *Simulator
	server *httptest.Server
	time   time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{WithT: NewWithT(t), time: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	w.sim = New(Options{Now: func() time.Time { return w.time }})
	w.Expect(w.sim.AddShop(NewShop(maple, "Maple Kids"))).To(Succeed())
	w.server = httptest.NewServer(w.sim)
	t.Cleanup(w.server.Close)
	return w
}

// update changes the maple shop.
func (w *world) update(change func(*Shop)) { w.Expect(w.sim.Update(maple, change)).To(Succeed()) }

// shop is the maple shop as it is.
func (w *world) shop() Shop {
	shop, there := w.sim.Shop(maple)
	w.Expect(there).To(BeTrue())
	return shop
}

// answer is a reply as it came over the wire.
type answer struct {
	status int
	header http.Header
	text   string
	body   map[string]any
}

// at follows a path of member names and indices into the body, such as
// "data.locations.nodes.0.name"; nil where it leads nowhere.
func (a answer) at(path string) any {
	var v any = a.body
	for step := range strings.SplitSeq(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			v = in[step]
		case []any:
			i := int(step[0] - '0')
			if i >= len(in) {
				return nil
			}
			v = in[i]
		default:
			return nil
		}
	}
	return v
}

// pick is the part of an object that another has members for.
func pick(from, like map[string]any) map[string]any {
	out := map[string]any{}
	for name := range like {
		out[name] = from[name]
	}
	return out
}

// call is a request; an empty host is the maple shop's.
type call struct {
	method, host, path, token, contentType, body string
}

func (w *world) do(c call) answer {
	if c.host == "" {
		c.host = maple
	}
	req, err := http.NewRequest(c.method, w.server.URL+c.path, strings.NewReader(c.body))
	w.Expect(err).NotTo(HaveOccurred())
	req.Host = c.host
	if c.token != "" {
		req.Header.Set("X-Shopify-Access-Token", c.token)
	}
	if c.contentType == "" {
		c.contentType = "application/json"
	}
	req.Header.Set("Content-Type", c.contentType)
	resp, err := w.server.Client().Do(req)
	w.Expect(err).NotTo(HaveOccurred())
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	w.Expect(err).NotTo(HaveOccurred())
	a := answer{status: resp.StatusCode, header: resp.Header, text: string(text)}
	if bytes.HasPrefix(text, []byte("{")) {
		w.Expect(json.Unmarshal(text, &a.body)).To(Succeed(), a.text)
	}
	return a
}

// ask sends a document to the maple shop with its app's static token.
func (w *world) ask(document string, variables map[string]any) answer {
	return w.askAs("shpat_maple-kids", latest, document, variables)
}

func (w *world) askAs(token, version, document string, variables map[string]any) answer {
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	w.Expect(err).NotTo(HaveOccurred())
	return w.do(call{method: "POST", path: "/admin/api/" + version + "/graphql.json", token: token, body: string(body)})
}

func TestAddingShops(t *testing.T) {
	cases := map[string]struct {
		reason string
		change func(*Shop)
		want   string // in the error; empty for none
	}{
		"as it is":      {reason: "NewShop describes a shop that can be", change: func(*Shop) {}},
		"foreign host":  {reason: "a shop's own domain ends in myshopify.com", change: func(s *Shop) { s.Domain = "maple.example" }, want: "myshopify.com"},
		"no name":       {reason: "every shop has a name", change: func(s *Shop) { s.Name = "" }, want: "name"},
		"currency":      {reason: "money has a currency", change: func(s *Shop) { s.Currency = "dollars" }, want: "currency"},
		"accounts":      {reason: "the schema knows three settings", change: func(s *Shop) { s.CustomerAccounts = "off" }, want: "customerAccounts"},
		"twin apps":     {reason: "a client id names one app", change: func(s *Shop) { s.Apps = append(s.Apps, s.Apps[0]) }, want: "clientID"},
		"two primaries": {reason: "one location is primary", change: func(s *Shop) { s.Locations = append(s.Locations, s.Locations[0]) }, want: "primary"},
		"shared token": {reason: "a token tells apps apart", change: func(s *Shop) {
			s.Apps = append(s.Apps, App{ClientID: "other", AccessToken: s.Apps[0].AccessToken})
		}, want: "accessToken"},
		"orphan": {reason: "a subscription belongs to an app", change: func(s *Shop) {
			s.WebhookSubscriptions = []WebhookSubscription{{App: "nobody", Topic: "ORDERS_CREATE", URI: "https://a.example"}}
		}, want: "clientID"},
		"nowhere": {reason: "stock is at a location", change: func(s *Shop) {
			s.InventoryItems = []InventoryItem{{Levels: []InventoryLevel{{LocationID: 7}}}}
		}, want: "locationID"},
		"unnumbered": {reason: "which is named by its id", change: func(s *Shop) {
			s.InventoryItems = []InventoryItem{{Levels: []InventoryLevel{{}}}}
		}, want: "locationID"},
		"twin levels": {reason: "once", change: func(s *Shop) {
			s.Locations[0].ID = 7
			s.InventoryItems = []InventoryItem{{Levels: []InventoryLevel{{LocationID: 7}, {LocationID: 7}}}}
		}, want: "two levels"},
		"twin items": {reason: "an id is one item's", change: func(s *Shop) { s.InventoryItems = []InventoryItem{{ID: 5}, {ID: 5}} }, want: "twice"},
		"too much stock": {reason: "Shopify counts to a billion", change: func(s *Shop) {
			s.Locations[0].ID = 7
			s.InventoryItems = []InventoryItem{{Levels: []InventoryLevel{{LocationID: 7, Available: maxQuantity + 1}}}}
		}, want: "available"},
		"twin definitions": {reason: "owner, namespace and key are an identity", change: func(s *Shop) {
			d := MetafieldDefinition{OwnerType: "PRODUCT", Namespace: "a", Key: "b", Type: "boolean"}
			s.MetafieldDefinitions = []MetafieldDefinition{d, d}
		}, want: "twice"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			sim, shop := New(Options{}), NewShop(maple, "Maple Kids")
			tc.change(&shop)
			err := sim.AddShop(shop)
			if tc.want == "" {
				g.Expect(err).NotTo(HaveOccurred(), tc.reason)
				g.Expect(sim.AddShop(shop)).To(MatchError(ContainSubstring("taken")), "a domain is one shop's")
			} else {
				g.Expect(err).To(MatchError(ContainSubstring(tc.want)), tc.reason)
				g.Expect(sim.Shops()).To(BeEmpty())
			}
		})
	}
}

func TestUpdateIsAllOrNothing(t *testing.T) {
	w := newWorld(t)
	before := w.shop()
	w.Expect(w.sim.Update(maple, func(s *Shop) { s.Name, s.Currency = "Other", "" })).NotTo(Succeed())
	w.Expect(w.sim.Update(maple, func(s *Shop) { s.Domain = "b.myshopify.com" })).NotTo(Succeed())
	w.Expect(w.shop()).To(Equal(before))

	copied := w.shop()
	copied.Locations[0].Name = "Attic"
	copied.Apps[0].Scopes[0] = "nothing"
	w.Expect(w.shop()).To(Equal(before), "what Shop returns is the caller's own")

	var kept *Shop
	w.update(func(s *Shop) { kept = s })
	kept.Locations[0].Name = "Attic"
	w.Expect(w.shop()).To(Equal(before), "a state that leaked out of Update is not the shop's")

	w.Expect(w.sim.RemoveShop(maple)).To(Succeed())
	w.Expect(w.sim.RemoveShop(maple)).NotTo(Succeed())
	w.Expect(w.sim.Update(maple, func(*Shop) {})).NotTo(Succeed())
	w.Expect(w.sim.AddShop(NewShop(maple, "Maple Kids"))).To(Succeed())
	w.Expect(w.shop().ID).NotTo(Equal(before.ID), "a shop that is opened again is another shop")
}

func TestIDsAreNeverUsedAgain(t *testing.T) {
	w := newWorld(t)
	add := func() uint64 {
		w.update(func(s *Shop) { s.Locations = append(s.Locations, Location{Name: "Church hall"}) })
		return w.shop().Locations[1].ID
	}
	first := add()
	w.update(func(s *Shop) { s.Locations = s.Locations[:1] })
	w.Expect(add()).To(BeNumerically(">", first))
}
