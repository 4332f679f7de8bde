package simulator

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/schema"
)

const (
	runBulkDocument = `mutation RunBulkQuery($query: String!) {
  bulkOperationRunQuery(query: $query) { bulkOperation { id status } userErrors { field message code } }
}`
	bulkDocument = `query BulkOperation($id: ID!) {
  bulkOperation(id: $id) { id status errorCode createdAt completedAt objectCount rootObjectCount fileSize url partialDataUrl }
}`
	allProducts = `{ products(query: "status:ACTIVE OR status:DRAFT") { edges { node { id title updatedAt
  metafield(namespace: "consignment", key: "item_id") { value }
  variants { edges { node { id price inventoryItem { id inventoryLevels { edges { node { id quantities(names: ["available"]) { quantity } } } } } } } } } } } }`
)

// fetch gets a bulk operation's result.
func (w *world) fetch(address string) (int, string) {
	req, err := http.NewRequest(http.MethodGet, strings.Replace(address, "https://"+resultHost, w.server.URL, 1), nil)
	w.Expect(err).NotTo(HaveOccurred())
	req.Host = resultHost
	resp, err := w.server.Client().Do(req)
	w.Expect(err).NotTo(HaveOccurred())
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	w.Expect(err).NotTo(HaveOccurred())
	return resp.StatusCode, string(text)
}

// newShelves is a catalog with two products whose bulk operations take a minute.
func newShelves(t *testing.T) *world {
	t.Helper()
	w := newCatalog(t)
	w.update(twoProducts)
	w.update(func(s *Shop) {
		s.Catalog.BulkOperation = Duration(time.Minute)
		s.InventoryItems[2].Levels = []InventoryLevel{{LocationID: hall, Available: 4}}
	})
	return w
}

// TestBulkQuery follows one to its result, in every version.
func TestBulkQuery(t *testing.T) {
	for _, version := range schema.Versions {
		t.Run(version, func(t *testing.T) {
			w := newShelves(t)
			ask := func(document string, variables map[string]any) answer {
				t.Helper()
				a := w.askAs("shpat_maple-kids", version, document, variables)
				w.Expect(a.at("errors")).To(BeNil(), a.text)
				return a
			}
			a := ask(runBulkDocument, map[string]any{"query": allProducts})
			w.Expect(a.at("data.bulkOperationRunQuery.userErrors")).To(BeEmpty(), a.text)
			w.Expect(a.at("data.bulkOperationRunQuery.bulkOperation.status")).To(Equal("CREATED"))
			id := map[string]any{"id": a.at("data.bulkOperationRunQuery.bulkOperation.id")}
			w.Expect(ask(bulkDocument, id).at("data.bulkOperation")).To(And(HaveKeyWithValue("status", "RUNNING"), HaveKeyWithValue("url", BeNil()), HaveKeyWithValue("objectCount", "0")))
			w.time = w.time.Add(time.Minute)
			a = ask(bulkDocument, id)
			w.Expect(a.at("data.bulkOperation")).To(And(
				HaveKeyWithValue("status", "COMPLETED"), HaveKeyWithValue("completedAt", "2026-11-23T09:01:00Z"), HaveKeyWithValue("errorCode", BeNil()),
				HaveKeyWithValue("objectCount", "6"), HaveKeyWithValue("rootObjectCount", "2"),
			))
			address := a.at("data.bulkOperation.url").(string)
			status, text := w.fetch(address)
			w.Expect(status).To(Equal(http.StatusOK))
			w.Expect(a.at("data.bulkOperation.fileSize")).To(Equal(fmt.Sprint(len(text))))
			lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
			w.Expect(lines).To(HaveLen(6))
			w.Expect(lines[0]).To(MatchJSON(`{"id": "gid://shopify/Product/41", "title": "Taken", "updatedAt": "2026-11-23T09:00:00Z", "metafield": {"value": "1"}}`))
			w.Expect(lines[1]).To(MatchJSON(`{"id": "gid://shopify/ProductVariant/42", "price": "0.00", "inventoryItem": {"id": "gid://shopify/InventoryItem/61"}, "__parentId": "gid://shopify/Product/41"}`))
			w.Expect(lines[2]).To(MatchJSON(`{"id": "gid://shopify/InventoryLevel/12?inventory_item_id=61", "quantities": [{"quantity": 4}], "__parentId": "gid://shopify/ProductVariant/42"}`))
			w.Expect(ask(`{ currentBulkOperation(type: QUERY) { id } }`, nil).at("data.currentBulkOperation")).To(Equal(id))

			status, text = w.fetch(address + "1")
			w.Expect(status).To(Equal(http.StatusNotFound), text)
			w.time = w.time.Add(bulkLife)
			status, text = w.fetch(address)
			w.Expect(status).To(Equal(http.StatusBadRequest), text)
		})
	}
}

