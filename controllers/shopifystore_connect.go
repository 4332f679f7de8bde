package controllers

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/fluxcd/pkg/runtime/conditions"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/outcome"
	"github.com/shopkeeper-dev/shopkeeper/internal/plan"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
)

// connect reads the credentials and looks at the store, which is one request
// that also says what the app may do.
func (r *ShopifyStoreReconciler) connect(ctx context.Context, run *storeRun) error {
	version, err := shopify.ChooseVersion(run.store.Spec.APIVersion, r.Now())
	if err != nil {
		return outcome.Stall(v1alpha1.ReasonAPIVersionUnknown, "spec.apiVersion: %v", err)
	}
	if err := r.dial(ctx, run, version.Used); err != nil {
		return err
	}
	err = r.meet(ctx, run, version)
	// A shop that does not answer is no reason to miss a rotation; of a Secret that it
	// does not take, nothing is believed.
	if err == nil || !outcome.Of(err).Stalled {
		r.tellRelay(run)
	}
	return err
}

// meet looks at the store, and holds that it is the one that the spec means.
func (r *ShopifyStoreReconciler) meet(ctx context.Context, run *storeRun, version shopify.Version) (err error) {
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
		Requested: run.store.Spec.APIVersion, Used: version.Used, SupportedUntil: version.SupportedUntil.Format("2006-01-02"),
	}
	run.store.Status.APIVersion = status
	if run.observed != nil {
		run.scopes = run.observed.Scopes
		status.Served = run.observed.ServedVersion
		if err := errors.Join(run.checkShop(), run.checkApp()); err != nil {
			return err
		}
	}
	if err := r.refuseRival(ctx, run); err != nil {
		return err
	}
	if err := r.bind(ctx, run); err != nil {
		return err
	}
	run.showShop()
	run.markConnected(version, r.Now())
	return nil
}

// endingNotice is how long before the end of an API version it is warned of.
const endingNotice = 60 * 24 * time.Hour

func (run *storeRun) markConnected(version shopify.Version, now time.Time) {
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
	case version.SupportedUntil.Sub(now) < endingNotice:
		conditions.MarkTrue(run.store, v1alpha1.ConnectedCondition, v1alpha1.ReasonAPIVersionEnding,
			"Shopify stops serving API version %s on %s: set spec.apiVersion to a newer one", status.Used, status.SupportedUntil)
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
	secret, err := r.credentials(ctx, run.store)
	if err != nil {
		return err
	}
	run.signing = secret.signing
	run.client, err = r.Shopify.For(run.owner(), domain, version, secret.app, secret.revision)
	return err
}

// checkShop refuses another shop than the one that was bound before: a domain
// that came to belong to somebody else must not receive this client's data, nor
// this ledger the other's. Where the ledger knows the store, it decides; see bind.
func (run *storeRun) checkShop() error {
	shop := run.observed.Shop
	if shop.Domain != run.store.Spec.ShopDomain {
		return outcome.Stall(v1alpha1.ReasonShopChanged, "The shop at %s answers as %s: create a ShopifyStore for that address", run.store.Spec.ShopDomain, shop.Domain)
	}
	if bound := run.store.Status.Shop; bound != nil && bound.ID != shop.ID && !run.ledger.bound() {
		return outcome.Stall(v1alpha1.ReasonShopChanged,
			"%s is another shop than before (%s, was %s): nothing is written to it; delete this ShopifyStore with deletionPolicy Orphan and create another one for the new shop",
			run.store.Spec.ShopDomain, shop.ID, bound.ID)
	}
	return nil
}

// showShop notes the shop that answered, once it is sure to be the client's and
// nobody else's.
func (run *storeRun) showShop() {
	if run.observed == nil {
		return
	}
	shop := run.observed.Shop
	run.store.Status.Shop = &v1alpha1.ShopStatus{ID: shop.ID, Name: shop.Name, Currency: shop.Currency, Plan: shop.Plan}
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
