package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries/deliverytest"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// plainShop lists items as a script would that asks for no more than it needs: three
// requests an item, nothing looked at before and nothing recorded after.
type plainShop struct {
	b     *testing.B
	url   string
	store deliverytest.Store
	place catalog.Place
}

const (
	plainCreate = `mutation PlainCreate($input: ProductSetInput!) { productSet(synchronous: true, input: $input) {
  product { id variants(first: 1) { nodes { inventoryItem { id } } } } userErrors { message } } }`
	plainPublish  = `mutation PlainPublish($id: ID!, $publication: ID!) { publishablePublish(id: $id, input: [{publicationId: $publication}]) { userErrors { message } } }`
	plainQuantity = `mutation PlainQuantity($input: InventorySetQuantitiesInput!, $key: String!) { inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { message } } }`
)

func (p *plainShop) list(sku string) {
	p.b.Helper()
	location := shopify.GlobalID("Location", p.place.Location)
	var made struct {
		ProductSet struct {
			Product struct {
				ID       string
				Variants struct {
					Nodes []struct{ InventoryItem struct{ ID string } }
				}
			}
		}
	}
	p.ask(plainCreate, map[string]any{"input": map[string]any{
		"title": "Rain boots", "status": "ACTIVE",
		"productOptions": []any{map[string]any{"name": "Title", "values": []any{map[string]any{"name": "Default Title"}}}},
		"variants": []any{map[string]any{
			"optionValues": []any{map[string]any{"optionName": "Title", "name": "Default Title"}}, "sku": sku, "price": "24.99",
			"inventoryItem":       map[string]any{"tracked": true, "sku": sku},
			"inventoryQuantities": []any{map[string]any{"locationId": location, "name": "available", "quantity": 0}},
		}},
	}}, &made)
	product := made.ProductSet.Product
	p.ask(plainPublish, map[string]any{"id": product.ID, "publication": p.place.Publication}, &struct{}{})
	p.ask(plainQuantity, map[string]any{"key": sku, "input": map[string]any{"name": "available", "reason": "correction", "quantities": []any{map[string]any{
		"inventoryItemId": product.Variants.Nodes[0].InventoryItem.ID, "locationId": location, "changeFromQuantity": 0, "quantity": 1,
	}}}}, &struct{}{})
}

func (p *plainShop) ask(document string, variables map[string]any, data any) {
	p.b.Helper()
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	must(p.b, err)
	req, err := http.NewRequest(http.MethodPost, p.url+"/admin/api/"+shopify.PinnedVersion+"/graphql.json", bytes.NewReader(body))
	must(p.b, err)
	req.Host = p.store.Domain
	req.Header.Set("X-Shopify-Access-Token", p.store.Token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultTransport.RoundTrip(req)
	must(p.b, err)
	defer resp.Body.Close()
	var reply struct {
		Data   json.RawMessage `json:"data"`
		Errors []any           `json:"errors"`
	}
	must(p.b, json.NewDecoder(resp.Body).Decode(&reply))
	if len(reply.Errors) > 0 || bytes.Contains(reply.Data, []byte(`"message"`)) {
		p.b.Fatal(fmt.Sprint(reply.Errors, string(reply.Data)))
	}
	must(p.b, json.Unmarshal(reply.Data, data))
}
