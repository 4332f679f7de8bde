package controllers

import (
	"fmt"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// holds replaces what is published.
func (b *bed) holds(list ...routes.Route) {
	b.t.Helper()
	text, err := routes.Format(list)
	b.must(err)
	secret, _ := b.published()
	secret.Data[RoutesKey] = text
	b.must(api.Update(b.t.Context(), secret))
}

func (b *bed) someRoute(store string) routes.Route {
	return routes.Route{Namespace: b.store.Namespace, Store: store, Shop: store + ".myshopify.com", Secrets: []string{"s"}, Topics: []string{"orders/paid"}}
}

func TestRoutesOfAStore(t *testing.T) {
	b := newBed(t)
	b.store.Spec.Webhooks.AdditionalTopics = []string{"ORDERS_EDITED"}
	b.apply()
	b.ready()
	secret, list := b.published()
	if len(list) != 1 || list[0].Path() != "/webhooks/"+b.store.Namespace+"/store" || list[0].Shop != b.domain ||
		strings.Join(list[0].Secrets, " ") != b.store.Namespace+"-secret" ||
		strings.Join(list[0].Topics, " ") != "inventory_levels/update orders/cancelled orders/create orders/edited orders/paid products/update" {
		t.Errorf("published: %+v", list)
	}
	b.settle()
	b.publish()
	if again, _ := b.published(); again.ResourceVersion != secret.ResourceVersion {
		t.Error("the same routes are written again")
	}

	b.secret(map[string]string{"accessToken": "shpat_" + b.store.Namespace, "webhookSecret": "new", "previousWebhookSecret": b.store.Namespace + "-secret"})
	b.settle()
	if _, list := b.published(); strings.Join(list[0].Secrets, " ") != "new "+b.store.Namespace+"-secret" {
		t.Errorf("during a rotation both count, the new one first: %q", list[0].Secrets)
	}
	b.shop(func(s *simulator.Shop) { s.Apps[0].AccessToken = "another" })
	b.settle()
	b.secret(map[string]string{"accessToken": "shpat_" + b.store.Namespace, "webhookSecret": "newest"})
	b.settle()
	if _, list := b.published(); len(list) != 1 || list[0].Secrets[0] != "new" {
		t.Errorf("who is not let into the shop any more keeps the route, and changes nothing: %+v", list)
	}
}

// A Secret is taken as a whole: what signs webhooks is not believed of one whose
// credentials are not the client's.
func TestASecretThatTheShopDoesNotTakeLeavesTheRoute(t *testing.T) {
	cases := map[string]struct {
		reason, token, want string
		change              func(*simulator.Shop)
	}{
		"rejected": {"somebody mistyped both", "shpat_mistyped", "False/CredentialsRejected", func(*simulator.Shop) {}},
		"another's": {"it is the Secret of another client", "shpat_another", "False/WrongApp", func(s *simulator.Shop) {
			another := s.Apps[0]
			another.ID, another.Title, another.AccessToken, another.ClientID = another.ID+1, "Another Consignment", "shpat_another", "another"
			s.Apps = append(s.Apps, another)
		}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			lean(&b.store.Spec)
			b.apply()
			b.ready()
			b.shop(tc.change)
			b.secret(map[string]string{"accessToken": tc.token, "webhookSecret": "another's"})
			b.settle()
			b.expect(v1alpha1.ConnectedCondition, tc.want)
			if _, list := b.published(); len(list) != 1 || strings.Join(list[0].Secrets, " ") != b.store.Namespace+"-secret" {
				t.Errorf("%s, and the shop's own webhooks are refused: %+v", tc.reason, list)
			}
			b.secret(map[string]string{"accessToken": "shpat_" + b.store.Namespace, "webhookSecret": "new"})
			b.settle()
			b.expect(v1alpha1.ConnectedCondition, "True/Connected")
			if _, list := b.published(); list[0].Secrets[0] != "new" {
				t.Errorf("the shop takes this one: %+v", list)
			}
		})
	}
}

func TestARestartKeepsTheRoutes(t *testing.T) {
	b := newBed(t)
	b.apply()
	b.ready()
	other := &v1alpha1.ShopifyStore{ObjectMeta: metav1.ObjectMeta{Namespace: b.store.Namespace, Name: "other"}, Spec: *b.store.Spec.DeepCopy()}
	b.must(api.Create(t.Context(), other))
	_, list := b.published()
	b.holds(append(list, b.someRoute("other"), b.someRoute("deleted-meanwhile"))...)

	b.restart()
	b.publish()
	if _, list := b.published(); len(list) != 2 || list[0].Store != "other" || list[1].Store != "store" {
		t.Errorf("before any store was looked at: %+v", list)
	}
	b.settle()
	if _, list := b.published(); len(list) != 2 {
		t.Errorf("after one was: %+v", list)
	}
}

