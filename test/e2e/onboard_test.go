//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/deliveries/deliverytest"
	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

// person makes kubectl act as one of a client's people: their role is part of the name.
func person(store deliverytest.Store, role string) []string {
	return []string{"--as", role + "@" + store.Name, "--as-group", store.Name + "-" + role + "s", "--as-group", "system:authenticated", "-n", store.Tenant}
}

// place is what a platform team makes for a client: a namespace, and who may do what in
// it. Only the admins may read Secrets, as by Kubernetes' own role.
func place(store deliverytest.Store) string {
	text := fmt.Sprintf("apiVersion: v1\nkind: Namespace\nmetadata: {name: %s, labels: {pod-security.kubernetes.io/enforce: restricted}}\n", store.Tenant)
	for role, bound := range map[string]string{"viewer": "shopkeeper-tenant-viewer", "editor": "shopkeeper-tenant-editor", "admin": "admin"} {
		text += fmt.Sprintf(`---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: %[1]ss, namespace: %[2]s}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: %[3]s}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: Group, name: %[4]s-%[1]ss}
- {kind: ServiceAccount, name: %[1]s, namespace: %[2]s}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: %[1]s, namespace: %[2]s}
`, role, store.Tenant, bound, store.Name)
	}
	return text
}

func credentials(store deliverytest.Store) string {
	return fmt.Sprintf("apiVersion: v1\nkind: Secret\nmetadata: {name: %s-shopify}\nstringData: {accessToken: %s, webhookSecret: %s}\n", store.Name, store.Token, store.Secret)
}

// title is a client's name as people write it: Maple Kids.
func title(store deliverytest.Store) string {
	words := strings.Split(store.Name, "-")
	for i, word := range words {
		words[i] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, " ")
}

// declared is a store whose sale ends at a time, and whose statements can be closed
// from then on.
func declared(store deliverytest.Store, began, ends time.Time) string {
	return fmt.Sprintf(`apiVersion: shopify.shopkeeper.dev/v1alpha1
kind: ShopifyStore
metadata: {name: %[1]s}
spec:
  clientName: %[2]s
  shopDomain: %[3]s
  credentialsSecretRef: {name: %[1]s-shopify}
  saleEvents:
  - id: %[4]s
    name: Spring Sale
    startsAt: %[5]s
    endsAt: %[6]s
    returnWindowEndsAt: %[6]s
    terms: [{effectiveFrom: %[5]s}]
`, store.Name, title(store), store.Domain, deliverytest.Event, began.UTC().Format(time.RFC3339), ends.UTC().Format(time.RFC3339))
}

// The sale of all scenarios but the last began yesterday and ends when they are done.
var (
	began = time.Now().Add(-24 * time.Hour).Truncate(time.Second)
	ends  = time.Now().Add(24 * time.Hour).Truncate(time.Second)
)

// onboard has the people of two clients make their stores with kubectl, and try what
// they may not do.
func onboard(s *scene) {
	market := s.shops()
	for _, store := range stores {
		s.Expect(market.open(store.Domain, title(store))).To(Succeed())
		s.mustWith(place(store), "apply", "--server-side", "-f", "-")
	}
	// What one role may not do, the next may.
	secret, store := credentials(maple), declared(maple, began, ends)
	s.refused("forbidden", store, append(person(maple, "viewer"), "apply", "--server-side", "-f", "-")...)
	s.refused("forbidden", store, append(person(maple, "editor"), "apply", "--server-side", "-f", "-")...)
	s.refused("forbidden", secret, append(person(maple, "editor"), "apply", "--server-side", "-f", "-")...)
	s.mustWith(store, append(person(maple, "admin"), "apply", "--server-side", "-f", "-")...)
	s.judged(maple, status.FailedStatus, "Degraded", "the Secret with the credentials is missing")
	s.mustWith(secret, append(person(maple, "admin"), "apply", "--server-side", "-f", "-")...)
	s.judged(maple, status.CurrentStatus, "Healthy", "the Secret came")
	// In the order that people would write it down.
	s.mustWith(credentials(thrifty)+"---\n"+declared(thrifty, began, ends), append(person(thrifty, "admin"), "apply", "--server-side", "-f", "-")...)
	s.judged(thrifty, status.CurrentStatus, "Healthy", "all came at once")
	s.keptApart()
	s.correctionsInTheirOwnName()
}

