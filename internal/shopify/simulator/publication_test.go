package simulator

import (
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/schema"
)

const (
	publicationsDocument = `query Publications($after: String) {
  publications(first: 50, after: $after, catalogType: APP) { nodes { id autoPublish supportsFuturePublishing catalog { title } } pageInfo { hasNextPage endCursor } }
}`
	publishDocument = `mutation Publish($id: ID!, $input: [PublicationInput!]!) {
  publishablePublish(id: $id, input: $input) { publishable { ... on Product { id publishedAt } } userErrors { field message } }
}`
	unpublishDocument = `mutation Unpublish($id: ID!, $input: [PublicationInput!]!) {
  publishableUnpublish(id: $id, input: $input) { publishable { ... on Product { id publishedAt } } userErrors { field message } }
}`
	publishedDocument = `query Published($id: ID!, $publication: ID!) {
  product(id: $id) { status publishedAt publishedOnPublication(publicationId: $publication)
    resourcePublicationsV2(first: 10) { nodes { isPublished publishDate publication { id } } } resourcePublicationsCount { count } }
}`
	onlineStore, till = "gid://shopify/Publication/501", "gid://shopify/Publication/502"
)

func on(publications ...string) []any {
	out := []any{}
	for _, id := range publications {
		out = append(out, map[string]any{"publicationId": id})
	}
	return out
}

// TestPublishing takes a draft to customers and away again, in every version.
func TestPublishing(t *testing.T) {
	for _, version := range schema.Versions {
		t.Run(version, func(t *testing.T) {
			w := newCatalog(t)
			ask := func(document string, variables map[string]any) answer {
				t.Helper()
				a := w.askAs("shpat_maple-kids", version, document, variables)
				w.Expect(a.at("errors")).To(BeNil(), a.text)
				return a
			}
			buy := func() error {
				_, err := w.sim.Checkout(maple, Checkout{Lines: []CheckoutLine{{SKU: "BOOTS"}}, Oversell: false})
				return err
			}
			a := ask(publicationsDocument, nil)
			w.Expect(a.at("data.publications.nodes")).To(HaveLen(2))
			w.Expect(a.at("data.publications.nodes.0")).To(And(HaveKeyWithValue("id", onlineStore), HaveKeyWithValue("supportsFuturePublishing", true)))
			a = ask(setProductDocument, map[string]any{"identifier": byCustomID("7"), "input": boots(map[string]any{"variants": []any{
				form("Title", "Default Title", map[string]any{"sku": "BOOTS", "inventoryQuantities": []any{map[string]any{"locationId": gid("Location", warehouse), "name": "available", "quantity": 3}}}),
			}})})
			id := a.at("data.productSet.product.id")
			published := map[string]any{"id": id, "publication": onlineStore}
			w.Expect(ask(publishedDocument, published).at("data.product.publishedOnPublication")).To(BeFalse(), "a draft is published nowhere")
			ask(updateProductDocument, map[string]any{"product": map[string]any{"id": id, "status": "ACTIVE"}})
			a = ask(publishedDocument, published)
			w.Expect(a.at("data.product")).To(And(HaveKeyWithValue("publishedOnPublication", false), HaveKeyWithValue("status", "ACTIVE")), "nor when it is activated")
			w.Expect(buy()).To(MatchError(ContainSubstring("BOOTS is not published to the online store")))

			a = ask(publishDocument, map[string]any{"id": id, "input": on(onlineStore, till)})
			w.Expect(a.at("data.publishablePublish")).To(Equal(map[string]any{"publishable": map[string]any{"id": id, "publishedAt": "2026-11-23T09:00:00Z"}, "userErrors": []any{}}))
			w.Expect(buy()).To(Succeed())
			w.time = w.time.Add(time.Minute)
			ask(publishDocument, map[string]any{"id": id, "input": on(onlineStore)})
			a = ask(publishedDocument, published)
			w.Expect(a.at("data.product")).To(And(HaveKeyWithValue("publishedAt", "2026-11-23T09:00:00Z"), HaveKeyWithValue("publishedOnPublication", true)), "once more changes nothing")
			w.Expect(a.at("data.product.resourcePublicationsCount.count")).To(Equal(2.0))

			a = ask(unpublishDocument, map[string]any{"id": id, "input": on(onlineStore)})
			w.Expect(a.at("data.publishableUnpublish.userErrors")).To(BeEmpty())
			w.Expect(ask(publishedDocument, published).at("data.product.publishedOnPublication")).To(BeFalse())
			w.Expect(buy()).To(MatchError(ContainSubstring("not published")))
			w.Expect(ask(publishedDocument, map[string]any{"id": id, "publication": till}).at("data.product.publishedOnPublication")).To(BeTrue())
		})
	}
}

// TestActiveFromTheStart: what apps make active is on publications, though nobody
// published it and it has no date.
func TestActiveFromTheStart(t *testing.T) {
	w := newCatalog(t)
	a := w.ask(setProductDocument, map[string]any{"identifier": byCustomID("7"), "input": boots(map[string]any{"status": "ACTIVE"})})
	a = w.ask(publishedDocument, map[string]any{"id": a.at("data.productSet.product.id"), "publication": onlineStore})
	w.Expect(a.at("data.product")).To(And(HaveKeyWithValue("publishedOnPublication", true), HaveKeyWithValue("publishedAt", BeNil())), a.text)
	w.Expect(a.at("data.product.resourcePublicationsV2.nodes.0.publishDate")).To(BeNil())
}

