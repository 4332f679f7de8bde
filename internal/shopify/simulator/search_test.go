package simulator

import (
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

func TestParseSearch(t *testing.T) {
	cases := map[string]struct{ reason, query, want, err string }{
		"nothing":       {reason: "an empty search finds everything", query: " \n"},
		"word":          {reason: "a value alone is a term", query: "Bob", want: "Bob"},
		"and implied":   {reason: "terms beside each other are joined by AND", query: "John Smith", want: "John AND Smith"},
		"and or":        {reason: "AND binds closer", query: "a b OR c AND d", want: "a AND b OR c AND d"},
		"parentheses":   {reason: "parentheses bind closest", query: "a AND (b OR c)", want: "a AND (b OR c)"},
		"needless":      {reason: "parentheses that change nothing go", query: "((a) (b c))", want: "a AND b AND c"},
		"minus":         {reason: "- and NOT mean the same", query: "-first_name:Bob", want: "NOT first_name:Bob"},
		"not":           {reason: "and take a query in parentheses", query: "NOT (a OR b) c", want: "NOT (a OR b) AND c"},
		"double":        {reason: "twice is allowed", query: "NOT -a", want: "NOT " + "NOT a"},
		"comparators":   {reason: "there are five", query: "a:1 b:<1 c:>1 d:<=1 e:>=1", want: "a:1 AND b:<1 AND c:>1 AND d:<=1 AND e:>=1"},
		"space":         {reason: "Shopify's examples have a space behind the colon", query: "sales_channel: web", want: "sales_channel:web"},
		"single quotes": {reason: "a time is quoted", query: "created_at:>'2020-10-21T23:39:20Z'", want: "created_at:>'2020-10-21T23:39:20Z'"},
		"double quotes": {reason: "quotes are of two kinds", query: `title:"green hoodie"`, want: "title:'green hoodie'"},
		"escaped quote": {reason: "a quote in quotes is escaped", query: `'it\'s'`, want: `'it\'s'`},
		"apostrophe":    {reason: "within a word a quote is a character", query: "D'Addario*", want: `D\'Addario*`},
		"escaped":       {reason: "a backslash takes what follows", query: `a\:b\(c\)`, want: "'a:b(c)'"},
		"prefix":        {reason: "an asterisk at the end", query: "title:norm*", want: "title:norm*"},
		"present":       {reason: "nothing but an asterisk finds what is not empty", query: "title:*", want: "title:*"},
		"star":          {reason: "in quotes an asterisk is a character", query: "'norm*'", want: "'norm*'"},
		"nested field":  {reason: "a name may have dots", query: "metafields.custom.on_sale:true", want: "metafields.custom.on_sale:true"},
		"small and":     {reason: "keywords are in capitals", query: "salt and pepper", want: "salt AND and AND pepper"},
		"quoted AND":    {reason: "in quotes they are words", query: "'AND' a:'OR'", want: "'AND' AND a:'OR'"},
		"field AND":     {reason: "before a colon too", query: "AND:b", want: "AND:b"},
		"dash":          {reason: "a dash alone is a word", query: "- a", want: "'-' AND a"},
		"empty quotes":  {reason: "an empty value can be asked for", query: "a:''", want: "a:''"},

		"open":          {reason: "parentheses close", query: "(a", err: "not closed"},
		"closed":        {reason: "and open", query: "a)", err: "too many"},
		"empty parens":  {reason: "with something in between", query: "()", err: "missing"},
		"open quote":    {reason: "quotes close", query: "'a", err: "not closed"},
		"no value":      {reason: "a field has a value", query: "a:", err: "missing"},
		"keyword value": {reason: "which is no keyword", query: "a: AND b", err: "no value"},
		"last and":      {reason: "AND joins two", query: "a AND", err: "missing"},
		"first or":      {reason: "as does OR", query: "OR a", err: "missing"},
		"and or twice":  {reason: "one at a time", query: "a AND OR b", err: "missing"},
		"colon":         {reason: "a time without quotes would be cut", query: "created_at:>2020-10-21T23:39:20Z", err: "colon"},
		"star inside":   {reason: "only the end of a word is open", query: "a*b", err: "not the end"},
		"backslash":     {reason: "a backslash takes something", query: `a\`, err: "backslash"},
		"no space":      {reason: "terms are apart", query: "'a''b'", err: "no space"},
		"deep":          {reason: "depth has a bound", query: strings.Repeat("(", 1000) + "a" + strings.Repeat(")", 1000), err: "deeper"},
		"many nots":     {reason: "modifiers too", query: strings.Repeat("-", 1000) + "a", err: "deeper"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			s, err := parseSearch(tc.query)
			if tc.err != "" {
				g.Expect(err).To(MatchError(ContainSubstring(tc.err)), tc.reason)
				return
			}
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(s.String()).To(Equal(tc.want), tc.reason)
			again, err := parseSearch(tc.want)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(again).To(Equal(s), "what is printed means the same")
		})
	}
}

func FuzzParseSearch(f *testing.F) {
	for _, query := range []string{"", "a b OR -c", `x:>='2\'' AND (NOT y:z* "q")`, `\* \a:b`, "a:<=(", "AND:OR", "é*", "a:\\-*", "-(-a OR b)c"} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		first, err := parseSearch(query)
		if err != nil {
			return
		}
		second, err := parseSearch(first.String())
		if err != nil {
			t.Fatalf("%q prints as %q, which does not parse: %s", query, first, err)
		}
		if first.String() != second.String() || !NewWithT(t).Expect(second).To(Equal(first)) {
			t.Fatalf("%q prints as %q, which prints as %q", query, first, second)
		}
	})
}

// searchedShop has something of everything that can be searched.
func searchedShop(w *world) {
	w.update(func(s *Shop) {
		s.Locations[0].CreatedAt = w.time.Add(-time.Hour)
		s.Locations = append(s.Locations,
			Location{ID: 2001, Name: "Church Hall", Active: true, Address: Address{City: "Elora", CountryCode: "CA"}, LocalPickup: &LocalPickup{PickupTime: "ONE_HOUR"}},
			Location{ID: 2002, Name: "Old hall", CreatedAt: w.time.Add(-48 * time.Hour)})
		s.MetafieldDefinitions = []MetafieldDefinition{
			{ID: 3001, OwnerType: "PRODUCT", Namespace: "consignment", Key: "event_id", Name: "Event", Type: "single_line_text_field"},
			{ID: 3002, OwnerType: "PRODUCT", Namespace: "custom", Key: "colour", Name: "Colour", Type: "color"},
		}
		s.WebhookSubscriptions = []WebhookSubscription{
			{ID: 4001, App: "maple-kids-app", Topic: "ORDERS_CREATE", URI: "https://a.example/x", CreatedAt: w.time.Add(-time.Hour)},
			{ID: 4002, App: "maple-kids-app", Topic: "SHOP_UPDATE", URI: "https://b.example/x"},
		}
	})
}

func TestSearching(t *testing.T) {
	locations := `query ($q: String) { found: locations(first: 9, includeInactive: true, sortKey: ID, query: $q) { nodes { name: legacyResourceId } } }`
	definitions := `query ($q: String) { found: metafieldDefinitions(first: 9, ownerType: PRODUCT, query: $q) { nodes { name: key } } }`
	subscriptions := `query ($q: String) { found: webhookSubscriptions(first: 9, query: $q) { nodes { name: legacyResourceId } } }`
	cases := map[string]struct {
		reason, document, query string
		want                    []string
		refused                 string
	}{
		"word":              {reason: "a text has words, in any case", document: locations, query: "name:hall", want: []string{"2001", "2002"}},
		"phrase":            {reason: "of which several follow each other", document: locations, query: "name:'church HALL'", want: []string{"2001"}},
		"other order":       {reason: "in that order", document: locations, query: "name:'hall church'"},
		"prefix":            {reason: "the last may be begun", document: locations, query: "name:chur*", want: []string{"2001"}},
		"address":           {reason: "parts of the address", document: locations, query: "city:elora country:CA", want: []string{"2001"}},
		"present":           {reason: "whatever they are", document: locations, query: "city:* -city:guelph", want: []string{"2001"}},
		"pickup":            {reason: "with local pickup", document: locations, query: "pickup_in_store:enabled", want: []string{"2001"}},
		"inactive":          {reason: "out of use", document: locations, query: "active:false", want: []string{"2002"}},
		"range":             {reason: "ids are numbers", document: locations, query: "id:>=2001 AND id:<2002", want: []string{"2001"}},
		"time":              {reason: "times are compared", document: locations, query: "created_at:<'2026-11-22T00:00:00Z'", want: []string{"2002"}},
		"zone":              {reason: "in any zone", document: locations, query: "created_at:<'2026-11-23T03:30:00-05:00' created_at:>2026-11-22", want: []string{"1001"}},
		"now":               {reason: "by the simulator's clock", document: locations, query: "created_at:>=now", want: []string{"2001"}},
		"not":               {reason: "NOT turns a query round", document: locations, query: "NOT (name:hall OR id:7)", want: []string{"1001"}},
		"key":               {reason: "a key is found as a whole", document: definitions, query: "key:colour", want: []string{"colour"}},
		"key's part":        {reason: "and not by a part", document: definitions, query: "key:col"},
		"namespace":         {reason: "or by its beginning", document: definitions, query: "namespace:cons* type:single_line_text_field owner_type:product", want: []string{"event_id"}},
		"new subscriptions": {reason: "what is new", document: subscriptions, query: "created_at:>'2026-11-23T08:30:00Z'", want: []string{"4002"}},
		"nothing":           {reason: "an empty query is none", document: subscriptions, query: "", want: []string{"4001", "4002"}},

		"unknown field": {reason: "Shopify would ignore it", document: locations, query: "colour:red", refused: "field colour; known: active, address1"},
		"no field":      {reason: "where to look is not known", document: locations, query: "hall", refused: "names no field"},
		"not here":      {reason: "each list has its own fields", document: subscriptions, query: "topic:ORDERS_CREATE", refused: "field topic"},
		"value":         {reason: "a value that cannot be", document: locations, query: "pickup_in_store:yes", refused: "want one of enabled, disabled"},
		"text compared": {reason: "texts have no order", document: locations, query: "name:>a", refused: "compares a text"},
		"id":            {reason: "an id is a number", document: locations, query: "id:'gid://shopify/Location/1'", refused: "number"},
		"day":           {reason: "a day is no moment", document: locations, query: "created_at:2026-11-22", refused: "whole day"},
		"bad time":      {reason: "a time is one", document: locations, query: "created_at:>yesterday", refused: "want a time"},
		"syntax":        {reason: "a query can be read", document: locations, query: "(name:a", refused: "not closed"},
		"deep inside":   {reason: "all of it is looked at", document: locations, query: "name:a OR NOT (id:1 colour:red)", refused: "colour"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			searchedShop(w)
			a := w.ask(tc.document, map[string]any{"q": tc.query})
			if tc.refused != "" {
				w.Expect(a.at("errors.0.message")).To(ContainSubstring(tc.refused), tc.reason+a.text)
				w.Expect(a.at("errors.0.extensions.code")).To(Equal("NOT_MODELLED"))
				return
			}
			var found []string
			nodes, _ := a.at("data.found.nodes").([]any)
			for _, n := range nodes {
				found = append(found, n.(map[string]any)["name"].(string))
			}
			w.Expect(found).To(Equal(tc.want), tc.reason+a.text)
		})
	}
	w := newWorld(t)
	searchedShop(w)
	for _, topic := range []string{"ORDERS_CREATE", "orders/create"} {
		a := w.ask(`query ($q: String) { webhookSubscriptionsCount(query: $q) { count } }`, map[string]any{"q": "endpoint:https* topic:" + topic})
		w.Expect(a.at("data.webhookSubscriptionsCount.count")).To(Equal(1.0), a.text)
	}
}
