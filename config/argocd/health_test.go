// Package argocd_test holds what Argo CD is told of a store's health to what kstatus
// makes of it.
package argocd_test

import (
	"testing"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

func TestHealth(t *testing.T) {
	is := func(kind string) metav1.Condition { return metav1.Condition{Type: kind, Status: "True", Message: kind} }
	not := func(kind string) metav1.Condition {
		return metav1.Condition{Type: kind, Status: "False", Message: "not " + kind}
	}
	cases := map[string]struct {
		reason     string
		observed   int64
		deleting   bool
		conditions []metav1.Condition
		health     string
		message    string
		kstatus    status.Status
	}{
		"new":             {"nobody looked at it", -1, false, nil, "Progressing", "The latest spec was not looked at yet", status.InProgressStatus},
		"changed":         {"Ready is of the spec before", 1, false, []metav1.Condition{is("Ready")}, "Progressing", "The latest spec was not looked at yet", status.InProgressStatus},
		"in order":        {"the latest spec is in effect", 2, false, []metav1.Condition{is("Connected"), is("Ready")}, "Healthy", "Ready", status.CurrentStatus},
		"at work":         {"it tries again by itself", 2, false, []metav1.Condition{not("Ready"), is("Reconciling")}, "Progressing", "Reconciling", status.InProgressStatus},
		"waits for us":    {"a person has to act", 2, false, []metav1.Condition{not("Ready"), is("Stalled")}, "Degraded", "Stalled", status.FailedStatus},
		"suspended":       {"kstatus has no word for it", 2, false, []metav1.Condition{not("Ready"), is("Suspended")}, "Suspended", "Suspended", status.InProgressStatus},
		"stands no more":  {"a condition that is False says nothing", 2, false, []metav1.Condition{is("Ready"), not("Stalled"), not("Suspended")}, "Healthy", "Ready", status.CurrentStatus},
		"not yet":         {"neither of them says why", 2, false, []metav1.Condition{not("Ready")}, "Progressing", "not Ready", status.InProgressStatus},
		"going":           {"whatever it was before", 2, true, []metav1.Condition{is("Ready"), is("Deleting")}, "Progressing", "Deleting", status.TerminatingStatus},
		"going, unlooked": {"nobody looked at it since", 1, true, []metav1.Condition{is("Ready")}, "Progressing", "Being deleted", status.TerminatingStatus},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			store := &v1alpha1.ShopifyStore{ObjectMeta: metav1.ObjectMeta{Name: "maple-kids", Namespace: "client-maple-kids", Generation: 2}}
			store.Status.ObservedGeneration, store.Status.Conditions = tc.observed, tc.conditions
			if tc.deleting {
				store.DeletionTimestamp = &metav1.Time{Time: time.Unix(1, 0)}
			}
			object, err := runtime.DefaultUnstructuredConverter.ToUnstructured(store)
			g.Expect(err).NotTo(HaveOccurred())

			health, message, err := testenv.ArgoHealth(object)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(health).To(Equal(tc.health), tc.reason)
			g.Expect(message).To(Equal(tc.message), tc.reason)

			standard, err := status.Compute(&unstructured.Unstructured{Object: object})
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(standard.Status).To(Equal(tc.kstatus), tc.reason)
		})
	}
}

// An object that was only just applied has no status at all.
func TestHealthWithoutAStatus(t *testing.T) {
	g := NewWithT(t)
	health, _, err := testenv.ArgoHealth(map[string]any{"metadata": map[string]any{"generation": int64(1)}})
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(health).To(Equal("Progressing"))
}