func TestPublishingIsRefused(t *testing.T) {
	const gone = "gid://shopify/Publication/9"
	cases := map[string]struct {
		reason, id, document string
		input                []any
		scopes               []string // all if empty
		want                 string   // the message of the userError
		err, code            string   // of the error
	}{
		"no such place": {reason: "one that is there", id: "41", document: publishDocument, input: on(onlineStore, gone), want: "Publication does not exist or is not publishable"},
		"no place":      {reason: "and named", id: "41", document: publishDocument, input: []any{map[string]any{}}, want: "Publication does not exist or is not publishable"},
		"no product":    {reason: "something is published", id: "1", document: publishDocument, input: on(onlineStore), want: "Resource does not exist"},
		"till later":    {reason: "only the online store publishes later", id: "41", document: publishDocument, input: []any{map[string]any{"publicationId": till, "publishDate": "2026-12-01T00:00:00Z"}}, want: "Future publishing is only supported for online store"},
		"channel":       {reason: "channels are not modelled", id: "41", document: publishDocument, input: []any{map[string]any{"channelId": "gid://shopify/Channel/1"}}, code: "NOT_MODELLED", err: "the field channelId of PublicationInput is not modelled by the simulator"},
		"publish":       {reason: "who may write products may not publish them", id: "41", document: publishDocument, input: on(onlineStore), scopes: []string{"write_products", "read_publications"}, code: "ACCESS_DENIED", err: "Access denied for publishablePublish field. Required access: `write_publications` access scope. Also: The user must have permission to create and edit products or create and edit catalogs."},
		"unpublish":     {reason: "nor take them away", id: "41", document: unpublishDocument, input: on(onlineStore), scopes: []string{"write_products"}, code: "ACCESS_DENIED", err: "Access denied for publishableUnpublish field. Required access: `write_publications` access scope. Also: The user must have permission to create and edit products or create and edit catalogs."},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newCatalog(t)
			w.update(twoProducts)
			if tc.scopes != nil {
				w.update(func(s *Shop) { s.Apps[0].Scopes = tc.scopes })
			}
			before := w.shop()
			a := w.ask(tc.document, map[string]any{"id": "gid://shopify/Product/" + tc.id, "input": tc.input})
			if tc.code != "" {
				w.Expect(a.at("errors.0.extensions.code")).To(Equal(tc.code), tc.reason+a.text)
				w.Expect(a.at("errors.0.message")).To(Equal(tc.err))
			} else {
				w.Expect(a.at("data.publishablePublish.userErrors.0.message")).To(Equal(tc.want), tc.reason+a.text)
			}
			w.Expect(w.shop()).To(Equal(before))
		})
	}
}

// TestPublishedWithoutLeave: where a product is published can be asked of each
// place without a scope of its own; which places there are cannot.
func TestPublishedWithoutLeave(t *testing.T) {
	w := newCatalog(t)
	w.update(twoProducts)
	w.update(func(s *Shop) { s.Apps[0].Scopes = []string{"read_products"} })
	a := w.ask(`{ product(id: "gid://shopify/Product/41") { publishedAt publishedOnPublication(publicationId: "`+onlineStore+`") } }`, nil)
	w.Expect(a.at("data.product")).To(Equal(map[string]any{"publishedAt": nil, "publishedOnPublication": false}), a.text)
	a = w.ask(publicationsDocument, nil)
	w.Expect(a.at("errors.0.extensions.code")).To(Equal("ACCESS_DENIED"), a.text)
}

// TestPublishedLater: the online store shows a product from its date on.
func TestPublishedLater(t *testing.T) {
	w := newCatalog(t)
	w.update(twoProducts)
	const id = "gid://shopify/Product/41"
	w.ask(publishDocument, map[string]any{"id": id, "input": []any{map[string]any{"publicationId": onlineStore, "publishDate": "2026-11-23T10:00:00Z"}}})
	published := map[string]any{"id": id, "publication": onlineStore}
	w.Expect(w.ask(publishedDocument, published).at("data.product.publishedOnPublication")).To(BeFalse())
	w.time = w.time.Add(time.Hour)
	w.Expect(w.ask(publishedDocument, published).at("data.product.publishedOnPublication")).To(BeTrue())
}

// TestPublishingOverREST takes write_products and no more.
func TestPublishingOverREST(t *testing.T) {
	w := newStall(t, allTopics...)
	w.update(func(s *Shop) { s.Apps[0].Scopes = []string{"write_products"} })
	w.news()
	p := w.shop().Products[0]
	put := func(id uint64, body string) answer {
		w.clock.Advance(time.Second)
		return w.rest("PUT", fmt.Sprintf("products/%d.json", id), body)
	}
	for _, c := range []struct {
		reason, body string
		status       int
		published    bool
		told         []string
	}{
		{"hidden", `{"product":{"status":"draft","published":false}}`, 200, false, []string{"products/update"}},
		{"shown", fmt.Sprintf(`{"product":{"id":%d,"status":"active","published":true}}`, p.ID), 200, true, []string{"products/update"}},
		{"shown already", `{"product":{"published":true}}`, 200, true, nil},
		{"no such status", `{"product":{"status":"sold","published":false}}`, 422, true, nil},
		{"more than is modelled", `{"product":{"title":"Boots","published":false}}`, 501, true, nil},
		{"nothing", `{}`, 400, true, nil},
	} {
		a := put(p.ID, c.body)
		w.Expect(a.status).To(Equal(c.status), c.reason+a.text)
		shop := w.shop()
		w.Expect(!shop.Products[0].publishedAt(&shop).IsZero()).To(Equal(c.published), c.reason)
		w.Expect(w.news()).To(Equal(c.told), c.reason)
	}
	w.Expect(put(1, `{"product":{"published":true}}`).status).To(Equal(404))
	w.update(func(s *Shop) { s.Apps[0].Scopes = []string{"read_products"} })
	w.Expect(put(p.ID, `{"product":{"published":false}}`).status).To(Equal(403))
}
