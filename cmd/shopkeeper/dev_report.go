package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/console/access"
	"github.com/shopkeeper-dev/shopkeeper/internal/shopify/simulator"
)

// waitUntilReady waits for the sample stores and returns them as they were
// last, with an error that says why where one is not Ready.
func waitUntilReady(ctx context.Context, kube client.Client, samples []client.Object, timeout time.Duration) ([]v1alpha1.ShopifyStore, error) {
	var stores []v1alpha1.ShopifyStore
	waiting := ""
	err := wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, timeout, true, func(ctx context.Context) (bool, error) {
		stores, waiting = nil, ""
		for _, sample := range samples {
			if sample.GetObjectKind().GroupVersionKind().Kind != "ShopifyStore" {
				continue
			}
			var store v1alpha1.ShopifyStore
			if err := kube.Get(ctx, client.ObjectKeyFromObject(sample), &store); err != nil {
				return false, err
			}
			stores = append(stores, store)
			if store.Status.ObservedGeneration != store.Generation || !conditions.IsReady(&store) {
				waiting += fmt.Sprintf("\n  %s: %s", client.ObjectKeyFromObject(&store), conditions.GetMessage(&store, meta.ReadyCondition))
			}
		}
		return waiting == "", nil
	})
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("not Ready after %s:%s", timeout, waiting)
	}
	return stores, err
}

// report shows each store: what its status says, and what is in the shop.
func report(out io.Writer, sim *simulator.Simulator, stores []v1alpha1.ShopifyStore) {
	for _, store := range stores {
		ready := conditions.Get(&store, meta.ReadyCondition)
		if ready == nil {
			continue
		}
		_, _ = fmt.Fprintf(out, "\n%s  Ready=%s  %s\n", client.ObjectKeyFromObject(&store), ready.Status, ready.Message)
		for _, s := range store.Status.Settings {
			_, _ = fmt.Fprintf(out, "  setting   %-20s %-9s %-9s %s\n", s.Name, s.State, s.Management, s.Observed)
		}
		shop, ok := sim.Shop(store.Spec.ShopDomain)
		if !ok {
			continue
		}
		_, _ = fmt.Fprintf(out, "  In the shop %s:\n", shop.Domain)
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for _, l := range shop.Locations {
			if l.LocalPickup != nil {
				_, _ = fmt.Fprintf(w, "    local pickup\t%s\t%s\n", l.Name, l.LocalPickup.PickupTime)
			}
		}
		for _, d := range shop.MetafieldDefinitions {
			_, _ = fmt.Fprintf(w, "    metafield\t%s.%s\t%s\n", d.Namespace, d.Key, d.Type)
		}
		for _, s := range shop.WebhookSubscriptions {
			_, _ = fmt.Fprintf(w, "    webhook\t%s\t%s\n", s.Topic, s.URI)
		}
		_ = w.Flush()
	}
}

// reportAccess says how to look further.
func reportAccess(out io.Writer, kubeconfig, endpoint, intake string) error {
	kubectl := filepath.Join(os.Getenv("KUBEBUILDER_ASSETS"), "kubectl")
	_, err := fmt.Fprint(out, strings.NewReplacer("KUBECONFIG_PATH", kubeconfig, "KUBECTL", kubectl, "ENDPOINT", endpoint, "INTAKE", intake, "AUDIENCE", access.DefaultAudience).Replace(`
Look around:
  export KUBECONFIG=KUBECONFIG_PATH
  KUBECTL get shopifystores -A
  KUBECTL describe shopifystore -n client-maple-kids maple-kids
Take items in and sell them at the till, as somebody who may:
  KUBECTL create serviceaccount -n client-maple-kids till
  KUBECTL create rolebinding -n client-maple-kids till --clusterrole shopkeeper-tenant-editor --serviceaccount client-maple-kids:till
  TOKEN=$(KUBECTL create token -n client-maple-kids --audience AUDIENCE till)
  curl -s -H "Authorization: Bearer $TOKEN" 'INTAKE/api/v1/namespaces/client-maple-kids/stores/maple-kids/items?state=unsold'
Change a shop behind the operator's back, and see it corrected:
  curl -s ENDPOINT/__sim/shops/maple-kids.myshopify.com/webhook_subscriptions
`))
	return err
}
