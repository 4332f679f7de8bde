package shopify

import (
	"regexp"
	"slices"
	"strings"
)

const (
	// maxDeprecated bounds how many names of one reply are kept: each is a series
	// of a metric, and what comes is not in our hands.
	maxDeprecated = 20
	// deprecatedOther stands for what is not the name of a part of the schema,
	// such as the link that replies held before names came.
	deprecatedOther = "other"
)

var schemaName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,59}(\.[A-Za-z_][A-Za-z0-9_]{0,59}){1,3}$`)

// deprecatedNames reads the header X-Shopify-API-Deprecated-Reason, a list such
// as "Shop.products, Shop.productVariants"
// (https://shopify.dev/changelog/graphql-return-actual-deprecation-reasons). It
// returns each name once, sorted.
func deprecatedNames(header string) []string {
	var names []string
	for part := range strings.SplitSeq(header, ",") {
		switch name := strings.TrimSpace(part); {
		case name == "":
		case schemaName.MatchString(name):
			names = append(names, name)
		default:
			names = append(names, deprecatedOther)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	return names[:min(len(names), maxDeprecated)]
}
