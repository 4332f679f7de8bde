package shopify

import (
	"context"
	"strconv"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/admin"
)

// The metafields of products: what they are for, and for whom. ItemKey is of type id,
// so that a product is found by it and no two have the same.
const (
	MetafieldNamespace  = "consignment"
	ItemKey             = "item_id"
	consignorKey        = "consignor_id"
	eventKey            = "event_id"
	markdownEligibleKey = "markdown_eligible"
)

// Listing is what the product of an item is to be. Money is in cents.
type Listing struct {
	// Item is the item's id: the product's custom id, and its SKU and barcode.
	Item, Title string
	Price       int64
	// CompareAt is the price before a reduction; 0 for none.
	CompareAt            int64
	ConsignorID, EventID string
	MarkdownEligible     bool
	// TrackingUnmanaged leaves it as it is whether Shopify counts the stock of a product
	// that is there; one that is made is counted.
	TrackingUnmanaged bool
}

// CreateProduct makes the product of an item as a draft with nothing in stock at a
// location, and with images that Upload returned. No product of that custom id may
// exist: its lists would be replaced. What it returns is the product as it was asked for,
// without its images, which Shopify takes in later. The error is a NotFound or an Invalid
// where the custom id has no definition.
func (c *Client) CreateProduct(ctx context.Context, l Listing, location uint64, images []string) (*Product, error) {
	const operation = "CreateProduct"
	status, deny := admin.ProductStatusDraft, admin.ProductVariantInventoryPolicyDeny
	variant := &admin.ProductVariantSetInput{
		OptionValues: []*admin.VariantOptionValueInput{{OptionName: new(onlyOption), Name: new(onlyValue)}},
		Sku:          &l.Item, Barcode: &l.Item, Price: decimalOf(l.Price), InventoryPolicy: &deny, InventoryItem: stockItem(l),
		InventoryQuantities: []*admin.ProductSetInventoryInput{{LocationId: GlobalID("Location", location), Name: "available", Quantity: 0}},
	}
	if l.CompareAt > 0 {
		variant.CompareAtPrice = decimalOf(l.CompareAt)
	}
	input := &admin.ProductSetInput{
		Title: &l.Title, Status: &status, Metafields: metafieldsOf(l), Variants: []*admin.ProductVariantSetInput{variant},
		ProductOptions: []*admin.OptionSetInput{{Name: new(onlyOption), Values: []*admin.OptionValueSetInput{{Name: new(onlyValue)}}}},
	}
	for _, source := range images {
		input.Files = append(input.Files, &admin.FileSetInput{OriginalSource: &source, ContentType: new(admin.FileContentTypeImage), Alt: &l.Title})
	}
	reply, err := admin.CreateProduct(ctx, c.graphQL(&call{}), customID(l.Item), input)
	if err != nil {
		return nil, err
	}
	payload := reply.ProductSet
	if payload == nil {
		return nil, missing(operation, "payload")
	}
	if err := refusedWithCode(operation, payload.UserErrors); err != nil {
		return nil, err
	}
	if payload.Product == nil || payload.Product.Variants == nil || len(payload.Product.Variants.Nodes) != 1 || payload.Product.Variants.Nodes[0].InventoryItem == nil {
		return nil, missing(operation, "product with one variant")
	}
	made, r := payload.Product, reading{operation: operation}
	p := &Product{
		ID: r.id("Product", made.Id), Title: l.Title, Status: string(status), UpdatedAt: made.UpdatedAt,
		Item: l.Item, ConsignorID: l.ConsignorID, EventID: l.EventID, MarkdownEligible: l.MarkdownEligible,
		Variants: []Variant{{
			ID: r.id("ProductVariant", made.Variants.Nodes[0].Id), SKU: l.Item, Barcode: l.Item, Price: l.Price, CompareAt: l.CompareAt,
			InventoryItemID: r.id("InventoryItem", made.Variants.Nodes[0].InventoryItem.Id), Tracked: true,
			Levels: []Level{{LocationID: location}},
		}},
	}
	if r.err != nil {
		return nil, r.err
	}
	return p, nil
}

// The one option of a product that comes in one form, as Shopify names it.
const (
	onlyOption = "Title"
	onlyValue  = "Default Title"
)

func customID(item string) *admin.UniqueMetafieldValueInput {
	return &admin.UniqueMetafieldValueInput{Namespace: new(MetafieldNamespace), Key: ItemKey, Value: item}
}

func stockItem(l Listing) *admin.InventoryItemInput {
	return &admin.InventoryItemInput{Sku: &l.Item, Tracked: new(true), RequiresShipping: new(true)}
}

func metafieldsOf(l Listing) []*admin.MetafieldInput {
	field := func(key, value string) *admin.MetafieldInput {
		return &admin.MetafieldInput{Namespace: new(MetafieldNamespace), Key: &key, Value: &value}
	}
	list := []*admin.MetafieldInput{field(ItemKey, l.Item)}
	list[0].Type = new("id")
	text := func(key, value, kind string) {
		if value == "" {
			return // an empty value is none
		}
		f := field(key, value)
		f.Type = &kind
		list = append(list, f)
	}
	text(consignorKey, l.ConsignorID, "single_line_text_field")
	text(eventKey, l.EventID, "single_line_text_field")
	text(markdownEligibleKey, strconv.FormatBool(l.MarkdownEligible), "boolean")
	return list
}

