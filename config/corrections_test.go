package config_test

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
)

func correction(namespace, requestedBy string) *v1alpha1.SyncJob {
	return &v1alpha1.SyncJob{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, GenerateName: "correction-"},
		Spec: v1alpha1.SyncJobSpec{
			StoreRef: v1alpha1.StoreReference{Name: "maple-kids"}, Type: v1alpha1.SyncJobCorrection,
			Correction: v1alpha1.CorrectionSpec{
				RequestedBy: requestedBy, Reason: "counted", Items: []v1alpha1.ItemCorrection{{ItemID: "MK-1", Quantity: new(int32(0))}},
			},
		},
	}
}

func TestACorrectionIsAskedForInOnesOwnName(t *testing.T) {
	const namespace, ann = "client-corrections", "ann@example.com"
	g := NewWithT(t)
	install(t, "overlays/production", "Namespace", "ClusterRole", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding")
	makeNamespace(t, namespace)
	bindRole(t, namespace, "shopkeeper-tenant-editor", ann)
	c := impersonate(t, ann, "system:authenticated")

	// A policy takes a moment to be in effect.
	var refused error
	g.Eventually(func() error {
		refused = c.Create(t.Context(), correction(namespace, "bob@example.com"), client.DryRunAll)
		return refused
	}, soon, 50*time.Millisecond).Should(MatchError(apierrors.IsForbidden, "forbidden"))
	g.Expect(refused).To(MatchError(ContainSubstring(
		`spec.correction.requestedBy is "bob@example.com", and you are "ann@example.com": a correction is asked for in one's own name`)))

	own := correction(namespace, ann)
	g.Expect(c.Create(t.Context(), own)).To(Succeed())
	g.Expect(c.Create(t.Context(), &v1alpha1.SyncJob{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, GenerateName: "orders-"},
		Spec:       v1alpha1.SyncJobSpec{StoreRef: v1alpha1.StoreReference{Name: "maple-kids"}, Type: v1alpha1.SyncJobOrders},
	})).To(Succeed(), "only corrections name somebody")

	// Somebody else may suspend it, and nobody may put another name there.
	suspended := own.DeepCopy()
	suspended.Spec.Suspend = true
	g.Expect(admin.Update(t.Context(), suspended)).To(Succeed())
	renamed := suspended.DeepCopy()
	renamed.Spec.Correction.RequestedBy = "bob@example.com"
	g.Expect(admin.Update(t.Context(), renamed)).To(MatchError(apierrors.IsInvalid, "invalid"))
}
