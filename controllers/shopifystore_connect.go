package controllers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fluxcd/pkg/runtime/conditions"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/outcome"
	"github.com/shopkeeper-dev/shopkeeper/internal/plan"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// connect reads the credentials and looks at the store, which is one request
// that also says what the app may do.
func (r *ShopifyStoreReconciler) connect(ctx context.Context, run *storeRun) error {
	spec := &run.store.Spec
	version, err := shopify.ChooseVersion(spec.APIVersion, r.Now())
	if err != nil {
		return outcome.Stall(v1alpha1.ReasonAPIVersionUnknown, "spec.apiVersion: %v", err)
	}
	if err := r.dial(ctx, run, version.Used); err != nil {
		return err
	}
	run.observed, err = run.client.Observe(ctx)
	if shopify.KindOf(err) == shopify.ScopeMissing {
		// Shopify withholds the whole reply then; what was granted can always be
		// read, and names the missing scope.
		run.denied = err
		run.scopes, err = run.client.GrantedScopes(ctx)
	}
	if err != nil {
		return err
	}
	status := &v1alpha1.APIVersionStatus{
		Requested: spec.APIVersion, Used: version.Used, SupportedUntil: version.SupportedUntil.Format("2006-01-02"),
	}
	run.store.Status.APIVersion = status
	if run.observed != nil {
		run.scopes = run.observed.Scopes
		status.Served = run.observed.ServedVersion
		if err := errors.Join(run.bindShop(), run.checkApp()); err != nil {
			return err
		}
	}
	if err := r.refuseRival(ctx, run); err != nil {
		return err
	}
	run.markConnected(version)
	return nil
}

func (run *storeRun) markConnected(version shopify.Version) {
	status := run.store.Status.APIVersion
	switch {
	case version.Ended:
		conditions.MarkTrue(run.store, v1alpha1.ConnectedCondition, v1alpha1.ReasonAPIVersionReplaced,
			"Shopify no longer serves any API version that this release of the operator knows: upgrade the operator")
	case version.Replaced:
		conditions.MarkTrue(run.store, v1alpha1.ConnectedCondition, v1alpha1.ReasonAPIVersionReplaced,
			"Shopify no longer serves API version %s: %s is used instead; set spec.apiVersion to a version in service", status.Requested, status.Used)
	case status.Served != "" && status.Served != status.Used:
		conditions.MarkTrue(run.store, v1alpha1.ConnectedCondition, v1alpha1.ReasonAPIVersionReplaced,
			"The shop answers in API version %s instead of %s", status.Served, status.Used)
	default:
		conditions.MarkTrue(run.store, v1alpha1.ConnectedCondition, v1alpha1.ReasonConnected, "The shop answers and accepts the credentials")
	}
}

// checkApp refuses credentials of another app than the client's own, which
// would bring another client's orders here.
func (run *storeRun) checkApp() error {
	app, want := run.observed.App, plan.AppTitle(run.store.Spec.ClientName)
	if app.Title == want && !app.Public {
		return nil
	}
	return outcome.Stall(v1alpha1.ReasonWrongApp,
		"The credentials belong to the app %q: use those of a custom app that is called %q, or correct spec.clientName", app.Title, want)
}

// dial gets the store's client, made from the credentials as they are now.
func (r *ShopifyStoreReconciler) dial(ctx context.Context, run *storeRun, version string) error {
	domain, err := shopify.ParseDomain(run.store.Spec.ShopDomain)
	if err != nil {
		return outcome.Stall(v1alpha1.ReasonShopNotFound, "spec.shopDomain: %v", err)
	}
	creds, revision, err := r.credentials(ctx, run.store)
	if err != nil {
		return err
	}
	run.client, err = r.Shopify.For(run.owner(), domain, version, creds, revision)
	return err
}