func TestADeletedStoreKeepsItsRouteUntilItsSubscriptionsAreGone(t *testing.T) {
	b := newBed(t)
	b.apply()
	b.ready()
	_, err := b.sim.AddFault(simulator.Fault{Kind: simulator.FaultStatus, Status: 500, Operation: "DeleteWebhookSubscription"})
	b.must(err)
	b.must(api.Delete(t.Context(), b.store))
	b.settle()
	b.restart() // which remembers nothing
	b.settle()
	if _, list := b.published(); len(list) != 1 {
		t.Errorf("subscriptions still deliver: %+v", list)
	}
	b.sim.ClearFaults()
	if _, err := b.reconcile(); err != nil {
		t.Fatal(err)
	}
	if _, list := b.published(); len(list) != 0 || len(b.inShop().WebhookSubscriptions) != 0 {
		t.Errorf("nothing delivers any more: %+v", list)
	}
}

func TestWithoutTopicsThereIsNoRoute(t *testing.T) {
	b := newBed(t)
	b.apply()
	b.ready()
	b.mute()
	b.ready()
	if _, list := b.published(); len(list) != 0 {
		t.Errorf("published: %+v", list)
	}
	if c := b.condition(v1alpha1.RelayReachableCondition); c.Condition.Status != "" {
		t.Errorf("no relay is needed: %s", c)
	}
}

func TestARivalHasNoRoute(t *testing.T) {
	b := newBed(t)
	b.apply()
	b.ready()
	older := b.store
	rival := &v1alpha1.ShopifyStore{ObjectMeta: metav1.ObjectMeta{Namespace: older.Namespace, Name: "younger"}, Spec: *older.Spec.DeepCopy()}
	b.store = rival
	b.apply()
	b.settle()
	if _, list := b.published(); len(list) != 1 || list[0].Store != older.Name {
		t.Errorf("published: %+v", list)
	}
}

func TestASpoiledSecretIsWrittenAnew(t *testing.T) {
	cases := map[string]struct {
		reason string
		spoil  func(*bed, *corev1.Secret)
	}{
		"deleted": {"somebody tidied up", func(b *bed, s *corev1.Secret) { b.must(api.Delete(b.t.Context(), s)) }},
		"emptied": {"the key is gone", func(b *bed, s *corev1.Secret) { s.Data = nil; b.must(api.Update(b.t.Context(), s)) }},
		"garbage": {"no relay could read it", func(b *bed, s *corev1.Secret) { s.Data[RoutesKey] = []byte("{"); b.must(api.Update(b.t.Context(), s)) }},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			b.apply()
			b.ready()
			secret, before := b.published()
			tc.spoil(b, secret)
			b.publish() // which a watch brings about
			if _, list := b.published(); fmt.Sprint(list) != fmt.Sprint(before) {
				t.Errorf("%s: %+v", tc.reason, list)
			}
		})
	}
}

func TestRoutesThatDoNotFit(t *testing.T) {
	b := newBed(t)
	registry := prometheus.NewRegistry()
	elected := make(chan struct{})
	close(elected)
	m, err := NewStoreMetrics(registry, client.NewNamespacedClient(api, b.store.Namespace), elected)
	b.must(err)
	b.routes.Metrics = m
	b.apply()
	b.ready()
	before, _ := b.published()
	b.routes.wake = nil
	for i := range 6000 {
		route := b.someRoute(fmt.Sprintf("store-%d", i))
		route.Secrets = []string{strings.Repeat("s", 100)}
		b.routes.Tell(route)
	}
	if _, err := b.routes.Reconcile(t.Context(), ctrl.Request{}); err == nil || !strings.Contains(err.Error(), "the routes of 6001 stores take") {
		t.Errorf("got %v", err)
	}
	if after, _ := b.published(); after.ResourceVersion != before.ResourceVersion {
		t.Error("the Secret was written")
	}
	select {
	case e := <-b.routes.Events.(*events.FakeRecorder).Events:
		if !strings.HasPrefix(e, "Warning RoutesTooLarge") {
			t.Errorf("event: %s", e)
		}
	default:
		t.Error("no event tells")
	}
	got := map[string]float64{}
	families, err := registry.Gather()
	b.must(err)
	for _, f := range families {
		got[f.GetName()] = f.GetMetric()[0].GetGauge().GetValue() + f.GetMetric()[0].GetCounter().GetValue()
	}
	if got["shopkeeper_relay_routes"] != 1 || got["shopkeeper_relay_routes_bytes"] != float64(len(before.Data[RoutesKey])) || got["shopkeeper_relay_routes_stale"] != 1 {
		t.Errorf("metrics: %v", got)
	}
}

// Whoever wrote the Secret since it was read is not overwritten.
func TestTwoManagersDoNotOverwriteEachOther(t *testing.T) {
	b := newBed(t)
	b.apply()
	b.ready()
	secret, _ := b.published()
	stale := secret.DeepCopy()
	b.holds(b.someRoute("store"))
	if err := b.routes.write(t.Context(), stale, []byte("{}")); !apierrors.IsConflict(err) {
		t.Errorf("got %v", err)
	}
}
