package api

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/shopkeeper-dev/shopkeeper/console/access"
	"github.com/shopkeeper-dev/shopkeeper/internal/intake"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// NewItem is an item that is brought.
type NewItem struct {
	ID               string `json:"id" doc:"The SKU and the barcode of its product: up to 63 letters, digits, dots, - and _, with a letter or digit first" example:"MK-1010"`
	ConsignorID      string `json:"consignorID" doc:"Whose it is" example:"C004"`
	EventID          string `json:"eventID" doc:"The sale event that it is brought to" example:"spring-2027"`
	Title            string `json:"title" doc:"Up to 255 characters" example:"Crib with mattress"`
	PriceCents       int64  `json:"priceCents" doc:"Before any markdown, in cents of the shop's currency" example:"12000"`
	MarkdownEligible bool   `json:"markdownEligible" required:"false" doc:"Whether the event's markdown applies to it"`
}

// Item is a one-of-a-kind thing that a consignor brought.
type Item struct {
	NewItem

	State string `json:"state" doc:"Where it stands" enum:"draft,ready,listed,reserved,sold,customerReturned,unsold,returnedToConsignor,donated,carriedOver,withdrawn" example:"listed"`
}

func itemOf(i ledger.Item) Item {
	return Item{
		NewItem: NewItem{ID: i.ID, ConsignorID: i.ConsignorID, EventID: i.EventID, Title: i.Title, PriceCents: i.PriceCents, MarkdownEligible: i.MarkdownEligible},
		State:   i.State,
	}
}

func (i NewItem) row() ledger.Item {
	return ledger.Item{ID: i.ID, ConsignorID: i.ConsignorID, EventID: i.EventID, Title: i.Title, PriceCents: i.PriceCents, MarkdownEligible: i.MarkdownEligible}
}

// etag is the item's version: another whenever anything of it is.
func (i Item) etag() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%+v", i))
	return `"` + hex.EncodeToString(sum[:8]) + `"`
}

// ItemPath names an item of a store.
type ItemPath struct {
	StorePath

	Item string `path:"item" doc:"The item's id" example:"MK-1010"`
}

// IfMatch lets a change happen only to what the caller has seen.
type IfMatch struct {
	IfMatch string `header:"If-Match" json:"-" maxLength:"255" doc:"The ETag that the item was last read with; where it is another by now, nothing is changed"`
}

// allow says whether an item is the one that the caller has seen.
func (m IfMatch) allow(i ledger.Item) error {
	tags := strings.FieldsFunc(m.IfMatch, func(r rune) bool { return r == ',' || r == ' ' })
	if m.IfMatch == "" || m.IfMatch == "*" || slices.Contains(tags, itemOf(i).etag()) {
		return nil
	}
	return problemf(http.StatusPreconditionFailed, "the item is not what it was when you read it: read it again, and decide anew")
}

type listItems struct {
	StorePath
	Paging

	ConsignorID string `query:"consignorID" maxLength:"63" doc:"Only those of this consignor"`
	EventID     string `query:"eventID" maxLength:"63" doc:"Only those for this sale event"`
	State       string `query:"state" doc:"Only those in this state" enum:"draft,ready,listed,reserved,sold,customerReturned,unsold,returnedToConsignor,donated,carriedOver,withdrawn"`
	Text        string `query:"text" maxLength:"255" doc:"Part of the title or of the id, in either case"`
}

type createItem struct {
	StorePath
	Once

	Body NewItem
}

type changeItem struct {
	ItemPath
	IfMatch

	Body struct {
		Title            *string `json:"title,omitempty" doc:"Up to 255 characters"`
		PriceCents       *int64  `json:"priceCents,omitempty" doc:"Before any markdown, in cents; not of an item that is reserved or sold"`
		MarkdownEligible *bool   `json:"markdownEligible" required:"false" doc:"Whether the event's markdown applies to it"`
	}
}

func (a *API) addItems() {
	reads(a, operation{
		id: "list-items", method: http.MethodGet, path: "/items", summary: "List items",
		description: "Lists items by id, narrowed by all filters that are given.", needs: []access.Permission{{Verb: access.List, On: access.Items}},
	}, func(v *visit, in *listItems) (List[Item], error) {
		filter := ledger.ItemFilter{ConsignorID: in.ConsignorID, EventID: in.EventID, State: in.State, Text: in.Text}
		return list(in.Paging, func(p ledger.Page) ([]ledger.Item, error) { return v.Items(filter, p) },
			func(i ledger.Item) string { return i.ID }, itemOf)
	})
	reads(a, operation{
		id: "get-item", method: http.MethodGet, path: "/items/{item}", summary: "Read an item",
		description: "Reads one item, with its version.", needs: []access.Permission{{Verb: access.Get, On: access.Items}},
	}, func(v *visit, in *ItemPath) (Item, error) {
		i, err := v.Item(in.Item)
		return itemOf(i), err
	})
	changes(a, operation{
		id: "create-item", method: http.MethodPost, path: "/items", status: http.StatusCreated, summary: "Take an item in",
		description: "Records an item that a consignor brought; its product follows. One of the same id that is there already, word for word, is left as it is; another is refused.",
		needs:       []access.Permission{{Verb: access.Create, On: access.Items}}, refusals: bodyRefusals,
	}, func(v *visit, in *createItem) (Item, error) {
		before, err := v.Item(in.Body.ID)
		row := in.Body.row()
		row.State, row.Unlisted = before.State, before.Unlisted
		if err := absent(before, err).or(row, func() error { return v.take(intake.Rows{Items: []ledger.Item{row}}) }); err != nil {
			return Item{}, err
		}
		after, err := v.Item(in.Body.ID)
		return itemOf(after), err
	})
	changes(a, operation{
		id: "change-item", method: http.MethodPatch, path: "/items/{item}", summary: "Change an item",
		description: "Changes title, price and markdown of an item; what is not given stays. The price of an item that is reserved or sold stays as it is. Its product follows.",
		needs:       []access.Permission{{Verb: access.Patch, On: access.Items}}, refusals: append([]int{http.StatusPreconditionFailed}, bodyRefusals...),
	}, func(v *visit, in *changeItem) (Item, error) {
		row, err := v.Item(in.Item)
		if err != nil {
			return Item{}, err
		}
		if err := in.allow(row); err != nil {
			return Item{}, err
		}
		set(&row.Title, in.Body.Title)
		set(&row.PriceCents, in.Body.PriceCents)
		set(&row.MarkdownEligible, in.Body.MarkdownEligible)
		return itemOf(row), v.take(intake.Rows{Items: []ledger.Item{row}})
	})
}

// set changes what a value was given for.
func set[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}