// ProductByItem reads the product that has an item's id as its custom id. The error is
// a NotFound where none has, or custom ids are not defined.
func (c *Client) ProductByItem(ctx context.Context, item string) (*Product, error) {
	const operation = "ProductByItem"
	reply, err := admin.ProductByItem(ctx, c.graphQL(&call{}), customID(item))
	if err != nil {
		return nil, err
	}
	if reply.ProductByIdentifier == nil {
		return nil, noSuch(operation, "product of item", item)
	}
	id, err := Number("Product", reply.ProductByIdentifier.Id)
	if err != nil {
		return nil, &Error{Kind: Unavailable, Operation: operation, Message: "the reply has an unexpected value", cause: err}
	}
	return c.Product(ctx, id)
}

// DescribeProduct brings title and metafields of an item's product in line.
func (c *Client) DescribeProduct(ctx context.Context, id uint64, l Listing) error {
	globalID := GlobalID("Product", id)
	return c.updateProduct(ctx, &admin.ProductUpdateInput{Id: &globalID, Title: &l.Title, Metafields: metafieldsOf(l)})
}

// PriceVariant brings price, barcode and how a variant is sold in line.
func (c *Client) PriceVariant(ctx context.Context, product, variant uint64, l Listing) error {
	const operation = "UpdateVariants"
	globalID, deny := GlobalID("ProductVariant", variant), admin.ProductVariantInventoryPolicyDeny
	input := &admin.ProductVariantsBulkInput{
		Id: &globalID, Price: decimalOf(l.Price), Barcode: &l.Item, InventoryPolicy: &deny, InventoryItem: stockItem(l),
	}
	if l.TrackingUnmanaged {
		input.InventoryItem.Tracked = nil
	}
	if l.CompareAt > 0 {
		input.CompareAtPrice = decimalOf(l.CompareAt)
	}
	reply, err := admin.UpdateVariants(ctx, c.graphQL(&call{}), GlobalID("Product", product), []*admin.ProductVariantsBulkInput{input})
	if err != nil {
		return err
	}
	if reply.ProductVariantsBulkUpdate == nil {
		return missing(operation, "payload")
	}
	return refusedWithCode(operation, reply.ProductVariantsBulkUpdate.UserErrors)
}

// Products reads a page of 250 of a shop's products, by id, and where the next one
// begins; "" behind the last.
func (c *Client) Products(ctx context.Context, after string) (page []*Product, next string, err error) {
	const operation = "Products"
	var cursor *string
	if after != "" {
		cursor = &after
	}
	reply, err := admin.Products(ctx, c.graphQL(&call{}), cursor)
	if err != nil {
		return nil, "", err
	}
	if reply.Products == nil || reply.Products.PageInfo == nil {
		return nil, "", missing(operation, "page of a list")
	}
	for _, n := range reply.Products.Nodes {
		p, err := c.product(ctx, operation, &n.ProductCore, n.Variants)
		if err != nil {
			return nil, "", err
		}
		page = append(page, p)
	}
	if info := reply.Products.PageInfo; info.HasNextPage {
		if next = text(info.EndCursor); next == "" {
			return nil, "", missing(operation, "endCursor")
		}
	}
	return page, next, nil
}

// onlineStore is what Shopify calls the channel that a shop's customers see.
const onlineStore = "Online Store"

// OnlineStore returns the id of the online store's publication. The error is a
// ScopeMissing without read_publications, and a NotFound where the shop has none.
func (c *Client) OnlineStore(ctx context.Context) (string, error) {
	const operation = "Publications"
	search := func(after *string) (*admin.PublicationPage, error) {
		reply, err := admin.Publications(ctx, c.graphQL(&call{}), after)
		if err != nil {
			return nil, err
		}
		return reply.Publications, nil
	}
	first, err := search(nil)
	if err != nil {
		return "", err
	}
	found, err := readAll(operation, first, search)
	if err != nil {
		return "", err
	}
	for _, p := range found {
		if p.Catalog != nil && (*p.Catalog).GetTitle() == onlineStore {
			return p.Id, nil
		}
	}
	return "", noSuch(operation, "publication", onlineStore)
}

// PublishProduct puts a product on a publication. The error is a ScopeMissing without
// write_publications.
func (c *Client) PublishProduct(ctx context.Context, id uint64, publication string) error {
	const operation = "PublishProduct"
	reply, err := admin.PublishProduct(ctx, c.graphQL(&call{repeatable: true}), GlobalID("Product", id), publication)
	if err != nil {
		return err
	}
	if reply.PublishablePublish == nil {
		return missing(operation, "payload")
	}
	return refused(operation, reply.PublishablePublish.UserErrors)
}

// AddImages puts images that Upload returned behind those that a product has.
func (c *Client) AddImages(ctx context.Context, product uint64, sources []string, alt string) error {
	const operation = "AddMedia"
	var media []*admin.CreateMediaInput
	for _, source := range sources {
		media = append(media, &admin.CreateMediaInput{OriginalSource: source, Alt: &alt, MediaContentType: admin.MediaContentTypeImage})
	}
	reply, err := admin.AddMedia(ctx, c.graphQL(&call{}), GlobalID("Product", product), media)
	if err != nil {
		return err
	}
	if reply.ProductUpdate == nil {
		return missing(operation, "payload")
	}
	return refused(operation, reply.ProductUpdate.UserErrors)
}
