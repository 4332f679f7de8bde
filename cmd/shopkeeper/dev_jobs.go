package main

import (
	"context"
	"fmt"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/shopkeeper-dev/shopkeeper/api/v1alpha1"
)

// check has jobs look whether webhooks missed anything, and whether both sides agree.
func (m *market) check(ctx context.Context, s *stall) error {
	for _, spec := range []v1alpha1.SyncJobSpec{
		{Type: v1alpha1.SyncJobOrders},
		{Type: v1alpha1.SyncJobAudit, Audit: v1alpha1.AuditSpec{Checks: []v1alpha1.AuditCheck{
			v1alpha1.AuditStock, v1alpha1.AuditPrice, v1alpha1.AuditStatus, v1alpha1.AuditOrders, v1alpha1.AuditIntegrity,
		}}},
	} {
		if err := m.runJob(ctx, s, spec); err != nil {
			return err
		}
	}
	return nil
}

// runJob applies a SyncJob as anybody would, and waits until it is complete. What it finds
// is an error: nothing was missed and nothing differs.
func (m *market) runJob(ctx context.Context, s *stall, spec v1alpha1.SyncJobSpec) error {
	spec.StoreRef.Name = s.store.Name
	job := &v1alpha1.SyncJob{ObjectMeta: metav1.ObjectMeta{Namespace: s.store.Namespace, GenerateName: "demo-"}, Spec: spec}
	if err := m.kube.Create(ctx, job); err != nil {
		return fmt.Errorf("making a SyncJob of type %s: %w", spec.Type, err)
	}
	err := m.until(ctx, func(ctx context.Context) (string, error) {
		if err := m.kube.Get(ctx, client.ObjectKeyFromObject(job), job); err != nil {
			return "", err
		}
		message := conditions.GetMessage(job, meta.ReadyCondition)
		switch {
		case conditions.IsTrue(job, v1alpha1.CompleteCondition):
			return "", nil
		case conditions.IsTrue(job, v1alpha1.FailedCondition):
			return "", fmt.Errorf("SyncJob %s failed: %s", job.Name, message)
		}
		return fmt.Sprintf("SyncJob %s has not ended: %s", job.Name, message), nil
	})
	if err != nil {
		return err
	}
	if found := job.Status.Findings; found != nil && found.Total > 0 {
		return fmt.Errorf("SyncJob %s of type %s found %d things, the first of them %s of %s: %s", job.Name, spec.Type, found.Total,
			found.First[0].Kind, found.First[0].Subject, found.First[0].Message)
	}
	_, _ = fmt.Fprintf(m.out, "%s: a SyncJob of type %s: %s, nothing found\n", storeOf(s.store), spec.Type, conditions.GetMessage(job, meta.ReadyCondition))
	return nil
}