// bindShop notes the shop that answered, and refuses another one later: a
// domain that came to belong to somebody else must not receive this client's
// data, nor this ledger the other's.
func (run *storeRun) bindShop() error {
	shop := run.observed.Shop
	if shop.Domain != run.store.Spec.ShopDomain {
		return outcome.Stall(v1alpha1.ReasonShopChanged, "The shop at %s answers as %s: create a ShopifyStore for that address", run.store.Spec.ShopDomain, shop.Domain)
	}
	if bound := run.store.Status.Shop; bound != nil && bound.ID != shop.ID {
		return outcome.Stall(v1alpha1.ReasonShopChanged,
			"%s is another shop than before (%s, was %s): nothing is written to it; delete this ShopifyStore with deletionPolicy Orphan and create another one for the new shop",
			run.store.Spec.ShopDomain, shop.ID, bound.ID)
	}
	run.store.Status.Shop = &v1alpha1.ShopStatus{ID: shop.ID, Name: shop.Name, Currency: shop.Currency, Plan: shop.Plan}
	return nil
}

// The keys of a credentials Secret.
const (
	accessTokenKey  = "accessToken"
	clientIDKey     = "clientID"
	clientSecretKey = "clientSecret"
)

// credentials reads the Secret, and the revision that tells one state of it from
// another.
func (r *ShopifyStoreReconciler) credentials(ctx context.Context, store *v1alpha1.ShopifyStore) (creds shopify.Credentials, revision string, err error) {
	name := store.Spec.CredentialsSecretRef.Name
	secret := &corev1.Secret{}
	if err := r.Live.Get(ctx, client.ObjectKey{Namespace: store.Namespace, Name: name}, secret); err != nil {
		if apierrors.IsNotFound(err) {
			return creds, "", outcome.Stall(v1alpha1.ReasonSecretNotFound,
				"Secret %s does not exist in namespace %s: create it with %s, or with %s and %s", name, store.Namespace, accessTokenKey, clientIDKey, clientSecretKey)
		}
		return creds, "", fmt.Errorf("reading Secret %s: %w", name, err)
	}
	// A trailing newline is what `kubectl create secret --from-file` leaves.
	value := func(key string) string { return strings.TrimSpace(string(secret.Data[key])) }
	creds = shopify.Credentials{AccessToken: value(accessTokenKey), ClientID: value(clientIDKey), ClientSecret: value(clientSecretKey)}
	if err := creds.Validate(); err != nil {
		return creds, "", outcome.Stall(v1alpha1.ReasonSecretInvalid, "Secret %s: %v", name, err)
	}
	return creds, string(secret.UID) + "/" + secret.ResourceVersion, nil
}

// checkScopes holds what the app was granted against what the spec requires.
func (r *ShopifyStoreReconciler) checkScopes(_ context.Context, run *storeRun) error {
	spec := &run.store.Spec
	var unknown []string
	for _, scope := range append(append([]string{}, spec.Scopes...), spec.OptionalScopes...) {
		if !shopify.KnownScope(scope) {
			unknown = append(unknown, scope)
		}
	}
	if len(unknown) > 0 {
		return outcome.Stall(v1alpha1.ReasonScopeUnknown, "Shopify has no scope %s: correct spec.scopes or spec.optionalScopes", strings.Join(unknown, ", "))
	}
	status := &v1alpha1.ScopesStatus{
		Granted: slices.Sorted(slices.Values(run.scopes)), Missing: run.scopes.Missing(spec.Scopes), MissingOptional: run.scopes.Missing(spec.OptionalScopes),
	}
	run.store.Status.Scopes = status
	if len(status.Missing) > 0 {
		return outcome.Stall(v1alpha1.ReasonScopeMissing, "The app was not granted %s: grant it in the app's configuration and have the merchant accept it", strings.Join(status.Missing, ", "))
	}
	if run.denied != nil {
		return run.denied // the spec requires less than the operator needs
	}
	if len(status.MissingOptional) > 0 {
		conditions.MarkTrue(run.store, v1alpha1.ScopesGrantedCondition, v1alpha1.ReasonOptionalScopesMissing,
			"The required scopes are granted; without %s some settings are not enforced or not verified (see status.settings)", strings.Join(status.MissingOptional, ", "))
		return nil
	}
	conditions.MarkTrue(run.store, v1alpha1.ScopesGrantedCondition, v1alpha1.ReasonScopesGranted, "All scopes are granted")
	return nil
}

