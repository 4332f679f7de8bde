package simulator

import (
	"fmt"
	"strings"
	"testing"

	. "github.com/onsi/gomega"
)

func TestBodies(t *testing.T) {
	cases := map[string]struct {
		reason            string
		contentType, body string
		want              int
		contains          string
	}{
		"json":           {reason: "a query as JSON", body: `{"query": "{ shop { name } }"}`, want: 200, contains: "Maple Kids"},
		"document":       {reason: "or the bare document", contentType: "application/graphql", body: `{ shop { name } }`, want: 200, contains: "Maple Kids"},
		"no json":        {reason: "what is no JSON is refused", body: `{ shop`, want: 400, contains: `{"errors":{"query":"Required parameter missing or invalid"}}`},
		"batch":          {reason: "there are no batches", body: `[{"query": "{ shop { name } }"}]`, want: 400},
		"no query":       {reason: "a body without a query", body: `{"variables": {}}`, want: 400},
		"too large":      {reason: "a body has a limit", body: `{"query": "` + strings.Repeat("#", 1<<20) + `"}`, want: 413},
		"null variables": {reason: "null stands for none", body: `{"query": "{ shop { name } }", "variables": null, "operationName": null}`, want: 200, contains: "Maple Kids"},
		"named": {reason: "the name picks the operation", want: 200, contains: `"data":{"b":{"name"`,
			body: `{"query": "query A { a: shop { name } } query B { b: shop { name } }", "operationName": "B"}`},
		"unnamed": {reason: "several operations need a name", want: 200, contains: "An operation name is required",
			body: `{"query": "query A { a: shop { name } } query B { b: shop { name } }"}`},
		"misnamed": {reason: "the name is one of them", want: 200, contains: `No operation named \"C\"`,
			body: `{"query": "query A { shop { name } }", "operationName": "C"}`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a := w.do(call{method: "POST", path: "/admin/api/2026-10/graphql.json", token: "shpat_maple-kids", contentType: tc.contentType, body: tc.body})
			w.Expect(a.status).To(Equal(tc.want), tc.reason+a.text)
			w.Expect(a.text).To(ContainSubstring(tc.contains), tc.reason)
		})
	}
}

func TestInvalidDocuments(t *testing.T) {
	cases := map[string]struct {
		reason, document string
		code             any
		message          string
	}{
		"syntax":    {"a document parses", `{ shop {`, nil, "Expected Name"},
		"field":     {"fields are the schema's", `{ shop { colour } }`, "undefinedField", "colour"},
		"argument":  {"so are arguments", `{ shop(id: 1) { name } }`, "argumentNotAccepted", "id"},
		"required":  {"required arguments are there", `{ node { id } }`, "missingRequiredArguments", "id"},
		"selection": {"objects are selected from", `{ shop }`, "selectionMismatch", "shop"},
		"undefined": {"variables are declared", `{ locations(first: $n) { nodes { id } } }`, "variableNotDefined", "n"},
		"unused":    {"and used", `query ($n: Int) { shop { name } }`, "variableNotUsed", "n"},
		"input":     {"fields of inputs are the schema's", `mutation { webhookSubscriptionCreate(topic: SHOP_UPDATE, webhookSubscription: {colour: "red"}) { userErrors { message } } }`, nil, "colour"},
		"enum":      {"enum values are the schema's", `{ metafieldDefinitions(first: 1, ownerType: HAT) { nodes { id } } }`, nil, "HAT"},
		"huge":      {"an Int has 32 bits", `{ locations(first: 99999999999999999999) { nodes { id } } }`, nil, "32-bit"},
		"id":        {"an id is global", `{ location(id: "12") { name } }`, "argumentLiteralsIncompatible", "Invalid global id '12'"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a := w.ask(tc.document, nil)
			w.Expect(a.status).To(Equal(200))
			w.Expect(a.at("errors.0.message")).To(ContainSubstring(tc.message), tc.reason+a.text)
			w.Expect(a.at("errors.0.locations.0.line")).To(BeEquivalentTo(1), a.text)
			if tc.code != nil {
				w.Expect(a.at("errors.0.extensions.code")).To(Equal(tc.code), a.text)
			}
		})
	}
}

