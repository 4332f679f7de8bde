package controllers

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries"
	"github.com/shopkeeper-dev/shopkeeper/internal/relayprobe"
	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
	"github.com/shopkeeper-dev/shopkeeper/webhookrelay"
)

// mounted is a relay of the bed's own, which knows the routes as they were when
// the kubelet came by last.
type mounted struct {
	b      *bed
	server *httptest.Server
	file   []routes.Route
}

func (b *bed) mount() *mounted {
	b.t.Helper()
	m := &mounted{b: b}
	m.server = testenv.NewRelay(func(context.Context, string) ([]routes.Route, error) { return m.file, nil })
	b.t.Cleanup(m.server.Close)
	client := testenv.RelayClient(m.server)
	b.r.AskRelay = func(ctx context.Context, relayURL string, route routes.Route) error {
		return relayprobe.Ask(ctx, client, relayURL, route)
	}
	return m
}

// sync has the kubelet come by.
func (m *mounted) sync() { _, m.file = m.b.published() }

func writes(calls []string) []string {
	return slices.DeleteFunc(calls, func(c string) bool {
		return !strings.HasSuffix(c, "WebhookSubscription")
	})
}

func TestNothingIsReportedBeforeTheRelayAnswers(t *testing.T) {
	b := newBed(t)
	relay := b.mount()
	b.apply()
	b.settle()
	b.settle()
	if got := writes(b.calls()); len(got) > 0 || len(b.inShop().WebhookSubscriptions) > 0 {
		t.Fatalf("webhooks would be lost: %q", got)
	}
	for condition, want := range map[string]string{
		v1alpha1.WebhooksAppliedCondition: "False/RelayNotReachable", v1alpha1.RelayReachableCondition: "False/RelayNotReachable",
		v1alpha1.MetafieldsAppliedCondition: "True/Applied", meta.ReadyCondition: "False/RelayNotReachable", meta.ReconcilingCondition: "True/RelayNotReachable",
	} {
		if c := b.condition(condition); string(c.Condition.Status)+"/"+c.Reason != want {
			t.Errorf("want %s, got %s", want, c)
		}
	}
	if c := b.condition(v1alpha1.RelayReachableCondition); !strings.Contains(c.Message, "does not know the store or its current secret yet") {
		t.Errorf("the message says what to look at: %s", c)
	}
	version := b.store.ResourceVersion
	b.settle()
	if b.store.ResourceVersion != version {
		t.Error("waiting writes")
	}

	relay.sync()
	b.ready()
	if got := writes(b.calls()); len(got) != 9 {
		t.Errorf("subscriptions made: %q", got)
	}
	if c := b.condition(v1alpha1.RelayReachableCondition); c.Condition.Status != metav1.ConditionTrue {
		t.Error(c)
	}
}

func TestATopicWaitsUntilTheRelayKnowsIt(t *testing.T) {
	b := newBed(t)
	relay := b.mount()
	b.apply()
	b.settle()
	relay.sync()
	b.ready()
	b.calls()
	b.change(func(s *v1alpha1.ShopifyStoreSpec) { s.Webhooks.AdditionalTopics = []string{"PRODUCTS_CREATE"} })
	b.settle()
	if got := writes(b.calls()); len(got) > 0 {
		t.Errorf("the subscriptions stay as they are: %q", got)
	}
	relay.sync()
	b.ready()
	if got := writes(b.calls()); len(got) != 5 { // one made, four deleted
		t.Errorf("then they change: %q", got)
	}
}

func TestSubscriptionsMoveOnceTheNewAddressAnswers(t *testing.T) {
	b := newBed(t)
	b.apply()
	b.ready()
	b.calls()
	b.r.RelayURL = "https://new.example.com"
	ask := b.r.AskRelay
	b.r.AskRelay = func(context.Context, string, routes.Route) error {
		return &relayprobe.Error{Problem: relayprobe.NotReachable}
	}
	b.settle()
	if got := writes(b.calls()); len(got) > 0 {
		t.Errorf("nobody answers there yet: %q", got)
	}
	b.r.AskRelay = ask
	b.ready()
	if got := writes(b.calls()); len(got) != 18 {
		t.Errorf("moved by %q", got)
	}
}

