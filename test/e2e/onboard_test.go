//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
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
	s.must(append(person(maple, "viewer"), "get", "shopifystores")...)
	s.refused(`cannot patch resource "shopifystores"`, store, append(person(maple, "viewer"), "apply", "--server-side", "-f", "-")...)
	s.refused(`cannot patch resource "shopifystores"`, store, append(person(maple, "editor"), "apply", "--server-side", "-f", "-")...)
	s.refused(`cannot patch resource "secrets"`, secret, append(person(maple, "editor"), "apply", "--server-side", "-f", "-")...)
	s.mustWith(store, append(person(maple, "admin"), "apply", "--server-side", "-f", "-")...)
	s.judged(maple, stalled(v1alpha1.ReasonSecretNotFound), "the Secret with the credentials is missing")
	s.mustWith(secret, append(person(maple, "admin"), "apply", "--server-side", "-f", "-")...)
	s.judged(maple, inOrder, "the Secret came")
	// In the order that people would write it down.
	s.mustWith(credentials(thrifty)+"---\n"+declared(thrifty, began, ends), append(person(thrifty, "admin"), "apply", "--server-side", "-f", "-")...)
	s.judged(thrifty, inOrder, "all came at once")
	s.keptApart(market)
	s.correctionsInTheirOwnName()
}

// keptApart tries what would reach over to another client or to the platform.
func (s *scene) keptApart(market *shops) {
	s.t.Helper()
	elsewhere := func(namespace string, args ...string) []string {
		as := person(maple, "admin")
		return append(append(as[:len(as)-1:len(as)-1], namespace), args...)
	}
	s.refused(`cannot list resource "shopifystores"`, "", elsewhere(thrifty.Tenant, "get", "shopifystores")...)
	s.refused(`cannot list resource "secrets"`, "", elsewhere(thrifty.Tenant, "get", "secrets")...)
	s.refused(`cannot create resource "shopifystores"`, declared(maple, began, ends), elsewhere(thrifty.Tenant, "create", "-f", "-")...)
	s.refused(`cannot get resource "secrets"`, "", elsewhere(system, "get", "secret", "shopkeeper-relay-routes")...)
	s.refused(`cannot delete resource "pods"`, "", elsewhere(system, "delete", "pod", "postgres-0")...)
	s.refused("at the cluster scope", "", elsewhere(maple.Tenant, "get", "shopifystores", "-A")...)
	s.refused(`cannot patch resource "namespaces"`, "", elsewhere(maple.Tenant, "patch", "namespace", maple.Tenant, "--type=merge", "-p", `{"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "privileged"}}}`)...)
	// Nobody gives away what they do not have.
	s.must(elsewhere(maple.Tenant, "create", "rolebinding", "less", "--clusterrole=shopkeeper-tenant-viewer", "--user=friend@"+maple.Name)...)
	s.refused("attempting to grant RBAC permissions not currently held", "", elsewhere(maple.Tenant, "create", "rolebinding", "more", "--clusterrole=cluster-admin", "--user=admin@"+maple.Name)...)
	// A client's shop is that of who came first, even where another has its credentials.
	thief := thrifty
	thief.Tenant, thief.Name = maple.Tenant, "thief"
	before := s.subscriptions(s, market, thrifty)
	store := strings.Replace(declared(thief, began, ends), title(thief), title(thrifty), 1)
	s.mustWith(credentials(thief)+"---\n"+store, elsewhere(maple.Tenant, "apply", "--server-side", "-f", "-")...)
	s.judged(thief, stalled(v1alpha1.ReasonRival), "another client has that shop")
	s.must(elsewhere(maple.Tenant, "delete", "shopifystore/thief", "secret/thief-shopify", "--timeout=1m")...)
	s.Expect(s.subscriptions(s, market, thrifty)).To(Equal(before))
	s.judged(thrifty, inOrder, "another client wanted its shop")
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
	s.refused(`cannot create resource "syncjobs"`, correction("viewer@"+maple.Name), append(person(maple, "viewer"), "create", "-f", "-")...)
	s.mustWith(correction("editor@"+maple.Name), append(person(maple, "editor"), "create", "-f", "-")...)
}

// verdict is what is made of an object: by kstatus, by Argo CD, and by the reason of its
// condition Ready.
type verdict struct {
	kstatus      status.Status
	argo, reason string
}

var inOrder = verdict{status.CurrentStatus, "Healthy", v1alpha1.ReasonReady}

// stalled is the verdict on what waits for a person.
func stalled(reason string) verdict { return verdict{status.FailedStatus, "Degraded", reason} }

// judged waits until kstatus and Argo CD come to such a verdict on a store, at the
// same time.
func (s *scene) judged(store deliverytest.Store, want verdict, why string) {
	s.t.Helper()
	s.judge("ShopifyStore", store.Tenant, store.Name, want, why)
}

// healthy holds that all stores are in order.
func (s *scene) healthy(why string) {
	s.t.Helper()
	for _, store := range stores {
		s.judged(store, inOrder, why)
	}
}

func (s *scene) judge(kind, namespace, name string, want verdict, why string) {
	s.t.Helper()
	started := time.Now()
	s.Eventually(func(g Gomega) {
		object := s.object(g, kind, namespace, name)
		got, err := status.Compute(object)
		g.Expect(err).NotTo(HaveOccurred())
		argo, message, err := testenv.ArgoHealth(object.Object)
		g.Expect(err).NotTo(HaveOccurred())
		ready := conditions.Get(conditions.UnstructuredGetter(object), meta.ReadyCondition)
		g.Expect(ready).NotTo(BeNil())
		g.Expect(verdict{got.Status, argo, ready.Reason}).To(Equal(want), "%s: kstatus says %q, Argo CD %q", why, got.Message, message)
	}).Should(Succeed())
	s.t.Logf("%s/%s: %s, %s and %s after %s, for %s", namespace, name, want.kstatus, want.argo, want.reason, time.Since(started).Round(100*time.Millisecond), why)
}

func (s *scene) object(g Gomega, kind, namespace, name string) *unstructured.Unstructured {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind))
	g.Expect(s.kube.Get(s.ctx, client.ObjectKey{Namespace: namespace, Name: name}, object)).To(Succeed())
	return object
}

func (s *scene) store(g Gomega, store deliverytest.Store) *unstructured.Unstructured {
	return s.object(g, "ShopifyStore", store.Tenant, store.Name)
}
