package statements

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/shopkeeper-dev/shopkeeper/internal/orders"
)

// WriteText writes a statement for people.
func WriteText(w io.Writer, s Statement) error {
	var b strings.Builder
	status := "open"
	if s.Closing != nil {
		status = "closed " + moment(s.At) + " by " + printable(s.Closing.By)
	}
	fmt.Fprintf(&b, "%s (%s): statement %d, %s\n", printable(s.Event.Name), s.Event.ID, s.Number, status)
	fmt.Fprintf(&b, "%s (%s), %s, %s\n", printable(s.Consignor.Name), s.Consignor.ID, s.Consignor.Class, shifts(s.Consignor.Shifts))
	fmt.Fprintf(&b, "Amounts in %s, times in UTC; payable from %s\n", s.Currency, moment(s.Event.PayableFrom))
	items := grid{{"ITEM", "TITLE", ">PRICE", "STATE"}}
	for _, i := range s.Items {
		items = append(items, []string{i.ID, i.Title, amount(i.PriceCents), i.State})
	}
	items.write(&b, "Items")
	s.lines(s.Sales).write(&b, "Sales")
	s.lines(s.Adjustments).write(&b, "Adjustments")
	payouts := grid{{"PAID", ">AMOUNT"}}
	for _, p := range s.Payouts {
		payouts = append(payouts, []string{moment(p.PostedAt), amount(p.Cents)})
	}
	payouts.write(&b, "Payouts")
	s.summary().write(&b, "Summary")
	_, err := io.WriteString(w, b.String())
	return err
}

func (s *Statement) lines(list []Line) grid {
	g := grid{{"POSTED", "ORDER", "ITEM", "TITLE", ">NET", ">CONSIGNOR", ">SHOP", "THE SALE"}}
	for _, l := range list {
		g = append(g, []string{moment(l.PostedAt), l.Order, l.ItemID, l.Title, amount(l.NetCents), amount(l.ConsignorCents), amount(l.ShopCents), s.why(l)})
	}
	return g
}

// theirs tells whether a line's sale still is the consignor's. Where it is another's,
// what it came to is not for them to see.
func (s *Statement) theirs(l Line) bool {
	return l.Inputs.ConsignorID == s.Consignor.ID && l.Inputs.EventID == s.Event.ID && l.Inputs.ItemID == l.ItemID
}

// why says what a sale came to, and from what.
func (s *Statement) why(l Line) string {
	in := l.Inputs
	switch {
	case !s.theirs(l):
		return "turned out to be of something else"
	case in.State == orders.Double:
		return "went to another order"
	case in.State != orders.Sold:
		return "was undone"
	case in.NetCents == 0:
		return "comes to nothing"
	}
	text := fmt.Sprintf("%s × %s%% (%s, %s)", amount(in.NetCents), in.Percent, in.Class, shifts(in.Shifts))
	if in.BonusCents > 0 {
		text += " + " + amount(in.BonusCents) + " bonus"
	}
	return text
}

func (s *Statement) summary() grid {
	var paid int64
	for _, p := range s.Payouts {
		paid += p.Cents
	}
	g := grid{
		{"", ">AMOUNT"}, {"Brought forward", amount(s.OpeningCents)}, {"Sales", amount(shares(s.Sales))},
		{"Adjustments", amount(shares(s.Adjustments))}, {"Payouts", amount(paid)}, {"Balance", amount(s.BalanceCents)},
	}
	if s.Closing != nil {
		g = append(g, []string{"Paid out", amount(s.Closing.PaidCents)}, []string{"Carried forward", amount(s.Closing.CarriedCents)})
	}
	return g
}

// grid is a table with its heading; > marks a column of numbers.
type grid [][]string

// write writes the table under a title; one without rows is not written.
func (g grid) write(b *strings.Builder, title string) {
	if len(g) < 2 {
		return
	}
	widths := make([]int, len(g[0]))
	for _, row := range g {
		for i := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(strings.TrimPrefix(row[i], ">")))
		}
	}
	b.WriteString("\n" + title + "\n")
	for n, row := range g {
		var line strings.Builder
		line.WriteString(" ")
		for i, cell := range row {
			if n == 0 {
				cell = strings.TrimPrefix(cell, ">")
			}
			cell = printable(cell)
			pad := strings.Repeat(" ", max(0, widths[i]-utf8.RuneCountInString(cell)))
			if strings.HasPrefix(g[0][i], ">") {
				line.WriteString(" " + pad + cell)
			} else {
				line.WriteString(" " + cell + pad)
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}

// printable has no control characters, which a terminal might obey.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

// amount writes cents with two decimals.
func amount(cents int64) string {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	return fmt.Sprintf("%s%d.%02d", sign, cents/100, cents%100)
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

func shifts(n int) string {
	if n == 1 {
		return "1 shift"
	}
	return fmt.Sprintf("%d shifts", n)
}
