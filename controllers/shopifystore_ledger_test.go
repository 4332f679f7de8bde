package controllers

import (
	"strings"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/catalog"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// keep gives the bed's reconciler a ledger, with a queue beside it that stands still.
func (b *bed) keep(url string) *ledger.Ledger {
	b.t.Helper()
	l := ledgertest.Open(b.t, url, func() time.Time { return b.now })
	b.keepIn(l)
	return l
}

func (b *bed) keepIn(l *ledger.Ledger) {
	b.t.Helper()
	queue, err := deliveries.New(deliveries.Options{Ledger: l, Shops: Shops{b.r}})
	b.must(err)
	b.r.Ledger, b.r.Found = l, queue.Found
}

func (b *bed) inLedger() ledger.Store {
	return ledger.Store{Tenant: b.store.Namespace, Name: b.store.Name}
}

// idle looks once more and expects that nothing is written.
func (b *bed) idle() {
	b.t.Helper()
	version := b.store.ResourceVersion
	b.settle()
	if b.store.ResourceVersion != version {
		b.t.Errorf("an idle look wrote: %+v", b.store.Status.Conditions)
	}
}

func (b *bed) expect(condition, want string) {
	b.t.Helper()
	if c := b.condition(condition); string(c.Condition.Status)+"/"+c.Reason != want {
		b.t.Errorf("want %s, got %s", want, c)
	}
}

// ownServer starts a PostgreSQL that the test may kill.
func ownServer(t *testing.T) (*ledgertest.Server, string) {
	t.Helper()
	server, err := ledgertest.Start(t.Context(), "fsync=off")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	name, err := server.Database(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	url := server.URL("manager", name)
	return server, url
}

// A client's namespace is made anew for another one: the former's records stay with
// the former's shop.
func testARecreatedStore(t *testing.T, url string) {
	t.Helper()
	b := newBed(t)
	l := b.keep(url)
	b.store.Spec.DeletionPolicy = v1alpha1.DeletionOrphan
	lean(&b.store.Spec)
	b.apply()
	b.ready()
	b.idle()
	binding := func() (bound ledger.Binding) {
		t.Helper()
		b.must(l.View(t.Context(), b.inLedger(), func(tx *ledger.Tx) (err error) { bound, err = tx.Binding(); return err }))
		return bound
	}
	first := binding()
	if first.ShopDomain != b.domain || first.Currency != "CAD" || first.ShopID == 0 {
		t.Errorf("bound to %+v", first)
	}
	b.must(api.Delete(t.Context(), b.store))
	b.reconcile()
	b.reconcile()

	other := "other-" + b.domain
	b.must(b.sim.AddShop(simulator.NewShop(other, b.store.Namespace)))
	b.must(b.sim.Update(other, func(s *simulator.Shop) { s.Apps[0].AccessToken = "shpat_other" }))
	b.secret(map[string]string{"accessToken": "shpat_other", "webhookSecret": "x"})
	b.store.ResourceVersion, b.store.UID, b.store.Finalizers, b.store.Status = "", "", nil, v1alpha1.ShopifyStoreStatus{}
	b.store.Spec.ShopDomain = other
	b.apply()
	b.calls()
	b.settle()
	b.expect(v1alpha1.ConnectedCondition, "False/ShopChanged")
	b.expect(meta.StalledCondition, "True/ShopChanged")
	if c := b.condition(v1alpha1.ConnectedCondition); !strings.Contains(c.Message, "give the new shop another namespace or name") || !strings.Contains(c.Message, b.domain) {
		t.Error(c)
	}
	if got := b.calls(); len(got) != 1 || b.store.Status.Shop != nil {
		t.Errorf("nothing is asked or written any more: %q, %+v", got, b.store.Status.Shop)
	}
	if _, err := (Shops{b.r}).Client(t.Context(), b.inLedger()); err == nil {
		t.Error("a delivery would be read from the other shop")
	}
	if binding() != first {
		t.Error("the binding moved")
	}
	b.idle()
}

func TestARecreatedStore(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { testARecreatedStore(t, ledgertest.OnSQLite(t).Manager) })
	t.Run("PostgreSQL", func(t *testing.T) { _, url := ownServer(t); testARecreatedStore(t, url) })
}

func TestModeObserveBindsNothing(t *testing.T) {
	b := newBed(t)
	l := b.keep(ledgertest.OnSQLite(t).Manager)
	b.store.Spec.Mode = v1alpha1.ModeObserve
	b.apply()
	b.settle()
	b.expect(meta.ReadyCondition, "True/Observed")
	err := l.View(t.Context(), b.inLedger(), func(tx *ledger.Tx) error { _, err := tx.Binding(); return err })
	if err == nil {
		t.Error("bound for good by a look")
	}
	b.idle()
}

func TestTheLedgerDown(t *testing.T) {
	server, url := ownServer(t)
	b := newBed(t)
	l := b.keep(url)
	kill := func() { t.Helper(); b.killed(server, l) }
	lean(&b.store.Spec)
	b.apply()
	kill()
	b.settle()
	b.expect(v1alpha1.ConnectedCondition, "False/LedgerUnavailable")
	b.expect(meta.ReconcilingCondition, "True/LedgerUnavailable")
	if got := writes(b.calls()); len(got) > 0 || len(b.inShop().MetafieldDefinitions) > 0 {
		t.Errorf("it may be another's shop: %q", got)
	}
	b.idle()
	b.must(server.Restart(t.Context()))
	b.ready()
	b.expect(v1alpha1.WebhooksProcessedCondition, "True/Processed")

	kill()
	version := b.store.ResourceVersion
	if result := b.settle(); b.store.ResourceVersion != version || result.RequeueAfter != ledgerRetry {
		t.Errorf("once is by chance: again after %s, %+v", result.RequeueAfter, b.store.Status.Conditions)
	}
	b.settle()
	b.expect(v1alpha1.ConnectedCondition, "False/LedgerUnavailable")
	b.expect(v1alpha1.WebhooksProcessedCondition, "Unknown/LedgerUnavailable")
	b.idle()
	b.must(server.Restart(t.Context()))
	b.ready()
	b.idle()
}

func TestWebhooksProcessed(t *testing.T) {
	b := newBed(t)
	l := b.keep(ledgertest.OnSQLite(t).Manager)
	inbox := deliveries.NewInbox(l)
	t.Cleanup(inbox.Close)
	lean(&b.store.Spec)
	b.apply()
	b.ready()
	const condition = v1alpha1.WebhooksProcessedCondition
	b.expect(condition, "True/Processed")
	b.must(inbox.Put(t.Context(), deliveries.Received{
		Tenant: b.store.Namespace, Store: b.store.Name, Topic: "orders/paid", WebhookID: "w1", ReceivedAt: b.now, Body: []byte(`{"id":1}`),
	}))
	finish := func(state, problem string) {
		t.Helper()
		b.must(l.Update(t.Context(), b.inLedger(), func(tx *ledger.Tx) error {
			list, err := tx.Deliveries(ledger.Pending, 1)
			if err != nil {
				return err
			}
			_, err = tx.MoveDelivery(list[0].ID, ledger.Pending, state, 1, problem)
			return err
		}))
	}
	b.idle() // it has not been waiting for long
	b.now = b.now.Add(16 * time.Minute)
	b.settle()
	b.expect(condition, "False/Behind")
	b.expect(meta.ReadyCondition, "True/Ready")
	b.now = b.now.Add(16 * time.Minute)
	b.idle()
	finish(ledger.Pending, "Shopify is closed today")
	b.settle()
	if c := b.condition(condition); !strings.Contains(c.Message, "closed today") {
		t.Error(c)
	}
	b.idle()
	finish(ledger.Dead, "given up")
	b.settle()
	b.expect(condition, "False/DeadLetters")
	if c := b.condition(condition); !strings.Contains(c.Message, "deliveries replay --namespace "+b.store.Namespace) {
		t.Error(c)
	}
	b.idle()
	n, err := deliveries.Replay(t.Context(), l, b.inLedger(), nil, 10, "sam")
	b.must(err)
	finish(ledger.Done, "")
	b.settle()
	b.expect(condition, "True/Processed")
	if n != 1 || conditions.GetReason(b.store, meta.ReadyCondition) != v1alpha1.ReasonReady {
		t.Errorf("replayed %d: %+v", n, b.store.Status.Conditions)
	}
	b.idle()
	b.restart() // a manager without a ledger
	b.settle()
	b.expect(condition, "/")
}

// Nothing comes for two days: while a sale event is on, somebody is told.
func TestSilenceDuringASaleEvent(t *testing.T) {
	b := newBed(t)
	l := b.keep(ledgertest.OnSQLite(t).Manager)
	lean(&b.store.Spec)
	day := 24 * time.Hour
	event := springSale()
	event.StartsAt, event.EndsAt, event.ReturnWindowEndsAt = metav1.NewTime(b.now), metav1.NewTime(b.now.Add(5*day)), metav1.NewTime(b.now.Add(9*day))
	event.Terms[0].EffectiveFrom = event.StartsAt
	b.store.Spec.SaleEvents = []v1alpha1.SaleEvent{event}
	b.apply()
	b.ready()
	const condition = v1alpha1.WebhooksProcessedCondition
	at := func(after time.Duration, want string) {
		t.Helper()
		b.now = b.now.Add(after)
		b.settle()
		b.expect(condition, want)
	}
	at(47*time.Hour, "True/Processed")
	at(time.Hour, "True/Silent")
	b.idle()
	inbox := deliveries.NewInbox(l)
	t.Cleanup(inbox.Close)
	b.must(inbox.Put(t.Context(), deliveries.Received{
		Tenant: b.store.Namespace, Store: b.store.Name, Topic: "orders/paid", WebhookID: "w1", ReceivedAt: b.now, Body: []byte(`{"id":1}`),
	}))
	at(0, "True/Processed") // it waits, and so is heard
	b.must(l.Update(t.Context(), b.inLedger(), func(tx *ledger.Tx) error {
		list, err := tx.Deliveries(ledger.Pending, 1)
		if err != nil {
			return err
		}
		_, err = tx.MoveDelivery(list[0].ID, ledger.Pending, ledger.Done, 1, "")
		return err
	}))
	at(47*time.Hour, "True/Processed")
	at(time.Hour, "True/Silent")
	at(day, "True/Processed") // the event is over
}

func TestSaleEventsWithoutALedger(t *testing.T) {
	b := newBed(t)
	lean(&b.store.Spec)
	b.store.Spec.SaleEvents = []v1alpha1.SaleEvent{springSale()}
	b.apply()
	b.settle()
	b.expect(v1alpha1.SaleEventsAppliedCondition, "False/LedgerNotConfigured")
	b.expect(meta.StalledCondition, "True/LedgerNotConfigured")
	b.idle()
}

// killed kills the ledger's server, and holds that it is down.
func (b *bed) killed(server *ledgertest.Server, l *ledger.Ledger) {
	b.t.Helper()
	b.must(server.Kill())
	l.Pool().Reset() // its children answer until they notice
	if l.Ping(b.t.Context()) == nil {
		b.t.Fatal("the ledger is not down")
	}
}

// TestTermsInUseWhileTheLedgerFailsOnce: what a person has to mend does not mend itself
// because nobody could look.
func TestTermsInUseWhileTheLedgerFailsOnce(t *testing.T) {
	server, url := ownServer(t)
	b := newBed(t)
	l := b.keep(url)
	lean(&b.store.Spec)
	b.store.Spec.SaleEvents = []v1alpha1.SaleEvent{springSale()}
	b.apply()
	b.ready()
	b.must(l.Update(t.Context(), b.inLedger(), b.sellSnowsuit))
	b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.SaleEvents[0].Terms[0].RegularConsignorPercent = "50" })
	b.settle()
	b.expect(meta.StalledCondition, "True/TermsInUse")
	b.killed(server, l)
	b.settle()
	if c := b.condition(meta.ReadyCondition); c.Condition.Status != metav1.ConditionFalse {
		t.Errorf("the terms of the spec do not hold, and %s", c)
	}
	b.must(server.Restart(t.Context()))
	b.settle()
	b.expect(meta.StalledCondition, "True/TermsInUse")
}

