package controllers

import (
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/commission"
)

func TestTermsOf(t *testing.T) {
	april := time.Date(2027, time.April, 1, 0, 0, 0, 0, time.FixedZone("EDT", -4*3600))
	usual := v1alpha1.SaleTerms{
		EffectiveFrom: metav1.NewTime(april), RegularConsignorPercent: "60", SuperConsignorPercent: "70", VolunteerShiftPercent: "0", MaxPercent: "85",
	}
	special := v1alpha1.SaleTerms{
		EffectiveFrom: metav1.NewTime(april.AddDate(0, 0, 9)), RegularConsignorPercent: "62.5", SuperConsignorPercent: "100", VolunteerShiftPercent: "0.25",
		SuperItemBonusCents: new(int64(500)), SuperItemThresholdCents: new(int64(10000)), MaxPercent: "100.00",
	}
	unreadable := usual
	unreadable.MaxPercent = "most"
	cases := map[string]struct {
		reason string
		terms  []v1alpha1.SaleTerms
		want   []commission.Terms
		err    string
	}{
		"defaults": {"as the API server fills in", []v1alpha1.SaleTerms{usual}, []commission.Terms{
			{EffectiveFrom: april.UTC(), RegularPercent: 6000, SuperPercent: 7000, MaxPercent: 8500},
		}, ""},
		"versions": {"each by itself, in order", []v1alpha1.SaleTerms{usual, special}, []commission.Terms{
			{EffectiveFrom: april.UTC(), RegularPercent: 6000, SuperPercent: 7000, MaxPercent: 8500},
			{EffectiveFrom: april.AddDate(0, 0, 9).UTC(), RegularPercent: 6250, SuperPercent: 10000, ShiftPercent: 25, MaxPercent: 10000, SuperItemBonusCents: 500, SuperItemThresholdCents: 10000},
		}, ""},
		"unreadable": {"nothing is made up, and the message says where", []v1alpha1.SaleTerms{usual, unreadable}, nil, `sale event spring-2027, terms from 2027-04-01 04:00:00, maxPercent: "most" is no percentage`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := termsOf(&v1alpha1.SaleEvent{ID: "spring-2027", Terms: tc.terms})
			if !slices.Equal(got, tc.want) || (err == nil) != (tc.err == "") || err != nil && !strings.Contains(err.Error(), tc.err) {
				t.Errorf("%s: got %+v, %v, want %+v, %q", tc.reason, got, err, tc.want, tc.err)
			}
		})
	}
}
