// Package commission decides how a sale is split between consignor and shop. It is
// pure and counts in whole cents. docs/commission.md tells the rules.
package commission

// Share is how a sale was split, in cents of the shop's money, with what it follows
// from. ConsignorCents and ShopCents add up to NetCents.
type Share struct {
	NetCents, ConsignorCents, ShopCents int64
	// Percent is what class and shifts came to, after the cap.
	Percent Percent
	// BonusCents is the part of ConsignorCents that is the bonus.
	BonusCents int64
}

// Split splits the net of a sale, in cents, under the terms. The consignor gets the
// percentage of class and shifts, half a cent rounded up, and where the net reaches
// the threshold the bonus; never more than the net. The shop gets the rest. A net
// below zero counts as zero.
func Split(net int64, class Class, shifts int, t Terms) Share {
	net = max(net, 0)
	percent := max(t.percent(class, shifts), 0)
	part := percent.of(net)
	bonus := int64(0)
	if net > 0 && net >= t.SuperItemThresholdCents {
		bonus = min(max(t.SuperItemBonusCents, 0), net-part)
	}
	return Share{
		NetCents: net, ConsignorCents: part + bonus, ShopCents: net - part - bonus,
		Percent: percent, BonusCents: bonus,
	}
}
