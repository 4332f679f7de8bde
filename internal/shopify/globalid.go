package shopify

import (
	"fmt"
	"strconv"
	"strings"
)

// GlobalID is the id by which GraphQL names a thing, such as
// gid://shopify/Order/1 for an "Order" with the number 1, which webhooks name it by.
func GlobalID(kind string, number uint64) string {
	return fmt.Sprintf("gid://shopify/%s/%d", kind, number)
}

// Number reads the number out of the global id of a thing of the given kind.
func Number(kind, globalID string) (uint64, error) {
	text, ok := strings.CutPrefix(globalID, "gid://shopify/"+kind+"/")
	n, err := strconv.ParseUint(text, 10, 64)
	if !ok || err != nil || n == 0 {
		return 0, fmt.Errorf("%q is no global id of a thing of kind %s", globalID, kind)
	}
	return n, nil
}
