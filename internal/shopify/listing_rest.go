package shopify

import (
	"context"
	"fmt"
	"strings"
)

// restPublishing is what is said of a product over REST to put it on the online store.
type restPublishing struct {
	ID        uint64 `json:"id"`
	Status    string `json:"status"`
	Published bool   `json:"published"`
}

// PublishOverREST gives a product a status and puts it on the online store, both or
// neither: by the right to write products, where the one to publish is not to be had.
// Shopify calls this way old; where it refuses it, the error is a ScopeMissing, a
// NotFound or an Invalid.
func (c *Client) PublishOverREST(ctx context.Context, id uint64, status string) error {
	info := &call{operation: "PublishOverREST"}
	base := c.base
	body := map[string]restPublishing{"product": {ID: id, Status: strings.ToLower(status), Published: true}}
	if err := base.Put(withCall(ctx, info), fmt.Sprintf("products/%d.json", id), body, nil); err != nil {
		return asError(info, err)
	}
	return nil
}
