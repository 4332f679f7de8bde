package shopify_test

import (
	"strings"
	"testing"
	"time"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

func TestChooseVersion(t *testing.T) {
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	cases := map[string]struct {
		reason    string
		requested string
		now       time.Time
		want      string
		replaced  bool
		err       string
	}{
		"in service":   {"what Shopify serves is used", "2026-10", now, "2026-10", false, ""},
		"ended":        {"Shopify would answer with its oldest version unasked", "2024-01", now, shopify.PinnedVersion, true, ""},
		"just ended":   {"support ends on the day", "2026-01", time.Date(2027, 1, 16, 0, 0, 0, 0, time.UTC), shopify.PinnedVersion, true, ""},
		"pinned ended": {"the newest is the next best", shopify.PinnedVersion, time.Date(2027, 8, 1, 0, 0, 0, 0, time.UTC), "2026-10", true, ""},
		"all ended":    {"somebody has to upgrade", "2026-10", time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), "2026-10", false, ""},
		"about to end": {"the last day counts", "2026-01", time.Date(2027, 1, 15, 23, 0, 0, 0, time.UTC), "2026-01", false, ""},
		"future":       {"this release cannot know its schema", "2027-01", now, "", false, "newer than this release"},
		"malformed":    {"versions are quarterly", "2026-02", now, "", false, "is not an API version"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := shopify.ChooseVersion(tc.requested, tc.now)
			if tc.err != "" {
				if err == nil || !strings.Contains(err.Error(), tc.err) {
					t.Errorf("%s: got %v, want %q", tc.reason, err, tc.err)
				}
				return
			}
			if err != nil || got.Used != tc.want || got.Replaced != tc.replaced || got.SupportedUntil.IsZero() || got.Ended != (tc.now.Year() == 2030) {
				t.Errorf("%s: got %+v, %v", tc.reason, got, err)
			}
		})
	}
}

func TestParseDomain(t *testing.T) {
	cases := map[string]struct {
		reason string
		domain string
		ok     bool
	}{
		"plain":     {"the permanent address", "maple-kids.myshopify.com", true},
		"digits":    {"names may start with a digit", "7th-street.myshopify.com", true},
		"empty":     {"nothing is no address", "", false},
		"bare name": {"the address is whole", "maple-kids", false},
		"custom":    {"a custom domain can move", "shop.example.com", false},
		"scheme":    {"no scheme", "https://a.myshopify.com", false},
		"port":      {"no port", "a.myshopify.com:8443", false},
		"path":      {"no path", "a.myshopify.com/admin", false},
		"host path": {"a host before the suffix would get the token", "evil.example/a.myshopify.com", false},
		"userinfo":  {"nor one after an @", "a.myshopify.com@evil.example", false},
		"subdomain": {"the shop's name has no dot", "a.b.myshopify.com", false},
		"suffix":    {"nothing after the suffix", "a.myshopify.com.evil.example", false},
		"newline":   {"a line break is no end", "a.myshopify.com\n", false},
		"capital":   {"addresses are lower case", "A.myshopify.com", false},
		"hyphen":    {"names do not start with a hyphen", "-a.myshopify.com", false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := shopify.ParseDomain(tc.domain); (err == nil) != tc.ok {
				t.Errorf("%s: %q: got %v", tc.reason, tc.domain, err)
			}
		})
	}
}