func TestBulkQueriesAreRefused(t *testing.T) {
	const (
		levels = `inventoryItem { inventoryLevels { edges { node { id } } } }`
		nodes  = "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: 'products { edges { node {'. Selecting via 'nodes' is not supported. Invalid connection fields: 'products'."
		noID   = "The parent 'node' field for a nested connection must select the 'id' field without an alias and must be of 'ID' return type. Connection fields without 'id': products."
	)
	cases := map[string]struct {
		reason, query string
		want          []string
	}{
		"nodes":       {"connections list edges", `{ products { nodes { id } } }`, []string{nodes}},
		"node":        {"one thing is not many", `{ node(id: "gid://shopify/Product/41") { id } }`, []string{"Bulk queries cannot contain a top level `node` field.", "Bulk queries must contain at least one connection."}},
		"none":        {"nor is the shop", `{ shop { name } }`, []string{"Bulk queries must contain at least one connection."}},
		"deep":        {"three deep and no deeper", `{ locations { edges { node { id inventoryLevels { edges { node { id item { variants { edges { node { id ` + levels + ` } } } } } } } } } } }`, []string{"Bulk queries cannot contain connections with a nesting depth greater than 2."}},
		"many":        {"five at most", `{ products { edges { node { id a: variants { edges { node { id } } } b: variants { edges { node { id } } } c: variants { edges { node { id } } } d: variants { edges { node { id } } } e: variants { edges { node { id } } } } } } }`, []string{"Bulk queries cannot contain more than 5 connections."}},
		"no id":       {"a parent has an id", `{ products { edges { node { title variants { edges { node { id } } } } } } }`, []string{noID}},
		"aliased id":  {"by its own name", `{ products { edges { node { product: id variants { edges { node { id } } } } } } }`, []string{noID}},
		"in a list":   {"lists have no connections", `{ nodes(ids: ["gid://shopify/Product/41"]) { ... on Product { variants { edges { node { id } } } } } }`, []string{"Bulk queries cannot contain a top level `node` field.", "Queries that contain a connection field within a list field are not currently supported."}},
		"mutation":    {"queries only", `mutation { productDelete(input: {id: "gid://shopify/Product/41"}) { deletedProductId } }`, []string{"Invalid operation type. Only `query` operations are supported."}},
		"no document": {"that can be read", `{ products {`, []string{"Invalid bulk query: Expected Name, found <EOF>"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newShelves(t)
			a := w.ask(runBulkDocument, map[string]any{"query": tc.query})
			want := []any{}
			for _, message := range tc.want {
				want = append(want, map[string]any{"code": "INVALID", "field": []any{"query"}, "message": message})
			}
			w.Expect(a.at("data.bulkOperationRunQuery.userErrors")).To(Equal(want), tc.reason+a.text)
			w.Expect(w.shop().BulkOperations).To(BeEmpty())
		})
	}
}

// TestBulkQueriesAtATime: five run, the sixth waits for one of them.
func TestBulkQueriesAtATime(t *testing.T) {
	w := newShelves(t)
	run := func() answer { return w.ask(runBulkDocument, map[string]any{"query": allProducts}) }
	for range 5 {
		w.Expect(run().at("data.bulkOperationRunQuery.userErrors")).To(BeEmpty())
	}
	w.Expect(run().at("data.bulkOperationRunQuery.userErrors.0.code")).To(Equal("LIMIT_REACHED"))
	w.time = w.time.Add(time.Minute)
	w.Expect(run().at("data.bulkOperationRunQuery.userErrors")).To(BeEmpty())
}

// TestBulkQueryEnds: what may not be read fails, what finds nothing has no file,
// and what is not modelled says so at once.
func TestBulkQueryEnds(t *testing.T) {
	cases := map[string]struct {
		reason, query string
		want          map[string]any
		code          string
	}{
		"nothing":      {reason: "no objects, no file", query: `{ products(query: "tag:none") { edges { node { id } } } }`, want: map[string]any{"status": "COMPLETED", "url": nil, "objectCount": "0", "errorCode": nil}},
		"may not":      {reason: "it fails later", query: `{ customers { edges { node { id } } } }`, want: map[string]any{"status": "FAILED", "url": nil, "objectCount": "0", "errorCode": "ACCESS_DENIED"}},
		"not modelled": {reason: "a wrong answer is worse", query: `{ collections { edges { node { id } } } }`, code: "NOT_MODELLED"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newShelves(t)
			a := w.ask(runBulkDocument, map[string]any{"query": tc.query})
			if tc.code != "" {
				w.Expect(a.at("errors.0.extensions.code")).To(Equal(tc.code), tc.reason+a.text)
				return
			}
			w.time = w.time.Add(time.Minute)
			a = w.ask(bulkDocument, map[string]any{"id": a.at("data.bulkOperationRunQuery.bulkOperation.id")})
			w.Expect(pick(a.at("data.bulkOperation").(map[string]any), tc.want)).To(Equal(tc.want), tc.reason)
		})
	}
}

// TestBulkQueryIsTold: an app learns of the end by bulk_operations/finish.
func TestBulkQueryIsTold(t *testing.T) {
	w := newStall(t, "BULK_OPERATIONS_FINISH")
	w.update(func(s *Shop) { s.Catalog.BulkOperation = Duration(time.Minute) })
	a := w.ask(runBulkDocument, map[string]any{"query": allProducts})
	w.Expect(a.at("data.bulkOperationRunQuery.userErrors")).To(BeEmpty(), a.text)
	w.Expect(w.news()).To(BeEmpty())
	w.clock.Advance(time.Minute)
	w.Expect(w.news()).To(Equal([]string{"bulk_operations/finish"}))
}
