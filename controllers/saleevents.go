package controllers

import (
	"fmt"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/commission"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// eventOf is a sale event as the ledger keeps it. The error is as of termsOf.
func eventOf(spec *v1alpha1.SaleEvent) (ledger.SaleEvent, error) {
	e := ledger.SaleEvent{
		ID: spec.ID, Name: spec.Name, StartsAt: spec.StartsAt.UTC(), EndsAt: spec.EndsAt.UTC(), ReturnWindowEndsAt: spec.ReturnWindowEndsAt.UTC(),
		Keeps: spec.OnEnd == v1alpha1.EventEndKeep,
	}
	if spec.Markdown.StartsAt.IsZero() {
		return e, nil
	}
	percent, err := commission.ParsePercent(spec.Markdown.PercentOff)
	if err != nil {
		return e, fmt.Errorf("sale event %s, markdown.percentOff: %w", spec.ID, err)
	}
	e.MarkdownStartsAt, e.MarkdownPercent = spec.Markdown.StartsAt.UTC(), percent
	return e, nil
}

// termsOf are the versions of a sale event's terms as commissions are computed
// with, in the spec's order. The CRD lets no percentage through that cannot be read;
// an error names the one that came by another way.
func termsOf(event *v1alpha1.SaleEvent) ([]commission.Terms, error) {
	versions := make([]commission.Terms, 0, len(event.Terms))
	for i := range event.Terms {
		spec := &event.Terms[i]
		terms := commission.Terms{
			EffectiveFrom:           spec.EffectiveFrom.UTC(),
			SuperItemBonusCents:     centsOf(spec.SuperItemBonusCents),
			SuperItemThresholdCents: centsOf(spec.SuperItemThresholdCents),
		}
		for _, percentage := range []struct {
			field, text string
			to          *commission.Percent
		}{
			{"regularConsignorPercent", spec.RegularConsignorPercent, &terms.RegularPercent},
			{"superConsignorPercent", spec.SuperConsignorPercent, &terms.SuperPercent},
			{"volunteerShiftPercent", spec.VolunteerShiftPercent, &terms.ShiftPercent},
			{"maxPercent", spec.MaxPercent, &terms.MaxPercent},
		} {
			percent, err := commission.ParsePercent(percentage.text)
			if err != nil {
				return nil, fmt.Errorf("sale event %s, terms from %s, %s: %w", event.ID, spec.EffectiveFrom.UTC().Format("2006-01-02 15:04:05"), percentage.field, err)
			}
			*percentage.to = percent
		}
		versions = append(versions, terms)
	}
	return versions, nil
}

// centsOf is an amount that the CRD defaults to 0.
func centsOf(amount *int64) int64 {
	if amount == nil {
		return 0
	}
	return *amount
}
