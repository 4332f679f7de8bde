package simulator

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// subscriptionTypes are the webhook subscriptions, to read. An app sees its own.
var subscriptionTypes = merge(connectionFields("WebhookSubscription"), map[string]fields{
	"QueryRoot": {
		"webhookSubscription": root(func(r *request, args arguments) (any, error) {
			id, ok, err := args.id("id", "WebhookSubscription")
			if err != nil || !ok {
				return nil, err
			}
			return findSubscription(r, id)
		}, "id"),
		"webhookSubscriptions": root(webhookSubscriptions, append(pageArguments, "sortKey", "topics", "uri", "callbackUrl", "format", "query")...),
		"webhookSubscriptionsCount": root(func(r *request, args arguments) (any, error) {
			found, err := subscriptionCountSearch.choose(ownSubscriptions(r), args, r.now)
			if err != nil {
				return nil, err
			}
			count, precision := len(found), "EXACT"
			if limit, ok := args.whole("limit"); ok && count > limit {
				count, precision = limit, "AT_LEAST"
			}
			return record{"count": count, "precision": precision}, nil
		}, "limit", "query"),
	},
	"WebhookSubscription": {
		"id":                  idOf("WebhookSubscription", func(w *WebhookSubscription) uint64 { return w.ID }),
		"legacyResourceId":    show(func(w *WebhookSubscription) any { return strconv.FormatUint(w.ID, 10) }),
		"topic":               show(func(w *WebhookSubscription) any { return w.Topic }),
		"uri":                 show(func(w *WebhookSubscription) any { return w.URI }),
		"callbackUrl":         show(func(w *WebhookSubscription) any { return w.URI }),
		"endpoint":            show(endpoint),
		"format":              show(func(w *WebhookSubscription) any { return w.Format }),
		"filter":              show(func(w *WebhookSubscription) any { return orNull(w.Filter) }),
		"name":                show(func(w *WebhookSubscription) any { return orNull(w.Name) }),
		"includeFields":       show(func(w *WebhookSubscription) any { return anys(w.IncludeFields) }),
		"metafieldNamespaces": show(func(w *WebhookSubscription) any { return anys(w.MetafieldNamespaces) }),
		"metafields": show(func(w *WebhookSubscription) any {
			list := []any{}
			for _, m := range w.Metafields {
				list = append(list, record{"namespace": m.Namespace, "key": m.Key})
			}
			return list
		}),
		"apiVersion": ask(func(r *request, w *WebhookSubscription, _ arguments) (any, error) {
			version := w.APIVersion
			if version == "" {
				version = r.version // one that was put there behind the API's back
			}
			return apiVersion(r, version), nil
		}),
		"createdAt": show(func(w *WebhookSubscription) any { return dateTime(w.CreatedAt) }),
		"updatedAt": show(func(w *WebhookSubscription) any { return dateTime(w.UpdatedAt) }),
	},
})

// endpoint is where a subscription delivers to, by the kind of its uri.
func endpoint(w *WebhookSubscription) any {
	if project, topic, ok := pubSub(w.URI); ok {
		return typed{"WebhookPubSubEndpoint", record{"pubSubProject": project, "pubSubTopic": topic}}
	}
	if strings.HasPrefix(w.URI, eventBridgePrefix) {
		return typed{"WebhookEventBridgeEndpoint", record{"arn": w.URI}}
	}
	return typed{"WebhookHttpEndpoint", record{"callbackUrl": w.URI}}
}

var subscriptionOrders = orders[*WebhookSubscription]{
	"CREATED_AT": func(w *WebhookSubscription) position {
		return position{w.CreatedAt.UTC().Format(time.RFC3339Nano), w.ID}
	},
	"ID": func(w *WebhookSubscription) position { return position{ID: w.ID} },
}

func webhookSubscriptions(r *request, args arguments) (any, error) {
	order, err := subscriptionOrders.chosen(args)
	if err != nil {
		return nil, err
	}
	topics := args.texts("topics")
	all := slices.DeleteFunc(ownSubscriptions(r), func(w *WebhookSubscription) bool {
		return args.given("topics") && !slices.Contains(topics, w.Topic) ||
			args.given("uri") && args.text("uri") != w.URI ||
			args.given("callbackUrl") && args.text("callbackUrl") != w.URI ||
			args.given("format") && args.text("format") != w.Format
	})
	if all, err = subscriptionSearch.choose(all, args, r.now); err != nil {
		return nil, err
	}
	return page(all, order, args)
}

// ownSubscriptions are those of the app that asks, but those of its
// configuration file, which the API does not show.
func ownSubscriptions(r *request) []*WebhookSubscription {
	return slices.DeleteFunc(pointers(r.shop.WebhookSubscriptions), func(w *WebhookSubscription) bool { return w.App != r.app.ClientID || w.AppConfig })
}

func findSubscription(r *request, id uint64) (any, error) {
	if w := ownSubscription(r, id); w != nil {
		return w, nil
	}
	return nil, nil
}

// ownSubscription is the asking app's subscription with that id, or nil.
func ownSubscription(r *request, id uint64) *WebhookSubscription {
	own := ownSubscriptions(r)
	i := slices.IndexFunc(own, func(w *WebhookSubscription) bool { return w.ID == id })
	if i < 0 {
		return nil
	}
	return own[i]
}
