package controllers

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/outcome"
	"github.com/shopkeeper-dev/shopkeeper/internal/plan"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// webhookURI is the address that receives a store's webhooks.
func webhookURI(relayURL string, store *v1alpha1.ShopifyStore) (string, error) {
	u, err := url.Parse(relayURL)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", outcome.Stall(v1alpha1.ReasonRelayURLInvalid,
			"Shopify delivers webhooks to https only, and the operator runs with --relay-url=%q: give it a URL such as https://hooks.example.com", relayURL)
	}
	return u.JoinPath("webhooks", store.Namespace, store.Name).String(), nil
}

// subscriptions are those that the spec asks for and that this API version has.
func (run *storeRun) subscriptions(uri string) []shopify.WebhookSubscription {
	return slices.DeleteFunc(plan.Subscriptions(&run.store.Spec, uri), func(s shopify.WebhookSubscription) bool {
		_, known := shopify.LookupTopic(s.Topic, run.store.Status.APIVersion.Used)
		return !known
	})
}

// ownSubscriptions are those that are ours: to our address; recorded by id
// (somebody may have changed their address) or by topic and address (a crash
// came before the id was known); or by their name, where names were asked for.
func (run *storeRun) ownSubscriptions(list []shopify.WebhookSubscription, uri string) []plan.Object {
	var own []plan.Object
	for _, s := range list {
		o := plan.SubscriptionObject(s)
		o.Owned = s.URI == uri || strings.HasPrefix(run.names[s.ID], run.namePrefix()) ||
			slices.ContainsFunc(run.store.Status.Inventory, func(e v1alpha1.InventoryEntry) bool {
				return e.Kind == o.Kind && (e.ID == o.ID || e.Key == o.Key)
			})
		if o.Owned {
			own = append(own, o)
		}
	}
	return own
}

// namePrefix begins the names of the object's subscriptions. It goes by the UID,
// so that another cluster's object of the same name is not taken for this one.
func (run *storeRun) namePrefix() string {
	digest := sha256.Sum256([]byte(run.store.UID))
	return "shopkeeper-" + hex.EncodeToString(digest[:5]) + "-"
}

// subscriptionName names a new subscription; empty where the API version has no
// names. It is another one each time, because names are unique and a former
// subscription of ours may still be there.
func (run *storeRun) subscriptionName() string {
	if !shopify.SubscriptionNames(run.store.Status.APIVersion.Used) {
		return ""
	}
	return run.namePrefix() + strings.ToLower(rand.Text()[:10])
}

// recognise asks for the names of the subscriptions where one of them might be
// ours and nothing else tells: a topic is not reported to our address, and
// somebody's subscription is there. That is so after a change of the address
// with the record lost; an idle store never asks.
func (r *ShopifyStoreReconciler) recognise(ctx context.Context, run *storeRun) error {
	uri, err := webhookURI(r.RelayURL, run.store)
	if err != nil {
		return nil //nolint:nilerr // without an address subscriptions are left alone
	}
	list := run.observed.WebhookSubscriptions
	foreign := len(run.ownSubscriptions(list, uri)) < len(list)
	lacking := slices.ContainsFunc(run.subscriptions(uri), func(want shopify.WebhookSubscription) bool {
		return !slices.ContainsFunc(list, func(s shopify.WebhookSubscription) bool { return s.Topic == want.Topic && s.URI == want.URI })
	})
	if !foreign || !lacking {
		return nil
	}
	return run.askNames(ctx, run.store.Status.APIVersion.Used)
}

// askNames reads the names of the app's subscriptions, in a version that has
// them.
func (run *storeRun) askNames(ctx context.Context, version string) (err error) {
	if shopify.SubscriptionNames(version) {
		run.names, err = run.client.WebhookSubscriptionNames(ctx)
	}
	return err
}
