package orders

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
)

// TestEveryKindOfFindingIsDocumented holds the table of docs/ledger.md. Some are
// found elsewhere: by internal/catalog, internal/deliveries and internal/audits.
func TestEveryKindOfFindingIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/ledger.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(text), "## Findings")
	if !found {
		t.Fatal("docs/ledger.md has no section Findings")
	}
	var told []string
	for _, m := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\| (?:Warning|Critical) \\|").FindAllStringSubmatch(table, -1) {
		told = append(told, m[1])
	}
	kinds := []string{CancelledWithMoneyKept, DoubleSale, "LedgerInconsistent", catalog.FindingNotPublishable, OrderDiffers, OrderMissing, OtherCurrency, OverQuantity, "PriceDiffers", catalog.FindingProductDeleted, "PushFailed", RefundWithoutLines, "StatusDiffers", "StockDiffers", TermsMissing, UnexpectedSale, UnknownItem}
	slices.Sort(told)
	if !slices.Equal(told, kinds) {
		t.Errorf("told are %v, and there are %v", told, kinds)
	}
}