func TestALostRelay(t *testing.T) {
	b := newBed(t)
	b.apply()
	b.ready()
	b.calls()
	b.happened()
	version, ask := b.store.ResourceVersion, b.r.AskRelay
	closed := httptest.NewServer(nil)
	closed.Close()
	b.r.AskRelay = func(ctx context.Context, _ string, route routes.Route) error {
		return relayprobe.Ask(ctx, closed.Client(), closed.URL, route)
	}

	if result := b.settle(); result.RequeueAfter != relayRetry || b.store.ResourceVersion != version {
		t.Errorf("once is by chance: looks again after %v", result.RequeueAfter)
	}
	b.settle()
	if c := b.condition(v1alpha1.RelayReachableCondition); c.Condition.Status != metav1.ConditionFalse || conditions.IsReady(b.store) || !conditions.IsReconciling(b.store) {
		t.Errorf("twice is not: %s", c)
	}
	if !conditions.IsTrue(b.store, v1alpha1.WebhooksAppliedCondition) || !conditions.IsTrue(b.store, v1alpha1.InSyncCondition) {
		t.Error("the subscriptions are in place all the same")
	}
	version = b.store.ResourceVersion
	b.settle()
	b.settle()
	if b.store.ResourceVersion != version {
		t.Error("a relay that stays lost is written each time")
	}
	b.restart()
	b.r.AskRelay = func(context.Context, string, routes.Route) error { return errors.New("still lost") }
	b.settle()
	if conditions.IsReady(b.store) {
		t.Error("a restart is no reason for hope")
	}
	b.r.AskRelay = ask
	b.ready()
	if got := writes(b.calls()); len(got) > 0 {
		t.Errorf("the subscriptions were touched: %q", got)
	}
	if got := b.happened(); !slices.ContainsFunc(got, starting("Normal Ready")) {
		t.Errorf("events: %q", got)
	}
}

// While the relay learns of a new secret it accepts what the old one signed, which
// is what Shopify signs with.
func TestARotationIsNoAlarm(t *testing.T) {
	b := newBed(t)
	relay := b.mount()
	b.apply()
	b.settle()
	relay.sync()
	b.ready()
	b.secret(map[string]string{"accessToken": "shpat_" + b.store.Namespace, "webhookSecret": "new", "previousWebhookSecret": b.store.Namespace + "-secret"})
	if result := b.settle(); result.RequeueAfter != relayRetry {
		t.Errorf("looks again after %v", result.RequeueAfter)
	}
	if c := b.condition(v1alpha1.RelayReachableCondition); c.Condition.Status != metav1.ConditionUnknown || c.Reason != v1alpha1.ReasonRoutePropagating || !conditions.IsReady(b.store) {
		t.Error(c)
	}
	version := b.store.ResourceVersion
	b.settle()
	if b.store.ResourceVersion != version {
		t.Error("waiting writes")
	}
	b.now = b.now.Add(propagation)
	b.settle()
	if c := b.condition(v1alpha1.RelayReachableCondition); c.Condition.Status != metav1.ConditionFalse {
		t.Errorf("by now it should know: %s", c)
	}
	relay.sync()
	b.ready()
}

func TestObserveAsksTheRelay(t *testing.T) {
	b := newBed(t)
	relay := b.mount()
	observe(&b.store.Spec)
	b.apply()
	b.settle()
	if c := b.condition(v1alpha1.RelayReachableCondition); c.Reason != v1alpha1.ReasonRoutePropagating {
		t.Error(c)
	}
	b.now = b.now.Add(propagation)
	b.settle()
	if c := b.condition(v1alpha1.RelayReachableCondition); c.Condition.Status != metav1.ConditionFalse || conditions.IsReady(b.store) {
		t.Error(c)
	}
	if c := b.condition(v1alpha1.WebhooksAppliedCondition); c.Reason != v1alpha1.ReasonPlanWaits {
		t.Error(c)
	}
	relay.sync()
	b.settle()
	if c := b.condition(v1alpha1.RelayReachableCondition); c.Condition.Status != metav1.ConditionTrue || !conditions.IsReady(b.store) {
		t.Error(c)
	}
}

func TestWithoutRoutesNothingIsReported(t *testing.T) {
	b := newBed(t)
	b.r.Routes = nil
	b.apply()
	b.settle()
	if c := b.condition(v1alpha1.WebhooksAppliedCondition); c.Reason != v1alpha1.ReasonRelayNotConfigured || !conditions.IsStalled(b.store) {
		t.Error(c)
	}
	b.mute()
	b.ready()
	b.must(api.Delete(t.Context(), b.store))
	if _, err := b.reconcile(); err != nil {
		t.Error(err)
	}
}

// full is an inbox that takes nothing in; a probe needs none.
type full struct{}

func (full) Put(context.Context, deliveries.Received) error { return deliveries.ErrFull }
func (full) Ping(context.Context) error                     { return nil }

func TestTheRelayReadsWhatIsPublished(t *testing.T) {
	b := newBed(t)
	b.apply()
	b.ready()
	secret, list := b.published()
	file := filepath.Join(t.TempDir(), RoutesKey)
	b.must(os.WriteFile(file, secret.Data[RoutesKey], 0o600))
	relay, err := webhookrelay.New(t.Context(), webhookrelay.Options{
		Inbox: full{}, Routes: file, DrainTime: time.Minute, ReloadInterval: time.Minute, Log: slog.New(slog.DiscardHandler),
	})
	b.must(err)
	listen := func() net.Listener {
		l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		b.must(err)
		return l
	}
	webhooks, operations := listen(), listen()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- relay.Run(ctx, webhooks, operations) }()
	address := "http://" + webhooks.Addr().String()
	if err := relayprobe.Ask(ctx, &http.Client{}, address, list[0]); err != nil {
		t.Error(err)
	}
	unknown := list[0]
	unknown.Secrets = []string{"another"}
	if err := relayprobe.Ask(ctx, &http.Client{}, address, unknown); err == nil {
		t.Error("a relay that does not know the secret says that it takes webhooks in")
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
