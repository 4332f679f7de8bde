package controllers

import (
	"context"
	"errors"
	"time"

	"github.com/fluxcd/pkg/runtime/conditions"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/outcome"
	"github.com/shopkeeper-dev/shopkeeper/internal/plan"
	"github.com/shopkeeper-dev/shopkeeper/internal/relayprobe"
	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// relayRetry is when a relay is asked again that did not answer, while that is no
// failure yet.
const relayRetry = 10 * time.Second

// route is what the relay has to know of the store; ok is false where nothing is
// reported, or nothing could be verified.
func (run *storeRun) route() (route routes.Route, ok bool) {
	store := run.store
	route = routes.Route{Namespace: store.Namespace, Store: store.Name, Shop: store.Spec.ShopDomain, Secrets: run.signing}
	if store.Status.APIVersion == nil {
		return route, false
	}
	for _, topic := range plan.Topics(&store.Spec) {
		if info, known := shopify.LookupTopic(shopify.Topic(topic), store.Status.APIVersion.Used); known {
			route.Topics = append(route.Topics, info.Name)
		}
	}
	return route, len(route.Topics) > 0 && len(route.Secrets) > 0
}

// tellRelay has the store's route published as it is now. It does so only for one
// that its shop accepted, so that who merely names a shop takes up no room, and
// whatever becomes of the rest of the reconcile, so that a secret is known in time.
func (r *ShopifyStoreReconciler) tellRelay(run *storeRun) {
	if r.Routes == nil || !accepted(run.store) {
		return
	}
	if route, ok := run.route(); ok && route.Validate() == nil {
		r.Routes.Tell(route)
	}
}

// askRelay asks the relay whether it takes the store's webhooks in. Nobody asks
// where nothing is reported.
func (r *ShopifyStoreReconciler) askRelay(ctx context.Context, run *storeRun) {
	if route, ok := run.route(); ok {
		run.relay.asked, run.relay.problem = true, r.AskRelay(ctx, r.RelayURL, route)
	}
}

// relayAnswer is what came of asking the relay.
type relayAnswer struct {
	asked   bool
	problem error // nil where the relay takes the store's webhooks in
	// holdsUp says that subscriptions wait for the relay.
	holdsUp bool
	// again is when to ask again, where the answer is no failure yet; zero where
	// the next look does.
	again time.Duration
}

// waitForRelay holds subscriptions up that would be made while the relay does not
// take their webhooks in; Shopify deletes one whose deliveries fail. Those that are
// there stay as they are.
func (run *storeRun) waitForRelay() error {
	if run.relay.problem == nil || run.observing() {
		return nil
	}
	waiting := 0
	for _, a := range run.plan.Of(plan.KindSubscription) {
		if a.Verb != plan.Delete {
			waiting++
		}
	}
	if waiting == 0 {
		return nil
	}
	run.relay.holdsUp = true
	return outcome.Wait(v1alpha1.ReasonRelayNotReachable, 0, "%d webhook subscriptions wait until the relay takes the store's webhooks in", waiting)
}

// relayReachable tells whether the relay takes the store's webhooks in.
func (r *ShopifyStoreReconciler) relayReachable(_ context.Context, run *storeRun) error {
	const condition = v1alpha1.RelayReachableCondition
	problem := run.relay.problem
	if problem == nil {
		r.relayMisses.Delete(run.owner())
		if run.relay.asked {
			conditions.MarkTrue(run.store, condition, v1alpha1.ReasonRelayReachable, "The relay takes the store's webhooks in")
		} else {
			conditions.Delete(run.store, condition)
		}
		return nil
	}
	misses, _ := r.relayMisses.Load(run.owner())
	before, _ := misses.(int)
	r.relayMisses.Store(run.owner(), before+1)
	found, _ := errors.AsType[*relayprobe.Error](problem)
	switch judgeMiss(relayMiss{
		holdsUp:     run.relay.holdsUp,
		propagating: found != nil && found.Problem == relayprobe.NotRouted && r.Routes.Propagating(client.ObjectKeyFromObject(run.store)),
		reachable:   conditions.IsTrue(run.store, condition),
		first:       before == 0,
	}) {
	case relayDoubted:
		run.relay.again = relayRetry
		c := conditions.Get(run.store, condition) // as it was, for the generation that holds now
		conditions.MarkTrue(run.store, condition, c.Reason, "%s", c.Message)
		return nil
	case relayLearning:
		run.relay.again = relayRetry
		conditions.MarkUnknown(run.store, condition, v1alpha1.ReasonRoutePropagating, "The store's route was published less than two minutes ago, and the relay does not know it yet")
		return nil
	default:
		return outcome.Wait(v1alpha1.ReasonRelayNotReachable, 0, "%v", problem)
	}
}

// relayMiss is a probe that failed.
type relayMiss struct {
	holdsUp     bool // subscriptions wait for the relay
	propagating bool // the relay does not know the route yet, and need not
	reachable   bool // the condition is True
	first       bool // no probe failed just before
}

type relayVerdict int

const (
	// relayLost: webhooks are lost, or would be.
	relayLost relayVerdict = iota
	// relayDoubted: one probe may fail by chance.
	relayDoubted
	// relayLearning: a change of the route is on its way.
	relayLearning
)

// judgeMiss says what a failed probe means. Where webhooks are already reported,
// neither a change of the route nor a single failure is a reason to alarm anybody.
func judgeMiss(m relayMiss) relayVerdict {
	switch {
	case m.holdsUp:
		return relayLost
	case m.propagating:
		return relayLearning
	case m.reachable && m.first:
		return relayDoubted
	default:
		return relayLost
	}
}

// relayUnknown says that nobody is told of the stores, so none is reported.
func relayUnknown() error {
	return outcome.Stall(v1alpha1.ReasonRelayNotConfigured,
		"The operator publishes no routes for a relay, because it does not know in which namespace: run it with --relay-routes-namespace, or empty spec.webhooks")
}
