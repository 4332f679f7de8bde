package shopify

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestListsThatDoNotEnd: a page that has no next one to offer, and says that there is
// one, is not asked for over and over; nor does an entry that is none crash anything.
func TestListsThatDoNotEnd(t *testing.T) {
	const (
		endless = `{"nodes":[],"pageInfo":{"hasNextPage":true,"endCursor":null}}`
		hollow  = `{"nodes":[null],"pageInfo":{"hasNextPage":false,"endCursor":null}}`
		partial = `{"nodes":[]}`
		reply   = `{"data":{"shop":{"id":"gid://shopify/Shop/1"},"currentAppInstallation":{"app":{"title":"x"}},"onlineStore":{"passwordProtection":{"enabled":true}},` +
			`"locations":%[1]s,"metafieldDefinitions":%[1]s,"webhookSubscriptions":%[1]s}}`
	)
	reads := map[string]func(context.Context, *Client) error{
		"ObserveStore":             func(ctx context.Context, c *Client) error { _, err := c.Observe(ctx); return err },
		"WebhookSubscriptions":     func(ctx context.Context, c *Client) error { _, _, err := c.WebhookSubscriptions(ctx); return err },
		"WebhookSubscriptionNames": func(ctx context.Context, c *Client) error { _, err := c.WebhookSubscriptionNames(ctx); return err },
		"MetafieldDefinitions":     func(ctx context.Context, c *Client) error { _, err := c.MetafieldDefinitions(ctx); return err },
	}
	for name, read := range reads {
		for what, page := range map[string]string{"without a cursor": endless, "with an entry that is none": hollow, "without its end": partial} {
			t.Run(name+" "+what, func(t *testing.T) {
				asked := 0
				client, _ := dial(t, newClock(), static, func(w http.ResponseWriter, _ *http.Request) {
					asked++
					w.Header().Set("Content-Type", "application/json")
					if asked > 3 {
						w.WriteHeader(http.StatusUnauthorized) // enough
					}
					_, _ = fmt.Fprintf(w, reply, page)
				})
				err := read(t.Context(), client)
				if KindOf(err) != Unavailable || !strings.Contains(err.Error(), name+": the reply holds no") || asked != 1 {
					t.Errorf("asked %d times: %v", asked, err)
				}
			})
		}
	}
}
