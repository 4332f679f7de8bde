package controllers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	"github.com/fluxcd/pkg/runtime/conditions/check"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

var (
	restConfig *rest.Config
	scheme     = runtime.NewScheme()
	api        client.WithWatch // straight to the API server
)

// patience is how long what a manager does may take to come about on a machine that has much
// else to do.
const patience = 3 * time.Minute

func TestMain(m *testing.M) {
	os.Exit(ledgertest.Stop(testenv.Run(m, func(config *rest.Config) {
		restConfig = config
		err := errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme))
		if err == nil {
			api, err = client.NewWithWatch(config, client.Options{Scheme: scheme})
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	})))
}

const relayURL = "https://hooks.example.com"

var count atomic.Int32 // makes names unique

// bed is a store in a namespace of its own, its simulated shop, and a reconciler
// that is run by hand, so that each test says what happens when.
type bed struct {
	t      *testing.T
	sim    *simulator.Simulator
	server *httptest.Server
	domain string
	store  *v1alpha1.ShopifyStore
	r      *ShopifyStoreReconciler
	routes *RelayRoutes
	events *events.FakeRecorder
	now    time.Time
	power  *power
}

// power is what a killed process lacks: once it is off, nothing reaches Shopify
// or the API server.
type power struct {
	off atomic.Bool
	// after counts down the requests to Shopify until the power goes off; the
	// last one is carried out, but its reply is lost.
	after atomic.Int32
	// offAfterCreate turns the power off once an object was created.
	offAfterCreate bool
}

var errKilled = errors.New("the process was killed")

type killable struct {
	base  http.RoundTripper
	power *power
}

func (k *killable) RoundTrip(req *http.Request) (*http.Response, error) {
	if k.power.off.Load() {
		return nil, errKilled
	}
	resp, err := k.base.RoundTrip(req)
	if k.power.after.Add(-1) == 0 {
		k.power.off.Store(true)
		if err == nil {
			_ = resp.Body.Close()
		}
		return nil, errKilled
	}
	return resp, err
}

// newBed makes a well set-up shop and a store that is not applied yet.
func newBed(t *testing.T) *bed {
	t.Helper()
	name := fmt.Sprintf("client-%d", count.Add(1))
	b := &bed{t: t, domain: name + ".myshopify.com", now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	b.sim = simulator.New(simulator.Options{Now: func() time.Time { return b.now }, Versions: simulator.KnownVersions()})
	if err := b.sim.AddShop(simulator.NewShop(b.domain, name)); err != nil {
		t.Fatal(err)
	}
	b.server = httptest.NewServer(b.sim)
	t.Cleanup(b.server.Close)
	b.must(api.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}))
	b.secret(map[string]string{"accessToken": "shpat_" + name, "webhookSecret": name + "-secret"})
	b.store = &v1alpha1.ShopifyStore{
		ObjectMeta: metav1.ObjectMeta{Namespace: name, Name: "store"},
		Spec: v1alpha1.ShopifyStoreSpec{
			ClientName: name, ShopDomain: b.domain, CredentialsSecretRef: v1alpha1.SecretReference{Name: "shopify"},
		},
	}
	b.restart()
	return b
}

// lean asks for little: the fewer things, the faster the API server takes each
// write, which is most of what a test waits for.
func lean(s *v1alpha1.ShopifyStoreSpec) {
	s.Webhooks = v1alpha1.WebhookSettings{Topics: []string{"ORDERS_PAID"}, AdditionalTopics: []string{}}
	s.MetafieldDefinitions = []v1alpha1.MetafieldDefinition{{Namespace: "consignment", Key: "event_id", Name: "Sale event", Type: "single_line_text_field"}}
}

// bedClock is the bed's clock for the client: waiting moves it.
type bedClock struct{ b *bed }

func (c bedClock) Now() time.Time { return c.b.now }

func (c bedClock) After(d time.Duration) <-chan time.Time {
	c.b.now = c.b.now.Add(d)
	passed := make(chan time.Time, 1)
	passed <- c.b.now
	return passed
}

// restart replaces the reconciler by one that remembers nothing, as a new
// process would.
func (b *bed) restart() {
	b.t.Helper()
	power := &power{}
	clients, err := shopify.NewClients(shopify.Options{
		Endpoint: b.server.URL,
		Clock:    bedClock{b},
		Wrap:     func(base http.RoundTripper) http.RoundTripper { return &killable{base, power} },
	})
	b.must(err)
	b.power = power
	b.events = events.NewFakeRecorder(1000)
	kube := indexed(power)
	b.routes = newRelayRoutes(b.store.Namespace, func() time.Time { return b.now })
	b.routes.wake = func() { // at once, unless the process is dead
		if !power.off.Load() {
			b.publish()
		}
	}
	b.r = &ShopifyStoreReconciler{
		Client: kube, Live: kube, Events: b.events, Shopify: clients,
		RelayURL: relayURL, Routes: b.routes, AskRelay: askRelay, ResyncInterval: 10 * time.Minute, Now: func() time.Time { return b.now },
	}
}

