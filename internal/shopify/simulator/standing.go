package simulator

import (
	"fmt"
	"net/http"
)

// A shop's standing with Shopify (https://shopify.dev/docs/api/usage/response-codes).
const (
	// StandingOpen is that of a shop in business.
	StandingOpen = "OPEN"
	// StandingFrozen is that of a shop with an unpaid bill; its API answers 402.
	StandingFrozen = "FROZEN"
	// StandingLocked is that of a shop under suspicion; its API answers 423.
	StandingLocked = "LOCKED"
	// StandingClosed is that of a shop that its owner gave up; its API answers
	// 404, as if there were none (?).
	StandingClosed = "CLOSED"
)

func checkStanding(shop *Shop) error {
	switch shop.Standing {
	case "", StandingOpen, StandingFrozen, StandingLocked, StandingClosed:
		return nil
	default:
		return fmt.Errorf("standing %q: want OPEN, FROZEN, LOCKED or CLOSED", shop.Standing)
	}
}

// unavailable is the reply of a shop that does no business, else nil. The words
// for 402 are on record (https://github.com/Shopify/shopify-cli/issues/1770; the
// documentation's sample is about plans), those for 423 are the documentation's
// (https://shopify.dev/docs/api/admin-graphql#status_and_error_codes). That the
// token is not looked at before is a guess (?).
func (s *store) unavailable() *reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.shop.Standing {
	case StandingFrozen:
		return refuse(http.StatusPaymentRequired, "Unavailable Shop")
	case StandingLocked:
		return refuse(http.StatusLocked, "This shop is unavailable")
	case StandingClosed:
		return notFound()
	default:
		return nil
	}
}
