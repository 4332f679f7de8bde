package commission_test

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/commission"
)

// TestTheWorkedExample computes the example of docs/commission.md.
func TestTheWorkedExample(t *testing.T) {
	text, err := os.ReadFile("../../docs/commission.md")
	if err != nil {
		t.Fatal(err)
	}
	tables := tablesOf(string(text))
	var terms []commission.Terms
	for _, row := range tables["effectiveFrom"] {
		terms = append(terms, commission.Terms{
			EffectiveFrom: when(t, row["effectiveFrom"]), RegularPercent: percent(t, row["regular"]), SuperPercent: percent(t, row["super"]),
			ShiftPercent: percent(t, row["shift"]), MaxPercent: percent(t, row["max"]),
			SuperItemBonusCents: number(t, row["bonus"]), SuperItemThresholdCents: number(t, row["threshold"]),
		})
	}
	sales := tables["ordered at"]
	if len(terms) != 2 || len(sales) < 9 {
		t.Fatalf("found %d terms and %d sales: has the example changed its form?", len(terms), len(sales))
	}
	for _, row := range sales {
		t.Run(row["line"], func(t *testing.T) {
			line := commission.Line{
				OriginalCents: number(t, row["original"]), DiscountCents: []int64{number(t, row["discounts"])},
				TaxCents: []int64{number(t, row["taxes"])}, TaxesIncluded: row["included"] == "yes",
				Quantity: int(number(t, row["quantity"])), CurrentQuantity: int(number(t, row["left"])),
			}
			held, _ := commission.TermsAt(terms, when(t, row["ordered at"]))
			got := commission.Split(line.Net(), commission.Class(row["class"]), int(number(t, row["shifts"])), held)
			want := commission.Share{
				NetCents: number(t, row["net"]), ConsignorCents: number(t, row["consignor"]), ShopCents: number(t, row["shop"]),
				Percent: percent(t, row["percent"]), BonusCents: number(t, row["bonus"]),
			}
			if got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

// tablesOf reads a text's tables: their rows by the heading of their first column,
// each a map from heading to cell.
func tablesOf(text string) map[string][]map[string]string {
	tables := map[string][]map[string]string{}
	var headings []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			headings = nil
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch {
		case headings == nil:
			headings = cells
		case !strings.HasPrefix(cells[0], "---"):
			row := map[string]string{}
			for i, cell := range cells {
				row[headings[i]] = cell
			}
			tables[headings[0]] = append(tables[headings[0]], row)
		}
	}
	return tables
}

func when(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func percent(t *testing.T, text string) commission.Percent {
	t.Helper()
	p, err := commission.ParsePercent(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func number(t *testing.T, text string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