// shopDomainIndex finds the stores that name a shop.
const shopDomainIndex = "spec.shopDomain"

// refuseRival stalls the younger of two objects that serve one shop, because
// both would correct what the other does and the shop's orders would reach two
// tenants. One that never connected is no rival, so that naming a shop does not
// suffice to block it.
func (r *ShopifyStoreReconciler) refuseRival(ctx context.Context, run *storeRun) error {
	var list v1alpha1.ShopifyStoreList
	if err := r.List(ctx, &list, client.MatchingFields{shopDomainIndex: run.store.Spec.ShopDomain}); err != nil {
		return fmt.Errorf("listing the stores of %s: %w", run.store.Spec.ShopDomain, err)
	}
	for i := range list.Items {
		other := &list.Items[i]
		if other.UID == run.store.UID || !older(other, run.store) {
			continue
		}
		if serves(other) {
			if err := r.withdraw(ctx, run); err != nil {
				return err
			}
			// The other's name would tell one tenant about another.
			return outcome.Stall(v1alpha1.ReasonRival, "An older ShopifyStore already serves %s: delete one of the two", run.store.Spec.ShopDomain)
		}
		if undecided(other, r.Now()) {
			return outcome.Wait(v1alpha1.ReasonRival, rivalPatience, "An older ShopifyStore names %s too and is looked at first", run.store.Spec.ShopDomain)
		}
	}
	return nil
}

const (
	// rivalPatience is when a store looks again while an older one of the same
	// shop has not been looked at yet.
	rivalPatience = 5 * time.Second
	// rivalGrace is how old that one may be: what has not been looked at by then
	// is not going to be, and must not block for ever.
	rivalGrace = time.Minute
)

// serves says that a store has written to its shop, or may write at any time:
// it was bound and is not released. A failure that may pass does not end that,
// nor does a suspension; only a shop that definitely refuses it does.
func serves(s *v1alpha1.ShopifyStore) bool {
	if s.Status.Shop == nil || !controllerutil.ContainsFinalizer(s, v1alpha1.Finalizer) {
		return false
	}
	switch conditions.GetReason(s, v1alpha1.ConnectedCondition) {
	case v1alpha1.ReasonCredentialsRejected, v1alpha1.ReasonShopNotFound, v1alpha1.ReasonShopChanged, v1alpha1.ReasonWrongApp, v1alpha1.ReasonRival:
		return false
	default:
		return true
	}
}

// undecided says that a store has not been looked at, and will be.
func undecided(s *v1alpha1.ShopifyStore, now time.Time) bool {
	return now.Sub(s.CreationTimestamp.Time) < rivalGrace && !conditions.Has(s, v1alpha1.ConnectedCondition) && !s.Spec.Suspend && s.DeletionTimestamp.IsZero()
}

// withdraw removes the subscriptions of a store that turned out to be a rival:
// the shop's orders are the older one's.
func (r *ShopifyStoreReconciler) withdraw(ctx context.Context, run *storeRun) error {
	if run.observed == nil {
		return nil
	}
	uri, err := webhookURI(r.RelayURL, run.store)
	if err != nil {
		return nil //nolint:nilerr // without an address there are no subscriptions to it
	}
	for _, o := range run.ownSubscriptions(run.observed.WebhookSubscriptions, uri) {
		if err := run.client.DeleteWebhookSubscription(ctx, o.ID); unlessGone(err) != nil {
			return err
		}
	}
	run.store.Status.Inventory = slices.DeleteFunc(run.store.Status.Inventory, func(e v1alpha1.InventoryEntry) bool {
		return e.Kind == plan.KindSubscription
	})
	return nil
}

// older orders two objects by age, and by name where they are of one age.
func older(a, b *v1alpha1.ShopifyStore) bool {
	if !a.CreationTimestamp.Equal(&b.CreationTimestamp) {
		return a.CreationTimestamp.Before(&b.CreationTimestamp)
	}
	return client.ObjectKeyFromObject(a).String() < client.ObjectKeyFromObject(b).String()
}
