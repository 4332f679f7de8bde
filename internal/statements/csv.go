package statements

import (
	"encoding/csv"
	"io"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// csvColumns are those of every row. The amounts of the kinds Opening, Sale,
// Adjustment and Payout add up to that of Balance.
var csvColumns = []string{
	"event_id", "consignor_id", "consignor", "statement", "kind", "posted_at", "order", "item_id", "title", "state", "price",
	"net", "amount", "shop", "percent", "class", "shifts", "bonus", "currency",
}

// WriteCSV writes statements as one table, with a heading.
func WriteCSV(w io.Writer, list []Statement) error {
	out := csv.NewWriter(w)
	if err := out.Write(csvColumns); err != nil {
		return err
	}
	for _, s := range list {
		for _, row := range s.rows() {
			cells := make([]string, len(csvColumns))
			for i, column := range csvColumns {
				cells[i] = harmless(row[column])
			}
			if err := out.Write(cells); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

// rows are a statement's, each a map from column to cell.
func (s *Statement) rows() (list []map[string]string) {
	add := func(kind string, cents *int64, more map[string]string) {
		row := map[string]string{
			"event_id": s.Event.ID, "consignor_id": s.Consignor.ID, "consignor": s.Consignor.Name, "statement": strconv.Itoa(s.Number),
			"kind": kind, "currency": s.Currency,
		}
		if cents != nil {
			row["amount"] = amount(*cents)
		}
		maps.Copy(row, more)
		list = append(list, row)
	}
	for _, i := range s.Items {
		add("Item", nil, map[string]string{"item_id": i.ID, "title": i.Title, "price": amount(i.PriceCents), "state": i.State})
	}
	add("Opening", &s.OpeningCents, nil)
	for _, l := range s.Sales {
		add("Sale", &l.ConsignorCents, s.row(l))
	}
	for _, l := range s.Adjustments {
		add("Adjustment", &l.ConsignorCents, s.row(l))
	}
	for _, p := range s.Payouts {
		add("Payout", &p.Cents, map[string]string{"posted_at": p.PostedAt.Format(time.RFC3339)})
	}
	add("Balance", &s.BalanceCents, nil)
	if s.Closing != nil {
		at := map[string]string{"posted_at": s.At.UTC().Format(time.RFC3339)}
		add("PaidOut", &s.Closing.PaidCents, at)
		add("CarriedForward", &s.Closing.CarriedCents, at)
	}
	return list
}

func (s *Statement) row(l Line) map[string]string {
	row := map[string]string{
		"posted_at": l.PostedAt.Format(time.RFC3339), "order": l.Order, "item_id": l.ItemID, "title": l.Title,
		"net": amount(l.NetCents), "shop": amount(l.ShopCents),
	}
	if s.theirs(l) {
		row["state"], row["percent"], row["class"] = string(l.Inputs.State), l.Inputs.Percent, string(l.Inputs.Class)
		row["shifts"], row["bonus"] = strconv.Itoa(l.Inputs.Shifts), amount(l.Inputs.BonusCents)
	}
	return row
}

var number = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

// harmless is a cell that no spreadsheet takes for a formula.
func harmless(cell string) string {
	if strings.IndexAny(cell, "=+-@\t\r") == 0 && !number.MatchString(cell) {
		return "'" + cell
	}
	return cell
}
