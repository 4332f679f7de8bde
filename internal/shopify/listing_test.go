package shopify_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// forItems lets a shop know products by the ids of items.
func forItems(s *simulator.Shop) {
	define := func(key, kind string) {
		s.MetafieldDefinitions = append(s.MetafieldDefinitions, simulator.MetafieldDefinition{
			OwnerType: "PRODUCT", Namespace: "consignment", Key: key, Name: key, Type: kind, UniqueValues: kind == "id",
		})
	}
	define("item_id", "id")
	define("consignor_id", "single_line_text_field")
	define("event_id", "single_line_text_field")
	define("markdown_eligible", "boolean")
}

func bike() shopify.Listing {
	return shopify.Listing{Item: "MK-1", Title: "Bike", Price: 4500, CompareAt: 9000, ConsignorID: "C1", EventID: "spring", MarkdownEligible: true}
}

func photo(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 6)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func primary(t *testing.T, w *faultyWorld) uint64 {
	t.Helper()
	shop, ok := w.sim.Shop(faultyShop)
	if !ok {
		t.Fatal("no shop")
	}
	return shop.Locations[0].ID
}

func TestListing(t *testing.T) {
	w := newFaultyWorld(t, operation{shop: forItems})
	if _, err := w.client.ProductByItem(t.Context(), "MK-1"); shopify.KindOf(err) != shopify.NotFound {
		t.Fatalf("before it is made: %v", err)
	}
	sources := must[[]string](t)(w.client.Upload(t.Context(), []shopify.Image{{Name: "1.jpg", JPEG: photo(t)}, {Name: "2.jpg", JPEG: photo(t)}}))
	made := must[*shopify.Product](t)(w.client.CreateProduct(t.Context(), bike(), primary(t, w), sources))
	want := must[*shopify.Product](t)(w.client.Product(t.Context(), made.ID))
	if len(want.Images) != 2 || want.Images[0] == want.Images[1] {
		t.Errorf("images %v", want.Images)
	}
	made.Images = want.Images // they are taken in later
	if !reflect.DeepEqual(made, want) {
		t.Errorf("made  %+v\nthere %+v", made, want)
	}
	if found := must[*shopify.Product](t)(w.client.ProductByItem(t.Context(), "MK-1")); found.ID != made.ID {
		t.Errorf("found %d, want %d", found.ID, made.ID)
	}
	cheaper := bike()
	cheaper.Title, cheaper.Price, cheaper.CompareAt, cheaper.ConsignorID, cheaper.MarkdownEligible = "Balance bike", 4000, 0, "C2", false
	for _, err := range []error{
		w.client.DescribeProduct(t.Context(), made.ID, cheaper),
		w.client.PriceVariant(t.Context(), made.ID, made.Variants[0].ID, cheaper),
		w.client.AddImages(t.Context(), made.ID, must[[]string](t)(w.client.Upload(t.Context(), []shopify.Image{{Name: "3.jpg", JPEG: photo(t)}})), "Balance bike"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	changed := must[*shopify.Product](t)(w.client.Product(t.Context(), made.ID))
	want.Title, want.ConsignorID, want.MarkdownEligible, want.UpdatedAt = "Balance bike", "C2", false, changed.UpdatedAt
	want.Variants[0].Price, want.Variants[0].CompareAt = 4000, 0
	if len(changed.Images) != 3 || !reflect.DeepEqual(changed.Images[:2], made.Images) {
		t.Errorf("images %v, before %v", changed.Images, made.Images)
	}
	if want.Images = changed.Images; !reflect.DeepEqual(changed, want) {
		t.Errorf("got  %+v\nwant %+v", changed, want)
	}
}

func TestPublishing(t *testing.T) {
	w := newFaultyWorld(t, operation{shop: forItems})
	made := must[*shopify.Product](t)(w.client.CreateProduct(t.Context(), bike(), primary(t, w), nil))
	store := must[string](t)(w.client.OnlineStore(t.Context()))
	for range 2 {
		if err := w.client.PublishProduct(t.Context(), made.ID, store); err != nil {
			t.Fatal(err)
		}
	}
	if p := must[*shopify.Product](t)(w.client.Product(t.Context(), made.ID)); !p.Published {
		t.Errorf("got %+v", p)
	}
}

// TestPublishingOverREST takes no more than the right to write products.
func TestPublishingOverREST(t *testing.T) {
	w := newFaultyWorld(t, operation{shop: func(s *simulator.Shop) {
		forItems(s)
		scopes := s.Apps[0].Scopes
		s.Apps[0].Scopes = slices.DeleteFunc(slices.Clone(scopes), func(scope string) bool { return strings.HasSuffix(scope, "_publications") })
	}})
	made := must[*shopify.Product](t)(w.client.CreateProduct(t.Context(), bike(), primary(t, w), nil))
	if err := w.client.PublishProduct(t.Context(), made.ID, "gid://shopify/Publication/1"); shopify.KindOf(err) != shopify.ScopeMissing {
		t.Fatalf("the app may publish: %v", err)
	}
	for range 2 {
		if err := w.client.PublishOverREST(t.Context(), made.ID, "ACTIVE"); err != nil {
			t.Fatal(err)
		}
	}
	if p := must[*shopify.Product](t)(w.client.Product(t.Context(), made.ID)); !p.Published || p.Status != "ACTIVE" {
		t.Errorf("got %+v", p)
	}
	if err := w.client.PublishOverREST(t.Context(), 1, "ACTIVE"); shopify.KindOf(err) != shopify.NotFound {
		t.Errorf("a product that is not there: %v", err)
	}
}

// TestProducts reads a shop of several pages to its end, each product once.
func TestProducts(t *testing.T) {
	w := newFaultyWorld(t, operation{shop: forItems})
	const many = 600
	for n := range many {
		variants := []simulator.NewVariant{{SKU: fmt.Sprint(n), Price: 100}}
		if n == 300 { // it has more than a page shows
			variants = append(variants, simulator.NewVariant{Title: "B"}, simulator.NewVariant{Title: "C"})
		}
		must[simulator.Product](t)(w.sim.AddProduct(faultyShop, simulator.NewProduct{Title: fmt.Sprint(n), Variants: variants}))
	}
	seen, pages := map[string]int{}, 0
	for after, more := "", true; more; pages++ {
		page, next, err := w.client.Products(t.Context(), after)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range page {
			seen[p.Title] = len(p.Variants)
		}
		after, more = next, next != ""
	}
	if len(seen) != many || seen["300"] != 3 || seen["1"] != 1 || pages != 3 {
		t.Errorf("%d products in %d pages, with %d and %d variants", len(seen), pages, seen["300"], seen["1"])
	}
}

func TestUploadsGoToShopifyAlone(t *testing.T) {
	for _, place := range []string{"http://a.storage.googleapis.com/x", "https://evil.example/x", "https://storage.googleapis.com.evil.example/", "https://user@a.storage.googleapis.com/", "://"} {
		if err := shopify.PutTo(place); shopify.KindOf(err) != shopify.Unavailable {
			t.Errorf("%s: %v", place, err)
		}
	}
}