func TestVariables(t *testing.T) {
	document := `mutation ($topic: WebhookSubscriptionTopic!, $in: WebhookSubscriptionInput!) {
		webhookSubscriptionCreate(topic: $topic, webhookSubscription: $in) { userErrors { message } } }`
	in := map[string]any{"uri": "https://a.example"}
	cases := map[string]struct {
		reason      string
		variables   map[string]any
		message     string // empty: accepted
		path        []any
		explanation string
	}{
		"good":    {reason: "what fits is accepted", variables: map[string]any{"topic": "SHOP_UPDATE", "in": in}},
		"missing": {reason: "a required one is there", variables: map[string]any{"in": in}, message: "Variable $topic of type WebhookSubscriptionTopic! was provided invalid value", path: []any{}},
		"null":    {reason: "and not null", variables: map[string]any{"topic": nil, "in": in}, message: "Variable $topic of type WebhookSubscriptionTopic! was provided invalid value", path: []any{}},
		"case":    {reason: "enums are written as the schema writes them", variables: map[string]any{"topic": "shop_update", "in": in}, message: "Variable $topic of", path: []any{}},
		"unknown field": {reason: "inputs have the schema's fields", variables: map[string]any{"topic": "SHOP_UPDATE", "in": map[string]any{"colour": "red"}},
			message: "Variable $in of type WebhookSubscriptionInput! was provided invalid value for colour (unknown field)", path: []any{"colour"}, explanation: "unknown field"},
		"number for text": {reason: "a text is no number", variables: map[string]any{"topic": "SHOP_UPDATE", "in": map[string]any{"uri": 5}},
			message: "for uri", path: []any{"uri"}},
		"number for url": {reason: "nor is a custom scalar that is written as text", variables: map[string]any{"topic": "SHOP_UPDATE", "in": map[string]any{"callbackUrl": 5}},
			message: "for callbackUrl", path: []any{"callbackUrl"}},
		"nested enum": {reason: "enums inside inputs too", variables: map[string]any{"topic": "SHOP_UPDATE", "in": map[string]any{"uri": "https://a.example", "format": "json"}},
			message: "for format", path: []any{"format"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a := w.ask(document, tc.variables)
			if tc.message == "" {
				w.Expect(a.at("errors")).To(BeNil(), tc.reason)
				return
			}
			w.Expect(a.at("errors.0.message")).To(ContainSubstring(tc.message), tc.reason+a.text)
			w.Expect(a.at("errors.0.extensions.code")).To(Equal("INVALID_VARIABLE"))
			w.Expect(a.at("errors.0.extensions.problems.0.path")).To(Equal(tc.path), a.text)
			if tc.explanation != "" {
				w.Expect(a.at("errors.0.extensions.problems.0.explanation")).To(Equal(tc.explanation))
			}
			w.Expect(a.body).NotTo(HaveKey("data"), "nothing was executed")
			w.Expect(w.shop().WebhookSubscriptions).To(BeEmpty())
		})
	}
	w := newWorld(t)
	a := w.ask(`query ($id: ID!) { location(id: $id) { id } }`, map[string]any{"id": 12})
	w.Expect(a.at("errors.0.extensions.problems.0.explanation")).To(Equal("Invalid global id '12'"), a.text)
}

func TestRequestIDsAreUnique(t *testing.T) {
	w := newWorld(t)
	seen := map[string]bool{}
	for _, a := range []answer{w.ask(`{ shop { id } }`, nil), w.ask(`{ shop {`, nil), w.get("/admin/api/x/shop.json"), w.mint("", `[`)} {
		id := a.header.Get("X-Request-Id")
		w.Expect(id).To(MatchRegexp(`^[0-9a-f-]{36}$`))
		w.Expect(seen[id]).To(BeFalse())
		seen[id] = true
	}
}

func TestDocumentCacheIsBounded(t *testing.T) {
	w := newWorld(t)
	for i := range maxDocuments + 5 {
		w.Expect(w.ask(fmt.Sprintf(`{ n%d: shop { name } }`, i), nil).at("errors")).To(BeNil())
	}
	w.ask(`{ shop { name } }`+strings.Repeat(" ", maxDocumentText), nil)
	w.ask(`{ shop { colour } }`, nil)
	w.Expect(len(w.sim.documents.docs)).To(Equal(5))
}

// TestOneOf: of an input that is one of several fields exactly one is given, in
// a document and in its variables.
func TestOneOf(t *testing.T) {
	cases := map[string]struct {
		reason      string
		by          map[string]any
		explanation string // empty: accepted
	}{
		"one":   {reason: "one it is", by: map[string]any{"handle": "boots"}},
		"two":   {reason: "not two", by: map[string]any{"handle": "boots", "id": "gid://shopify/Product/1"}, explanation: "'ProductIdentifierInput' requires exactly one argument, but 2 were provided."},
		"nulls": {reason: "null is given too", by: map[string]any{"handle": "boots", "id": nil}, explanation: "'ProductIdentifierInput' requires exactly one argument, but 2 were provided."},
		"none":  {reason: "and none is none", by: map[string]any{}, explanation: "'ProductIdentifierInput' requires exactly one argument, but 0 were provided."},
		"null":  {reason: "null is nothing", by: map[string]any{"handle": nil}, explanation: "'ProductIdentifierInput' requires exactly one argument, but 'handle' was `null`."},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a := w.ask(`query ($by: ProductIdentifierInput!) { productByIdentifier(identifier: $by) { id } }`, map[string]any{"by": tc.by})
			if tc.explanation == "" {
				w.Expect(a.at("errors")).To(BeNil(), tc.reason+a.text)
				return
			}
			w.Expect(a.at("errors.0.extensions.code")).To(Equal("INVALID_VARIABLE"), tc.reason+a.text)
			w.Expect(a.at("errors.0.extensions.problems.0.explanation")).To(Equal(tc.explanation))
		})
	}
	w := newWorld(t)
	a := w.ask(`{ productByIdentifier(identifier: {handle: "boots", id: "gid://shopify/Product/1"}) { id } }`, nil)
	w.Expect(a.at("errors.0.message")).To(ContainSubstring("must specify exactly one key"), a.text)
}