func springSale() v1alpha1.SaleEvent {
	at := func(month time.Month, day int) metav1.Time {
		return metav1.Date(2026, month, day, 9, 0, 0, 0, time.UTC)
	}
	return v1alpha1.SaleEvent{
		ID: "spring", Name: "Spring Sale", StartsAt: at(time.November, 20), EndsAt: at(time.November, 27), ReturnWindowEndsAt: at(time.December, 10),
		Terms: []v1alpha1.SaleTerms{{EffectiveFrom: at(time.November, 1)}},
	}
}

func TestProductsThatMayNotBePublished(t *testing.T) {
	b := newBed(t)
	lean(&b.store.Spec)
	l := b.keep(ledgertest.OnSQLite(t).Manager)
	b.apply()
	b.ready()
	const condition = v1alpha1.ProductsPublishableCondition
	if c := b.condition(condition); c.Reason != "" {
		t.Errorf("nothing is withheld, and nothing said: %s", c)
	}
	b.must(l.Update(t.Context(), b.inLedger(), func(tx *ledger.Tx) error {
		_, err := tx.Find(ledger.Finding{Kind: catalog.FindingNotPublishable, Subject: "store", Severity: "Warning"})
		return err
	}))
	b.ready()
	b.expect(condition, "False/NotPublishable")
	b.idle()
	b.must(l.Update(t.Context(), b.inLedger(), func(tx *ledger.Tx) error { return tx.Resolve(catalog.FindingNotPublishable, "store") }))
	b.ready()
	if c := b.condition(condition); c.Reason != "" {
		t.Errorf("it is over: %s", c)
	}
}