// indexed is a client that answers lists by field, which only a cache does, and
// that fails once the power is off.
func indexed(power *power) client.Client {
	alive := func() error {
		if power.off.Load() {
			return errKilled
		}
		return nil
	}
	return interceptor.NewClient(api, interceptor.Funcs{
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
			if _, ok := list.(*v1alpha1.ShopifyStoreList); !ok {
				return errors.Join(alive(), c.List(ctx, list, opts...))
			}
			domain := ""
			opts = slices.DeleteFunc(opts, func(o client.ListOption) bool {
				fields, ok := o.(client.MatchingFields)
				domain += fields[shopDomainIndex]
				return ok
			})
			stores := list.(*v1alpha1.ShopifyStoreList)
			// A bed's objects are in the namespace that its domain is named for.
			namespace := client.InNamespace(strings.TrimSuffix(domain, ".myshopify.com"))
			err := errors.Join(alive(), c.List(ctx, stores, append(opts, namespace)...))
			stores.Items = slices.DeleteFunc(stores.Items, func(s v1alpha1.ShopifyStore) bool { return s.Spec.ShopDomain != domain })
			return err
		},
		Create: func(ctx context.Context, c client.WithWatch, obj client.Object, opts ...client.CreateOption) error {
			if err := alive(); err != nil {
				return err
			}
			defer power.off.Store(power.offAfterCreate)
			return c.Create(ctx, obj, opts...)
		},
		Patch: func(ctx context.Context, c client.WithWatch, obj client.Object, patch client.Patch, opts ...client.PatchOption) error {
			if err := alive(); err != nil {
				return err
			}
			return c.Patch(ctx, obj, patch, opts...)
		},
		SubResourcePatch: func(ctx context.Context, c client.Client, sub string, obj client.Object, patch client.Patch, opts ...client.SubResourcePatchOption) error {
			if err := alive(); err != nil {
				return err
			}
			return c.SubResource(sub).Patch(ctx, obj, patch, opts...)
		},
	})
}

func (b *bed) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// secret creates or replaces the credentials.
func (b *bed) secret(values map[string]string) {
	b.t.Helper()
	namespace := b.domain[:len(b.domain)-len(".myshopify.com")]
	s := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "shopify"}}
	b.must(client.IgnoreNotFound(api.Delete(b.t.Context(), s)))
	s.ResourceVersion, s.StringData = "", values
	b.must(api.Create(b.t.Context(), s))
}

// apply creates the store.
func (b *bed) apply() {
	b.t.Helper()
	b.must(api.Create(b.t.Context(), b.store))
}

// change updates the spec.
func (b *bed) change(change func(*v1alpha1.ShopifyStoreSpec)) {
	b.t.Helper()
	b.refresh()
	change(&b.store.Spec)
	b.must(api.Update(b.t.Context(), b.store))
}

func (b *bed) refresh() {
	b.t.Helper()
	b.must(api.Get(b.t.Context(), client.ObjectKeyFromObject(b.store), b.store))
}

// shop changes the simulated shop behind the operator's back.
func (b *bed) shop(change func(*simulator.Shop)) {
	b.t.Helper()
	b.must(b.sim.Update(b.domain, change))
}

// inShop returns the simulated shop as it is.
func (b *bed) inShop() simulator.Shop {
	b.t.Helper()
	shop, ok := b.sim.Shop(b.domain)
	if !ok {
		b.t.Fatalf("no shop %s", b.domain)
	}
	return shop
}

func (b *bed) reconcile() (ctrl.Result, error) {
	return b.r.Reconcile(b.t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(b.store)})
}

// settle reconciles once, and checks that the status keeps the promises that
// kstatus and Flux make of it.
func (b *bed) settle() ctrl.Result {
	b.t.Helper()
	result, err := b.reconcile()
	b.refresh()
	b.checkStatus()
	if err != nil && !conditions.IsReconciling(b.store) {
		b.t.Fatalf("an error that the status does not tell: %v", err)
	}
	return result
}

func (b *bed) checkStatus() {
	b.t.Helper()
	checker := check.NewChecker(api, &check.Conditions{NegativePolarity: []string{meta.StalledCondition, meta.ReconcilingCondition}})
	if fail, warn := checker.Check(b.t.Context(), b.store); fail != nil || warn != nil {
		b.t.Errorf("Flux's checker: %v %v\nconditions: %+v", fail, warn, b.store.Status.Conditions)
	}
	want := status.InProgressStatus
	switch {
	case !b.store.DeletionTimestamp.IsZero():
		want = status.TerminatingStatus
	case conditions.IsReady(b.store):
		want = status.CurrentStatus
	case conditions.IsStalled(b.store):
		want = status.FailedStatus
	}
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(b.store)
	b.must(err)
	got, err := status.Compute(&unstructured.Unstructured{Object: content})
	b.must(err)
	if got.Status != want {
		b.t.Errorf("kstatus says %s (%s), want %s\nconditions: %+v", got.Status, got.Message, want, b.store.Status.Conditions)
	}
}

// ready settles and expects a store in order.
func (b *bed) ready() {
	b.t.Helper()
	b.settle()
	if !conditions.IsReady(b.store) || !conditions.IsTrue(b.store, v1alpha1.InSyncCondition) {
		b.t.Fatalf("not ready: %+v", b.store.Status.Conditions)
	}
}

// happened drains the events, each as "Type Reason message".
func (b *bed) happened() []string {
	var list []string
	for {
		select {
		case e := <-b.events.Events:
			list = append(list, e)
		default:
			return list
		}
	}
}

// calls names the requests since the last look: an operation's name, or a REST
// method and path.
func (b *bed) calls() []string {
	var names []string
	for _, c := range b.sim.Calls(simulator.CallFilter{}) {
		names = append(names, c.Operation)
	}
	b.sim.ResetCalls()
	return names
}

// told is a condition as a message shows it.
type told struct{ metav1.Condition }

func (c told) String() string {
	return fmt.Sprintf("%s=%s/%s %q", c.Type, c.Condition.Status, c.Reason, c.Message)
}

func (b *bed) condition(kind string) told {
	b.t.Helper()
	c := conditions.Get(b.store, kind)
	if c == nil {
		return told{metav1.Condition{Type: kind}}
	}
	return told{*c}
}
