package simulator

import "time"

// variantSearch are some of the fields that the schema's description of
// productVariants(query:) names.
var variantSearch = searchFields[variant]{
	"id":         byID(func(v variant) uint64 { return v.ID }),
	"product_id": byID(func(v variant) uint64 { return v.product.ID }),
	"sku":        byText(func(v variant) []string { return []string{v.item.SKU} }),
	"barcode":    byText(func(v variant) []string { return []string{v.Barcode} }),
	"updated_at": byTime(func(v variant) time.Time { return v.UpdatedAt }),
}
