package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	authenticationv1 "k8s.io/api/authentication/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

// What the written list of config/testdata/rights allows has to be enough, too.
func TestTheManagersRightsAreEnough(t *testing.T) {
	const namespace = "shopkeeper-system"
	g := NewWithT(t)
	kube, err := client.New(restConfig, client.Options{Scheme: newScheme()})
	g.Expect(err).NotTo(HaveOccurred())
	for _, directory := range []string{"namespace", "rbac"} {
		apply := exec.CommandContext(t.Context(), filepath.Join(os.Getenv("KUBEBUILDER_ASSETS"), "kubectl"), "--kubeconfig", testenv.Kubeconfig(t, restConfig),
			"apply", "--server-side", "-k", filepath.Join(testenv.Root(), "config", directory))
		output, err := apply.CombinedOutput()
		g.Expect(err).NotTo(HaveOccurred(), string(output))
	}
	token := &authenticationv1.TokenRequest{}
	g.Expect(kube.SubResource("token").Create(t.Context(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "shopkeeper-manager"}}, token)).To(Succeed())
	account := &rest.Config{Host: restConfig.Host, TLSClientConfig: rest.TLSClientConfig{CAData: restConfig.CAData}, BearerToken: token.Status.Token}

	place := ledgertest.OnPostgres(t)
	t.Setenv(ledgerURLVariable, place.Manager)
	stop := program(t, "manager", "--kubeconfig", testenv.Kubeconfig(t, account), "--leader-elect-namespace", namespace, "--relay-routes-namespace", namespace,
		"--relay-url", "https://hooks.example.com", "--metrics-bind-address", "0", "--health-probe-bind-address", "0")
	store := &v1alpha1.ShopifyStore{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "rights"},
		Spec: v1alpha1.ShopifyStoreSpec{
			ClientName: "Rights", ShopDomain: "rights.myshopify.com", CredentialsSecretRef: v1alpha1.SecretReference{Name: "rights"},
		},
	}
	g.Expect(kube.Create(t.Context(), store)).To(Succeed())

	// The store has no Secret, which its status and an event tell.
	g.Eventually(func(g Gomega) {
		for name, object := range map[string]client.Object{leaseName: &coordinationv1.Lease{}, "shopkeeper-relay-routes": &corev1.Secret{}} {
			g.Expect(kube.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: name}, object)).To(Succeed())
		}
		g.Expect(kube.Get(t.Context(), client.ObjectKeyFromObject(store), store)).To(Succeed())
		g.Expect(store.Status.Conditions).NotTo(BeEmpty())
		events := &eventsv1.EventList{}
		g.Expect(kube.List(t.Context(), events, client.InNamespace("default"))).To(Succeed())
		g.Expect(events.Items).To(ContainElement(HaveField("Regarding.Name", store.Name)))
	}, soon, 100*time.Millisecond).Should(Succeed())
	g.Expect(kube.Delete(t.Context(), store)).To(Succeed())
	stop()
	lease := &coordinationv1.Lease{}
	g.Expect(kube.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: leaseName}, lease)).To(Succeed())
	g.Expect(lease.Spec.HolderIdentity).To(HaveValue(BeEmpty()), "given back")
}
