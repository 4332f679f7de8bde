package shopify

import (
	"context"
	"slices"

	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/admin"
)

// WebhookSubscription tells Shopify to report a topic to an address.
type WebhookSubscription struct {
	ID    string
	Topic Topic
	// URI is where deliveries go; https only.
	URI string
	// Format is JSON or XML.
	Format string
	// IncludeFields limits a delivery's body to these fields; empty for all.
	IncludeFields []string
	// Filter limits deliveries by Shopify's search syntax; empty for all.
	Filter string
	// Name marks whose the subscription is: at most 50 letters, digits, _ and -,
	// unique for the app. It is sent where it is set, which only versions with
	// SubscriptionNames allow, and read by WebhookSubscriptionNames alone.
	Name string
}

// SubscriptionNames says whether subscriptions have names in an API version.
func SubscriptionNames(version string) bool { return version >= "2026-04" }

func subscriptionFrom(n *admin.WebhookSubscription) WebhookSubscription {
	return WebhookSubscription{
		ID: n.Id, Topic: Topic(n.Topic), URI: n.Uri, Format: string(n.Format), IncludeFields: n.IncludeFields, Filter: text(n.Filter),
	}
}

func (s WebhookSubscription) input() *admin.WebhookSubscriptionInput {
	format := admin.WebhookSubscriptionFormat(s.Format)
	fields := append([]string{}, s.IncludeFields...) // never null
	in := &admin.WebhookSubscriptionInput{Uri: &s.URI, Format: &format, IncludeFields: fields, Filter: &s.Filter}
	if s.Name != "" {
		in.Name = &s.Name
	}
	return in
}

// WebhookSubscriptionNames reads the names of the app's subscriptions by their
// ids; those that have one. It needs a version with SubscriptionNames.
func (c *Client) WebhookSubscriptionNames(ctx context.Context) (map[string]string, error) {
	const operation = "WebhookSubscriptionNames"
	names := map[string]string{}
	for after := (*string)(nil); ; {
		reply, err := admin.WebhookSubscriptionNames(ctx, c.graphQL(&call{}), after)
		if err != nil {
			return nil, err
		}
		list := reply.WebhookSubscriptions
		if list == nil || list.PageInfo == nil || slices.Contains(list.Nodes, nil) {
			return nil, missing(operation, "webhookSubscriptions")
		}
		for _, n := range list.Nodes {
			if n.Name != nil {
				names[n.Id] = *n.Name
			}
		}
		if !list.PageInfo.HasNextPage {
			return names, nil
		}
		if after = list.PageInfo.EndCursor; text(after) == "" {
			return nil, missing(operation, "endCursor")
		}
	}
}

// CreateWebhookSubscription subscribes and returns the subscription's id.
func (c *Client) CreateWebhookSubscription(ctx context.Context, s WebhookSubscription) (id string, err error) {
	const operation = "CreateWebhookSubscription"
	reply, err := admin.CreateWebhookSubscription(ctx, c.graphQL(&call{}), admin.WebhookSubscriptionTopic(s.Topic), s.input())
	if err != nil {
		return "", err
	}
	payload := reply.WebhookSubscriptionCreate
	if payload == nil {
		return "", missing(operation, "payload")
	}
	if err := refused(operation, payload.UserErrors); err != nil {
		return "", err
	}
	if payload.WebhookSubscription == nil {
		return "", missing(operation, "webhookSubscription")
	}
	return payload.WebhookSubscription.Id, nil
}

// UpdateWebhookSubscription brings the subscription with the given ID in line.
// Its topic cannot change.
func (c *Client) UpdateWebhookSubscription(ctx context.Context, s WebhookSubscription) error {
	const operation = "UpdateWebhookSubscription"
	reply, err := admin.UpdateWebhookSubscription(ctx, c.graphQL(&call{}), s.ID, s.input())
	if err != nil {
		return err
	}
	if reply.WebhookSubscriptionUpdate == nil {
		return missing(operation, "payload")
	}
	return refused(operation, reply.WebhookSubscriptionUpdate.UserErrors)
}

// DeleteWebhookSubscription removes a subscription.
func (c *Client) DeleteWebhookSubscription(ctx context.Context, id string) error {
	const operation = "DeleteWebhookSubscription"
	reply, err := admin.DeleteWebhookSubscription(ctx, c.graphQL(&call{}), id)
	if err != nil {
		return err
	}
	if reply.WebhookSubscriptionDelete == nil {
		return missing(operation, "payload")
	}
	return refused(operation, reply.WebhookSubscriptionDelete.UserErrors)
}
