package simulator

import (
	"math"

	"github.com/vektah/gqlparser/v2/ast"
)

// entryCosts are what an entry of productSet's lists costs, as the schema's
// descriptions of ProductSetInput say.
var entryCosts = map[string]float64{"variants": 0.2, "metafields": 0.4, "files": 1.9}

// What a variant's own metafields and file cost in addition.
const (
	variantMetafieldCost = 0.4
	variantFileCost      = 0.6
)

// entries is what the entries of a mutation's lists cost together, rounded half
// up, as recorded replies show it.
func (t tariff) entries(f *ast.Field) int {
	if f.Name != "productSet" {
		return 0
	}
	args, err := argumentsOf(f, t.variables)
	if err != nil {
		return 0 // execution will refuse it
	}
	in, total := args.object("input"), 0.0
	for name, cost := range entryCosts {
		total += cost * float64(len(in.list(name)))
	}
	for _, v := range in.objects("variants") {
		total += variantMetafieldCost * float64(len(v.list("metafields")))
		if v.given("file") {
			total += variantFileCost
		}
	}
	return int(math.Floor(total + 0.5))
}
