package controllers

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/shopkeeper-dev/shopkeeper/internal/relayprobe"
	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

// routesSecret names the Secret with the routes of a bed, in the bed's namespace.
const routesSecret = "shopkeeper-relay-routes"

// theRelay serves all beds. It knows of each what is published at that moment.
var theRelay = sync.OnceValue(func() *httptest.Server {
	return testenv.NewRelay(func(ctx context.Context, namespace string) ([]routes.Route, error) {
		var secret corev1.Secret
		if err := api.Get(ctx, client.ObjectKey{Namespace: namespace, Name: routesSecret}, &secret); err != nil {
			return nil, err
		}
		return routes.Parse(secret.Data[RoutesKey])
	})
})

// askRelay asks the relay, whatever address it is to have.
func askRelay(ctx context.Context, relayURL string, route routes.Route) error {
	return relayprobe.Ask(ctx, relayClient(), relayURL, route)
}

// newRelayRoutes publishes the routes of the stores of one namespace, there.
func newRelayRoutes(namespace string, now func() time.Time) *RelayRoutes {
	kube := client.NewNamespacedClient(api, namespace)
	return &RelayRoutes{
		Client: kube, Live: kube, Secret: client.ObjectKey{Namespace: namespace, Name: routesSecret},
		Events: events.NewFakeRecorder(100), Now: now,
	}
}

func (b *bed) publish() {
	b.t.Helper()
	if _, err := b.routes.Reconcile(b.t.Context(), ctrl.Request{NamespacedName: b.routes.Secret}); err != nil {
		b.t.Error(err)
	}
}

// published returns the Secret, and the routes in it as the relay reads them.
func (b *bed) published() (*corev1.Secret, []routes.Route) {
	b.t.Helper()
	var secret corev1.Secret
	b.must(api.Get(b.t.Context(), b.routes.Secret, &secret))
	list, err := routes.Parse(secret.Data[RoutesKey])
	b.must(err)
	return &secret, list
}

var relayClient = sync.OnceValue(func() *http.Client { return testenv.RelayClient(theRelay()) })

// mute empties both lists of topics, which an update through the Go types leaves to
// their defaults.
func (b *bed) mute() {
	b.t.Helper()
	patch := client.RawPatch(types.MergePatchType, []byte(`{"spec":{"webhooks":{"topics":[],"additionalTopics":[]}}}`))
	b.must(api.Patch(b.t.Context(), b.store, patch))
}