// keptApart tries what would reach over to another client or to the platform.
func (s *scene) keptApart() {
	s.t.Helper()
	elsewhere := func(namespace string, args ...string) []string {
		as := person(maple, "admin")
		return append(append(as[:len(as)-1:len(as)-1], namespace), args...)
	}
	s.refused("forbidden", "", elsewhere(thrifty.Tenant, "get", "shopifystores")...)
	s.refused("forbidden", "", elsewhere(thrifty.Tenant, "get", "secrets")...)
	s.refused("forbidden", "", elsewhere(thrifty.Tenant, "create", "-f", "config/samples/maple-kids.yaml")...)
	s.refused("forbidden", "", elsewhere(system, "get", "secret", "shopkeeper-relay-routes")...)
	s.refused("forbidden", "", elsewhere(system, "delete", "pods", "--all")...)
	s.refused("forbidden", "", elsewhere(maple.Tenant, "get", "shopifystores", "-A")...)
	s.refused("forbidden", "", elsewhere(maple.Tenant, "patch", "namespace", maple.Tenant, "--type=merge", "-p", `{"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "privileged"}}}`)...)
	// Nobody gives away what they do not have.
	s.refused("forbidden", "", elsewhere(maple.Tenant, "create", "rolebinding", "more", "--clusterrole=cluster-admin", "--user=admin@"+maple.Name)...)
	// A client's shop is that of who came first.
	thief := strings.Replace(declared(thrifty, began, ends), "{name: "+thrifty.Name+"}", "{name: thief}", 1)
	thief = strings.Replace(thief, thrifty.Name+"-shopify", maple.Name+"-shopify", 1)
	s.mustWith(thief, elsewhere(maple.Tenant, "apply", "--server-side", "-f", "-")...)
	thiefs := deliverytest.Store{Store: maple.Store, Domain: thrifty.Domain}
	thiefs.Name = "thief"
	s.judged(thiefs, status.FailedStatus, "Degraded", "another client has that shop")
	s.must(elsewhere(maple.Tenant, "delete", "shopifystore", "thief", "--timeout=1m")...)
}

// correctionsInTheirOwnName holds that nobody asks for a correction as somebody else.
func (s *scene) correctionsInTheirOwnName() {
	s.t.Helper()
	correction := func(by string) string {
		return fmt.Sprintf(`apiVersion: shopify.shopkeeper.dev/v1alpha1
kind: SyncJob
metadata: {generateName: correction-}
spec:
  storeRef: {name: %s}
  type: Correction
  dryRun: true
  correction: {requestedBy: %s, reason: Mispriced, items: [{itemID: none, priceCents: 100}]}
`, maple.Name, by)
	}
	s.refused("in one's own name", correction("admin@"+maple.Name), append(person(maple, "editor"), "create", "-f", "-")...)
	s.refused("forbidden", correction("viewer@"+maple.Name), append(person(maple, "viewer"), "create", "-f", "-")...)
	s.mustWith(correction("editor@"+maple.Name), append(person(maple, "editor"), "create", "-f", "-")...)
}

// judged waits until kstatus and Argo CD come to such a verdict on a store, at the
// same time.
func (s *scene) judged(store deliverytest.Store, want status.Status, health, why string) {
	s.t.Helper()
	started := time.Now()
	s.Eventually(func(g Gomega) {
		object := s.object(g, store)
		got, err := status.Compute(object)
		g.Expect(err).NotTo(HaveOccurred())
		argo, message, err := testenv.ArgoHealth(object.Object)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect([]string{string(got.Status), argo}).To(Equal([]string{string(want), health}), "%s: kstatus says %q, Argo CD %q", why, got.Message, message)
	}).Should(Succeed())
	s.t.Logf("%s: %s and %s after %s, for %s", store.Store, want, health, time.Since(started).Round(100*time.Millisecond), why)
}

func (s *scene) object(g Gomega, store deliverytest.Store) *unstructured.Unstructured {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("ShopifyStore"))
	g.Expect(s.kube.Get(s.ctx, client.ObjectKey{Namespace: store.Tenant, Name: store.Name}, object)).To(Succeed())
	return object
}
