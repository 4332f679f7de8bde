package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/ledger/ledgertest"
	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

// A client is onboarded, and still is what it was once the process has come back.
func TestASandboxGoesOnFromItsData(t *testing.T) {
	g := NewWithT(t)
	kube, err := client.New(restConfig, client.Options{Scheme: newScheme()})
	g.Expect(err).NotTo(HaveOccurred())
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "sandbox"}}
	g.Expect(kube.Create(t.Context(), namespace)).To(Succeed())

	data := t.TempDir()
	shops := filepath.Join(t.TempDir(), "shops.json")
	g.Expect(os.WriteFile(shops, []byte(`[{"domain": "sandbox.myshopify.com", "name": "Sandbox"}]`), 0o600)).To(Succeed())
	address := func() string {
		port, err := ledgertest.Port(t.Context())
		g.Expect(err).NotTo(HaveOccurred())
		return net.JoinHostPort("127.0.0.1", fmt.Sprint(port))
	}
	args := []string{
		"sandbox", "--data", data, "--shops", shops, "--namespace", namespace.Name, "--kubeconfig", testenv.Kubeconfig(t, restConfig), "--resync-interval", "5s",
		"--simulator-listen", address(), "--relay-listen", address(), "--console-listen", address(), "--console-operations-listen", address(),
		"--metrics-bind-address", "0", "--health-probe-bind-address", "0",
	}
	stop := program(t, args...)
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace.Name, Name: "sandbox"}, StringData: map[string]string{"accessToken": "shpat_sandbox", "webhookSecret": "sandbox-secret"}}
	g.Expect(kube.Create(t.Context(), secret)).To(Succeed())
	store := &v1alpha1.ShopifyStore{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace.Name, Name: "sandbox"},
		Spec: v1alpha1.ShopifyStoreSpec{
			ClientName: "Sandbox", ShopDomain: "sandbox.myshopify.com", CredentialsSecretRef: v1alpha1.SecretReference{Name: secret.Name},
		},
	}
	g.Expect(kube.Create(t.Context(), store)).To(Succeed())
	ready := func(g Gomega) {
		g.Expect(kube.Get(t.Context(), client.ObjectKeyFromObject(store), store)).To(Succeed())
		g.Expect(store.Status.ObservedGeneration).To(Equal(store.Generation))
		for _, condition := range []string{"Ready", "WebhooksApplied"} {
			g.Expect(meta.IsStatusConditionTrue(store.Status.Conditions, condition)).To(BeTrue(), "%s: %+v", condition, store.Status.Conditions)
		}
	}
	g.Eventually(ready, soon, 100*time.Millisecond).Should(Succeed())
	stop()

	store.Spec.DeletionPolicy = v1alpha1.DeletionOrphan
	g.Expect(kube.Update(t.Context(), store)).To(Succeed())
	program(t, args...)
	g.Eventually(ready, soon, 100*time.Millisecond).Should(Succeed())
}
