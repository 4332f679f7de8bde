package controllers

import (
	"context"
	"fmt"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/outcome"
	"github.com/shopkeeper-dev/shopkeeper/internal/plan"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// webhooks brings the webhook subscriptions in line. What can be subscribed is,
// even where another topic cannot: each topic that is reported saves a look.
func (r *ShopifyStoreReconciler) webhooks(ctx context.Context, run *storeRun) error {
	if run.relayProblem != nil {
		return run.relayProblem
	}
	uri, err := webhookURI(r.RelayURL, run.store)
	if err != nil {
		return err
	}
	wanted := map[string]shopify.WebhookSubscription{}
	for _, s := range run.subscriptions(uri) {
		wanted[plan.SubscriptionObject(s).Key] = s
	}
	if len(wanted) > 0 && len(run.signing) == 0 {
		return outcome.Stall(v1alpha1.ReasonSecretInvalid,
			"Secret %s holds no %s, so no webhook could be told from a forged one: add the app's client secret under that key, or empty spec.webhooks",
			run.store.Spec.CredentialsSecretRef.Name, webhookSecretKey)
	}
	if len(wanted) > 0 && r.Routes == nil {
		return relayUnknown()
	}
	r.askRelay(ctx, run)
	if err := run.waitForRelay(); err != nil {
		return err
	}
	err = run.apply(ctx, plan.KindSubscription, func(ctx context.Context, a plan.Action) (string, error) {
		s := wanted[a.Key]
		s.ID = a.ID
		switch a.Verb {
		case plan.Create:
			s.Name = run.subscriptionName()
			return run.client.CreateWebhookSubscription(ctx, s)
		case plan.Update:
			return a.ID, run.client.UpdateWebhookSubscription(ctx, s)
		case plan.Delete:
			return a.ID, run.client.DeleteWebhookSubscription(ctx, a.ID)
		default:
			return "", fmt.Errorf("no way to %s", a)
		}
	})
	if err == nil {
		err = run.unknownTopics()
	}
	if err != nil {
		return err
	}
	if len(wanted) == 0 && !run.observing() {
		r.Routes.Drop(client.ObjectKeyFromObject(run.store)) // the last subscription is gone
	}
	return run.applied(v1alpha1.WebhooksAppliedCondition, plan.KindSubscription, "%d topics are reported to %s", len(wanted), uri)
}

// unknownTopics names the topics that cannot be subscribed.
func (run *storeRun) unknownTopics() error {
	version := run.store.Status.APIVersion.Used
	var unknown []string
	for _, topic := range plan.Topics(&run.store.Spec) {
		if _, known := shopify.LookupTopic(shopify.Topic(topic), version); !known {
			unknown = append(unknown, topic)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	return outcome.Stall(v1alpha1.ReasonTopicUnknown, "API version %s has no webhook topic %s: correct spec.webhooks", version, strings.Join(unknown, ", "))
}
