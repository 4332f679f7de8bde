package outcome_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/outcome"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

func TestOf(t *testing.T) {
	failed := func(kind shopify.Kind, after time.Duration) error {
		return fmt.Errorf("looking at the store: %w", &shopify.Error{Kind: kind, Operation: "Op", Message: "something happened", RequestID: "req-1", RetryAfter: after})
	}
	cases := map[string]struct {
		reason string
		err    error
		want   outcome.Verdict
	}{
		"stall":       {"a human acts", outcome.Stall("Why", "do %s", "this"), outcome.Verdict{Reason: "Why", Message: "do this", Stalled: true}},
		"credentials": {"the same ones are no use, and the client knows when it tries them again", failed(shopify.CredentialsRejected, 4*time.Hour), outcome.Verdict{Reason: v1alpha1.ReasonCredentialsRejected, Stalled: true, RetryAfter: 4 * time.Hour}},
		"scope":       {"the merchant acts", failed(shopify.ScopeMissing, 0), outcome.Verdict{Reason: v1alpha1.ReasonScopeMissing, Stalled: true}},
		"not found":   {"the domain is wrong", failed(shopify.NotFound, 0), outcome.Verdict{Reason: v1alpha1.ReasonShopNotFound, Stalled: true}},
		"frozen":      {"the merchant acts", failed(shopify.Frozen, 0), outcome.Verdict{Reason: v1alpha1.ReasonShopFrozen, Stalled: true}},
		"invalid":     {"the spec has to change", failed(shopify.Invalid, 0), outcome.Verdict{Reason: v1alpha1.ReasonRefused, Stalled: true}},
		"taken":       {"another manager was faster: look again", &shopify.Error{Kind: shopify.Invalid, Message: "m", Fields: []shopify.FieldError{{Code: "TAKEN"}}}, outcome.Verdict{Reason: v1alpha1.ReasonRefused}},
		"throttled":   {"it passes when Shopify says", failed(shopify.Throttled, 7*time.Second), outcome.Verdict{Reason: v1alpha1.ReasonThrottled, RetryAfter: 7 * time.Second}},
		"unavailable": {"it may pass, with the queue's back-off", failed(shopify.Unavailable, 0), outcome.Verdict{Reason: v1alpha1.ReasonShopifyUnavailable}},
		"other":       {"what is not known may pass", errors.New("connection to the API server lost"), outcome.Verdict{Reason: v1alpha1.ReasonNotApplied, Message: "connection to the API server lost"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := outcome.Of(tc.err)
			if got.Reason != tc.want.Reason || got.Stalled != tc.want.Stalled || got.RetryAfter != tc.want.RetryAfter || tc.want.Message != "" && got.Message != tc.want.Message {
				t.Errorf("%s: got %+v, want %+v", tc.reason, got, tc.want)
			}
			if strings.Contains(got.Message, "req-1") {
				t.Errorf("a message that differs each time makes an idle system write: %q", got.Message)
			}
		})
	}
}
